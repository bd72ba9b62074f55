import "server-only";
import type { Transaction } from "@/db/client";
import { invariant } from "@/lib/errors";
import type { Day } from "@/lib/time/period";
import { selectOrganization, selectOrganizationsBySlug, selectPriceBookAssignments } from "./store";

/** A client company, as everything else needs to know it. */
export type Organization = NonNullable<Awaited<ReturnType<typeof selectOrganization>>>;

/** Which price book an organization uses from which day on, oldest first. */
export type PriceBookAssignment = { readonly fromDay: Day; readonly priceBookId: number };

/** The organization of a Scope. Read in the transaction that acts on it: a test organization's clock may move. */
export async function readOrganization(tx: Transaction, organizationId: number): Promise<Organization> {
  const organization = await selectOrganization(tx, organizationId);
  invariant(organization, `organization ${organizationId} exists`);
  return organization;
}

/** The organizations behind slugs; slugs that nobody has are missing from the answer. */
export async function findOrganizations(
  tx: Transaction,
  slugs: string[],
): Promise<Map<string, Organization>> {
  if (slugs.length === 0) return new Map();
  const rows = await selectOrganizationsBySlug(tx, slugs);
  return new Map(rows.map((row) => [row.slug, row]));
}

/** @returns oldest first; empty when the organization has no price book. */
export async function priceBooksOf(tx: Transaction, organizationId: number): Promise<PriceBookAssignment[]> {
  return selectPriceBookAssignments(tx, organizationId);
}
