import { asc, eq, inArray } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { organizations, priceBookAssignments } from "@/db/schema/organizations";

export async function selectOrganization(tx: Transaction, organizationId: number) {
  const [row] = await tx.select().from(organizations).where(eq(organizations.id, organizationId));
  return row;
}

export async function selectOrganizationsBySlug(tx: Transaction, slugs: string[]) {
  return tx.select().from(organizations).where(inArray(organizations.slug, slugs));
}

export async function selectPriceBookAssignments(tx: Transaction, organizationId: number) {
  return tx
    .select({ fromDay: priceBookAssignments.fromDay, priceBookId: priceBookAssignments.priceBookId })
    .from(priceBookAssignments)
    .where(eq(priceBookAssignments.organizationId, organizationId))
    .orderBy(asc(priceBookAssignments.fromDay));
}
