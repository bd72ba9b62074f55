import "server-only";
import type { Transaction } from "@/db/client";
import type { PriceTier, Scheme } from "@/db/schema/rating";
import type { MachineScope, StaffScope } from "@/lib/auth/scope";
import { invariant, Refusal } from "@/lib/errors";
import { type Micros, micros, toDecimal } from "@/lib/money/money";
import type { PriceBookAssignment } from "@/lib/organizations/organizations";
import type { Day } from "@/lib/time/period";
import { indexMarkets, type Markets, type Price, type PriceBook, type PriceVersion, priceKey } from "./rules";
import {
  type BookRevision,
  deletePrices,
  insertBook,
  insertPrices,
  insertVersion,
  lockBook,
  lockVersion,
  raiseRevision,
  selectAssignedRevisions,
  selectBookBySlug,
  selectBookRevisions,
  selectBooks,
  selectMarketPrefixes,
  selectPrices,
  selectVersions,
  updateBookName,
  updateScheme,
  updateVersionsUsed,
} from "./store";

/** A price book without its prices. */
export type BookName = {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly currency: string;
};

/** A version as it is published: what `PUT …/price-books/{slug}/versions/{from}` and the card import carry. */
export type Publication = {
  readonly slug: string;
  /** The book's name, where the book is new or is renamed. Default for a new book: its slug. */
  readonly name?: string | undefined;
  readonly currency: string;
  readonly effectiveFrom: Day;
  readonly scheme: Scheme;
  readonly prices: readonly PublishedPrice[];
};

/** One price of a publication. Tiers are sorted by `above`. */
export type PublishedPrice = {
  readonly market: string;
  readonly category: string;
  readonly unitPrice: Micros;
  readonly tiers?: Price["tiers"] | undefined;
};

/** What a publication did. */
export type Published = {
  readonly bookId: number;
  readonly versionId: number;
  /** Extended: prices that were missing were added to a version, nothing else changed. */
  readonly outcome: "created" | "replaced" | "extended" | "unchanged";
};

/** Who may publish prices: staff, or a key of the platform with the admin scope. */
export type Publisher = StaffScope<"back_office:write"> | MachineScope<"admin">;

type CachedBook = { readonly stamp: string; readonly book: PriceBook };

type Memory = { books: Map<number, CachedBook>; markets: Markets | undefined; usedVersions: Set<number> };

// Shared by all bundles of one process. A cached book is never changed: a publication makes a new one.
const shared = globalThis as typeof globalThis & { kuotaPrices?: Memory };
shared.kuotaPrices ??= { books: new Map(), markets: undefined, usedVersions: new Set() };
const memory = shared.kuotaPrices;
const marking = new WeakSet<Transaction>();

/**
 * Price books by id, with every version. One small query; prices are read only when a publication has changed
 * them since they were last read in this process.
 */
export async function loadPriceBooks(
  tx: Transaction,
  ids: readonly number[],
): Promise<Map<number, PriceBook>> {
  return ids.length === 0 ? new Map() : booksAt(tx, await selectBookRevisions(tx, [...new Set(ids)]));
}

/**
 * Which price book an organization uses from which day on, oldest first, and these books by id; read in one statement, so
 * that none is assigned that is not there.
 */
export async function loadAssignedBooks(
  tx: Transaction,
  organizationId: number,
): Promise<{ assignments: PriceBookAssignment[]; books: Map<number, PriceBook> }> {
  const rows = await selectAssignedRevisions(tx, organizationId);
  const assignments = rows.map(({ fromDay, id }) => ({ fromDay, priceBookId: id }));
  const revisions = rows.map(({ fromDay: _, ...revision }) => revision);
  return { assignments, books: await booksAt(tx, revisions) };
}

async function booksAt(tx: Transaction, revisions: readonly BookRevision[]): Promise<Map<number, PriceBook>> {
  const books = new Map<number, PriceBook>();
  for (const { stamp, ...row } of revisions) {
    const cached = memory.books.get(row.id);
    const entry =
      cached?.stamp === stamp
        ? cached
        : { stamp, book: { ...row, versions: await readVersions(tx, row.id) } };
    memory.books.set(row.id, entry);
    books.set(row.id, entry.book);
  }
  return books;
}

async function readVersions(tx: Transaction, bookId: number): Promise<PriceVersion[]> {
  const rows = await selectVersions(tx, bookId);
  const pricesOf = new Map(rows.map(({ id }) => [id, new Map<string, Price>()]));
  const ids = rows.map(({ id }) => id);
  for (const { versionId, market, category, unitPrice, tiers } of await selectPrices(tx, ids)) {
    pricesOf.get(versionId)?.set(priceKey(market, category), { unitPrice, tiers: readTiers(tiers) });
  }
  return rows.map((row) => ({ ...row, prices: pricesOf.get(row.id) ?? new Map() }));
}

function readTiers(tiers: PriceTier[] | null): Price["tiers"] {
  return (tiers ?? [])
    .map(({ above, unit_price }) => ({ above, unitPrice: micros(unit_price) }))
    .sort((a, b) => a.above - b.above);
}

/** The market table. Read once per process: it changes by migration only, with dates ahead. */
export async function loadMarkets(tx: Transaction): Promise<Markets> {
  memory.markets ??= indexMarkets(await selectMarketPrefixes(tx));
  return memory.markets;
}

/** The price book of a slug, or undefined. */
export async function findPriceBook(tx: Transaction, slug: string): Promise<BookName | undefined> {
  return selectBookBySlug(tx, slug);
}

/** Every price book, by slug. */
export async function listPriceBooks(tx: Transaction): Promise<BookName[]> {
  return selectBooks(tx);
}

/**
 * Publishes a version of a price book, making the book if there is none. The same publication again changes
 * nothing. A version that no charge was priced by is replaced as a whole; in one that was, prices that were
 * missing may be added (parked charges can then be priced), but nothing may change or go.
 *
 * @throws Refusal version_in_use when a price or the scheme of a version in use would change
 * @throws Refusal conflict when the book is in another currency
 * @throws Refusal forbidden when the key is one organization's: price books are the platform's
 */
export async function publishVersion(
  tx: Transaction,
  publisher: Publisher,
  publication: Publication,
): Promise<Published> {
  if ("onlyOrganizationId" in publisher && publisher.onlyOrganizationId !== null) {
    throw new Refusal("forbidden", "Price books belong to the platform: use the platform's key.");
  }
  const book = await claimBook(tx, publication);
  const { effectiveFrom, scheme } = publication;
  const rows = publication.prices.map(toRow);
  const version = await lockVersion(tx, book.id, effectiveFrom);
  if (!version) {
    const versionId = await insertVersion(tx, { priceBookId: book.id, effectiveFrom, scheme });
    await insertPrices(tx, versionId, rows);
    await raiseRevision(tx, book.id);
    return { bookId: book.id, versionId, outcome: "created" };
  }
  const versionId = version.id;
  const { kept, added, known } = compare(rows, await selectPrices(tx, [versionId]));
  const onlyAdds =
    kept === known && kept + added.length === rows.length && sameScheme(version.scheme, scheme);
  if (onlyAdds && added.length === 0) return { bookId: book.id, versionId, outcome: "unchanged" };
  if (!onlyAdds) {
    if (version.used) {
      throw new Refusal(
        "version_in_use",
        `Messages were charged by the prices of ${book.slug} from ${effectiveFrom}: publish the change from a later day.`,
      );
    }
    await updateScheme(tx, versionId, scheme);
    await deletePrices(tx, versionId);
  }
  await insertPrices(tx, versionId, onlyAdds ? added : rows);
  await raiseRevision(tx, book.id);
  return { bookId: book.id, versionId, outcome: onlyAdds ? "extended" : "replaced" };
}

/** Finds or makes the book, and holds it so that publications into it take turns. */
async function claimBook(tx: Transaction, { slug, name, currency }: Publication): Promise<BookName> {
  await insertBook(tx, { slug, name: name ?? slug, currency });
  const book = await lockBook(tx, slug);
  invariant(book, `price book ${slug} exists`);
  if (book.currency !== currency) {
    throw new Refusal("conflict", `The price book ${slug} is in ${book.currency}, not in ${currency}.`);
  }
  if (name !== undefined && name !== book.name) await updateBookName(tx, book.id, name);
  return book;
}

type PriceRow = ReturnType<typeof toRow>;

/** How many known prices stay as they are, and which rows are new. The rest of `rows` changes a known price. */
function compare(rows: readonly PriceRow[], knownRows: readonly PriceRow[]) {
  const known = new Map(knownRows.map((row) => [priceKey(row.market, row.category), row]));
  const added = rows.filter((row) => !known.has(priceKey(row.market, row.category)));
  const kept = rows.filter((row) => {
    const before = known.get(priceKey(row.market, row.category));
    return before?.unitPrice === row.unitPrice && sameTiers(before.tiers, row.tiers);
  });
  return { kept: kept.length, added, known: known.size };
}

/**
 * Notes that charges were priced by these versions, so that no price in them changes any more. Free for versions
 * that are known to be marked. Call it once per transaction, after pricing.
 *
 * @returns false when one of the books was published anew after it was loaded and before this first use of the
 * version: the charges may carry a price that is no longer there, so roll back and begin again.
 */
export async function markVersionsUsed(
  tx: Transaction,
  books: ReadonlyMap<number, PriceBook>,
  versionIds: readonly number[],
): Promise<boolean> {
  const unknown = [...new Set(versionIds)].filter((id) => !memory.usedVersions.has(id)).sort((a, b) => a - b);
  if (unknown.length === 0) return true;
  const newlyUsed = await updateVersionsUsed(tx, unknown);
  if (newlyUsed.length > 0) marking.add(tx);
  // What this transaction has marked itself may still be rolled back, so only what others committed is remembered.
  if (!marking.has(tx)) for (const id of unknown) memory.usedVersions.add(id);
  if (newlyUsed.length === 0) return true;
  const revisions = await selectBookRevisions(
    tx,
    newlyUsed.map(({ priceBookId }) => priceBookId),
  );
  return revisions.every(({ id, revision }) => books.get(id)?.revision === revision);
}

function toRow({ market, category, unitPrice, tiers }: PublishedPrice) {
  const rows = [...(tiers ?? [])].sort((a, b) => a.above - b.above);
  return {
    market,
    category,
    unitPrice,
    tiers:
      rows.length > 0
        ? rows.map((tier) => ({ above: tier.above, unit_price: toDecimal(tier.unitPrice) }))
        : null,
  };
}

function sameTiers(a: PriceTier[] | null, b: PriceTier[] | null): boolean {
  if (a?.length !== b?.length) return false;
  return (a ?? []).every((tier, at) => tier.above === b?.[at]?.above && tier.unit_price === b[at].unit_price);
}

/** Leaving a setting out is the same as its default. */
function sameScheme(a: Scheme, b: Scheme): boolean {
  const categories = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...categories].every((category) => {
    const [before, after] = [a[category], b[category]];
    if (!before || !after) return false;
    return (
      before.unit === after.unit &&
      (before.free_in_window ?? false) === (after.free_in_window ?? false) &&
      (before.free_per_number_and_month ?? 0) === (after.free_per_number_and_month ?? 0)
    );
  });
}
