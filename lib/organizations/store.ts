import { and, asc, eq, inArray } from "drizzle-orm";
import { rawSql, type Transaction } from "@/db/client";
import { businessNumbers, organizations, priceBookAssignments } from "@/db/schema/organizations";

type OrganizationRow = typeof organizations.$inferSelect;

/** Written by hand, as what else every recording reads first: a prepared statement costs a third of a built one. */
export async function selectOrganization(
  tx: Transaction,
  organizationId: number,
): Promise<OrganizationRow | undefined> {
  type Times = { clock: string | null; suspendedAt: string | null; createdAt: string };
  const [row] = await rawSql(tx)<(Omit<OrganizationRow, keyof Times> & Times)[]>`
    select id, slug, name, time_zone as "timeZone", currency, mode, clock, starts_on as "startsOn",
      authentication_international as "authenticationInternational", suspended_at as "suspendedAt",
      created_at as "createdAt"
    from organizations where id = ${organizationId}`;
  return row && { ...row, ...instantsOf(row) };
}

function instantsOf(row: { clock: string | null; suspendedAt: string | null; createdAt: string }) {
  return {
    clock: row.clock === null ? null : new Date(row.clock),
    suspendedAt: row.suspendedAt === null ? null : new Date(row.suspendedAt),
    createdAt: new Date(row.createdAt),
  };
}

export async function selectOrganizationsBySlug(tx: Transaction, slugs: string[]) {
  return tx.select().from(organizations).where(inArray(organizations.slug, slugs));
}

export async function selectPriceBookAssignments(tx: Transaction, organizationId: number) {
  const rows = await rawSql(tx)<{ fromDay: string; priceBookId: number }[]>`
    select from_day as "fromDay", price_book_id as "priceBookId" from price_book_assignments
    where organization_id = ${organizationId} order by from_day`;
  return [...rows];
}

/** Takes the organization's row, so that settings change one at a time. */
export async function lockOrganizationRow(tx: Transaction, organizationId: number) {
  const [row] = await tx
    .select()
    .from(organizations)
    .where(eq(organizations.id, organizationId))
    .for("update");
  return row;
}

export type OrganizationValues = typeof organizations.$inferInsert;

/** Undefined when the slug is taken. */
export async function insertOrganization(tx: Transaction, values: OrganizationValues) {
  const [row] = await tx
    .insert(organizations)
    .values(values)
    .onConflictDoNothing({ target: organizations.slug })
    .returning();
  return row;
}

export async function updateOrganization(
  tx: Transaction,
  organizationId: number,
  values: Partial<OrganizationValues>,
): Promise<void> {
  await tx.update(organizations).set(values).where(eq(organizations.id, organizationId));
}

export async function upsertPriceBookAssignment(
  tx: Transaction,
  organizationId: number,
  fromDay: string,
  priceBookId: number,
): Promise<void> {
  await tx
    .insert(priceBookAssignments)
    .values({ organizationId, fromDay, priceBookId })
    .onConflictDoUpdate({
      target: [priceBookAssignments.organizationId, priceBookAssignments.fromDay],
      set: { priceBookId },
    });
}

export async function deletePriceBookAssignments(tx: Transaction, organizationId: number): Promise<void> {
  await tx.delete(priceBookAssignments).where(eq(priceBookAssignments.organizationId, organizationId));
}

/** False when somebody has the number already. */
export async function insertNumber(
  tx: Transaction,
  values: typeof businessNumbers.$inferInsert,
): Promise<boolean> {
  const rows = await tx
    .insert(businessNumbers)
    .values(values)
    .onConflictDoNothing({ target: businessNumbers.phoneNumberId })
    .returning({ id: businessNumbers.phoneNumberId });
  return rows.length === 1;
}

export async function selectNumber(tx: Transaction, phoneNumberId: string) {
  const [row] = await tx
    .select()
    .from(businessNumbers)
    .where(eq(businessNumbers.phoneNumberId, phoneNumberId));
  return row;
}

export async function updateDisplayNumber(
  tx: Transaction,
  organizationId: number,
  phoneNumberId: string,
  displayPhoneNumber: string,
): Promise<void> {
  await tx
    .update(businessNumbers)
    .set({ displayPhoneNumber })
    .where(
      and(
        eq(businessNumbers.organizationId, organizationId),
        eq(businessNumbers.phoneNumberId, phoneNumberId),
      ),
    );
}

/** The row that was deleted; undefined when the organization has no such number. */
export async function deleteNumber(tx: Transaction, organizationId: number, phoneNumberId: string) {
  const [row] = await tx
    .delete(businessNumbers)
    .where(
      and(
        eq(businessNumbers.organizationId, organizationId),
        eq(businessNumbers.phoneNumberId, phoneNumberId),
      ),
    )
    .returning();
  return row;
}

export async function selectNumbers(tx: Transaction, organizationId: number) {
  return tx
    .select()
    .from(businessNumbers)
    .where(eq(businessNumbers.organizationId, organizationId))
    .orderBy(asc(businessNumbers.createdAt), asc(businessNumbers.phoneNumberId));
}

export async function selectNumberOwners(tx: Transaction, phoneNumberIds: string[]) {
  return tx
    .select({
      phoneNumberId: businessNumbers.phoneNumberId,
      organizationId: businessNumbers.organizationId,
    })
    .from(businessNumbers)
    .where(inArray(businessNumbers.phoneNumberId, phoneNumberIds));
}
