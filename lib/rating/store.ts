import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { rawSql, type Transaction } from "@/db/client";
import {
  marketPrefixes,
  type PriceTier,
  priceBooks,
  prices,
  priceVersions,
  type Scheme,
} from "@/db/schema/rating";
import type { Micros } from "@/lib/money/money";

export type BookRevision = {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly currency: string;
  readonly revision: number;
  /** Changes whenever the row is written, rolled-back revisions that are used again included. */
  readonly stamp: string;
};

export async function selectBookRevisions(tx: Transaction, ids: number[]): Promise<BookRevision[]> {
  return rawSql(tx)<BookRevision[]>`
    select id, slug, name, currency, revision, revision || ':' || xmin as stamp
    from price_books where id = any(${ids}::integer[])`;
}

/** The books that were assigned to the organization, in the order of the days from which they are; a book may come again. */
export async function selectAssignedRevisions(tx: Transaction, organizationId: number) {
  return rawSql(tx)<(BookRevision & { readonly fromDay: string })[]>`
    select a.from_day as "fromDay", b.id, b.slug, b.name, b.currency, b.revision, b.revision || ':' || b.xmin as stamp
    from price_book_assignments a join price_books b on b.id = a.price_book_id
    where a.organization_id = ${organizationId} order by a.from_day`;
}

export async function selectVersions(tx: Transaction, bookId: number) {
  return tx
    .select({
      id: priceVersions.id,
      effectiveFrom: priceVersions.effectiveFrom,
      scheme: priceVersions.scheme,
    })
    .from(priceVersions)
    .where(eq(priceVersions.priceBookId, bookId))
    .orderBy(asc(priceVersions.effectiveFrom));
}

export async function selectPrices(tx: Transaction, versionIds: number[]) {
  if (versionIds.length === 0) return [];
  return tx
    .select({
      versionId: prices.priceVersionId,
      market: prices.market,
      category: prices.category,
      unitPrice: prices.unitPriceMicros,
      tiers: prices.tiers,
    })
    .from(prices)
    .where(inArray(prices.priceVersionId, versionIds));
}

export async function selectMarketPrefixes(tx: Transaction) {
  return tx.select().from(marketPrefixes);
}

export async function selectBookBySlug(tx: Transaction, slug: string) {
  const [row] = await tx.select().from(priceBooks).where(eq(priceBooks.slug, slug));
  return row;
}

export async function selectBooks(tx: Transaction) {
  return tx.select().from(priceBooks).orderBy(asc(priceBooks.slug));
}

/** Makes the book unless the slug is taken. */
export async function insertBook(
  tx: Transaction,
  book: { slug: string; name: string; currency: string },
): Promise<void> {
  await tx.insert(priceBooks).values(book).onConflictDoNothing({ target: priceBooks.slug });
}

/** Takes the book's row, so that publications into one book wait for each other. */
export async function lockBook(tx: Transaction, slug: string) {
  const [row] = await tx.select().from(priceBooks).where(eq(priceBooks.slug, slug)).for("update");
  return row;
}

export async function raiseRevision(tx: Transaction, bookId: number): Promise<void> {
  await tx
    .update(priceBooks)
    .set({ revision: sql`${priceBooks.revision} + 1` })
    .where(eq(priceBooks.id, bookId));
}

export async function updateBookName(tx: Transaction, bookId: number, name: string): Promise<void> {
  await tx.update(priceBooks).set({ name }).where(eq(priceBooks.id, bookId));
}

/** Takes the version's row, so that no charge can mark it used meanwhile. */
export async function lockVersion(tx: Transaction, bookId: number, effectiveFrom: string) {
  const [row] = await tx
    .select()
    .from(priceVersions)
    .where(and(eq(priceVersions.priceBookId, bookId), eq(priceVersions.effectiveFrom, effectiveFrom)))
    .for("update");
  return row;
}

export async function insertVersion(
  tx: Transaction,
  version: { priceBookId: number; effectiveFrom: string; scheme: Scheme },
): Promise<number> {
  const [row] = await tx.insert(priceVersions).values(version).returning({ id: priceVersions.id });
  return row?.id ?? 0;
}

export async function updateScheme(tx: Transaction, versionId: number, scheme: Scheme): Promise<void> {
  await tx
    .update(priceVersions)
    .set({ scheme, publishedAt: sql`now()` })
    .where(eq(priceVersions.id, versionId));
}

export async function deletePrices(tx: Transaction, versionId: number): Promise<void> {
  await tx.delete(prices).where(eq(prices.priceVersionId, versionId));
}

export async function insertPrices(
  tx: Transaction,
  versionId: number,
  rows: { market: string; category: string; unitPrice: Micros; tiers: PriceTier[] | null }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.insert(prices).values(
    rows.map(({ market, category, unitPrice, tiers }) => ({
      priceVersionId: versionId,
      market,
      category,
      unitPriceMicros: unitPrice,
      tiers,
    })),
  );
}

/** @returns the books of the versions that were not marked before. */
export async function updateVersionsUsed(
  tx: Transaction,
  versionIds: number[],
): Promise<{ id: number; priceBookId: number }[]> {
  return tx
    .update(priceVersions)
    .set({ used: true })
    .where(and(inArray(priceVersions.id, versionIds), eq(priceVersions.used, false)))
    .returning({ id: priceVersions.id, priceBookId: priceVersions.priceBookId });
}
