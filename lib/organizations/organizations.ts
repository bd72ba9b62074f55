import "server-only";
import { inOrganization, type Transaction } from "@/db/client";
import type { Scope } from "@/lib/auth/scope";
import { invariant } from "@/lib/errors";
import type { Day } from "@/lib/time/period";
import {
  deleteNumber,
  deletePriceBookAssignments,
  insertNumber,
  insertOrganization,
  lockOrganizationRow,
  type OrganizationValues,
  selectNumber,
  selectNumberOwners,
  selectNumbers,
  selectOrganization,
  selectOrganizationsBySlug,
  selectPriceBookAssignments,
  updateDisplayNumber,
  updateOrganization,
  upsertPriceBookAssignment,
} from "./store";

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

/** The organization of a scope, for doors that show its settings. */
export async function organizationOf(scope: Scope): Promise<Organization> {
  return inOrganization(scope.organizationId, (tx) => readOrganization(tx, scope.organizationId));
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

/** The organization of a slug, or undefined. */
export async function findOrganization(tx: Transaction, slug: string): Promise<Organization | undefined> {
  const [row] = await selectOrganizationsBySlug(tx, [slug]);
  return row;
}

/** Reads the organization and holds its row until the transaction ends, so that its settings change one at a time. */
export async function lockOrganization(tx: Transaction, organizationId: number): Promise<Organization> {
  const organization = await lockOrganizationRow(tx, organizationId);
  invariant(organization, `organization ${organizationId} exists`);
  return organization;
}

/** What is written down of a new organization. */
export type NewOrganization = Pick<
  OrganizationValues,
  "slug" | "name" | "timeZone" | "currency" | "mode" | "startsOn"
> & {
  /** Where a test organization's clock starts; null for live ones. */
  readonly clock: Date | null;
  readonly authenticationInternational: boolean;
};

/** Makes an organization. Undefined when the slug is taken. The caller gives it a ledger (`ensureLedger`). */
export async function createOrganization(
  tx: Transaction,
  facts: NewOrganization,
): Promise<Organization | undefined> {
  return insertOrganization(tx, facts);
}

/** Changes settings; which changes are allowed is decided above. Slug and mode never change. */
export async function changeOrganization(
  tx: Transaction,
  organizationId: number,
  changes: Partial<
    Pick<
      Organization,
      "name" | "timeZone" | "currency" | "startsOn" | "authenticationInternational" | "clock" | "suspendedAt"
    >
  >,
): Promise<void> {
  if (Object.keys(changes).length > 0) await updateOrganization(tx, organizationId, changes);
}

/** Gives an organization a price book from a day on. */
export async function assignPriceBook(
  tx: Transaction,
  organizationId: number,
  fromDay: Day,
  priceBookId: number,
): Promise<void> {
  await upsertPriceBookAssignment(tx, organizationId, fromDay, priceBookId);
}

/** Takes all price books from an organization without usage, before it is given another. */
export async function unassignPriceBooks(tx: Transaction, organizationId: number): Promise<void> {
  await deletePriceBookAssignments(tx, organizationId);
}

/** A WhatsApp business number, by Meta's id of it. */
export type BusinessNumber = { readonly phoneNumberId: string; readonly displayPhoneNumber: string };

/**
 * Gives a number to an organization. Asking again is harmless and may correct how the number is shown.
 *
 * @returns "taken" when it is another organization's: a number belongs to one.
 */
export async function claimNumber(
  tx: Transaction,
  organizationId: number,
  number: BusinessNumber,
): Promise<"added" | "changed" | "unchanged" | "taken"> {
  if (await insertNumber(tx, { organizationId, ...number })) return "added";
  const known = await selectNumber(tx, number.phoneNumberId);
  invariant(known, `number ${number.phoneNumberId} is known`);
  if (known.organizationId !== organizationId) return "taken";
  if (known.displayPhoneNumber === number.displayPhoneNumber) return "unchanged";
  await updateDisplayNumber(tx, organizationId, number.phoneNumberId, number.displayPhoneNumber);
  return "changed";
}

/** Takes a number away from an organization. @returns what it was; null when the organization has no such number */
export async function releaseNumber(
  tx: Transaction,
  organizationId: number,
  phoneNumberId: string,
): Promise<BusinessNumber | null> {
  const row = await deleteNumber(tx, organizationId, phoneNumberId);
  return row ? { phoneNumberId, displayPhoneNumber: row.displayPhoneNumber } : null;
}

/** The organization's numbers, oldest first. */
export async function numbersOf(tx: Transaction, organizationId: number): Promise<BusinessNumber[]> {
  return (await selectNumbers(tx, organizationId)).map(({ phoneNumberId, displayPhoneNumber }) => ({
    phoneNumberId,
    displayPhoneNumber,
  }));
}

/** Whose the numbers are, by Meta's id; numbers that nobody has are missing from the answer. */
export async function ownersOfNumbers(
  tx: Transaction,
  phoneNumberIds: readonly string[],
): Promise<Map<string, number>> {
  if (phoneNumberIds.length === 0) return new Map();
  const rows = await selectNumberOwners(tx, [...new Set(phoneNumberIds)]);
  return new Map(rows.map(({ phoneNumberId, organizationId }) => [phoneNumberId, organizationId]));
}
