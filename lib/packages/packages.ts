import "server-only";
import type { Transaction } from "@/db/client";
import { invariant } from "@/lib/errors";
import type { Micros } from "@/lib/money/money";
import type { Month } from "@/lib/time/period";
import {
  type AssignmentValues,
  deleteAssignments,
  insertPackage,
  lockPackageBySlug,
  type PackageRow,
  type PackageValues,
  selectAssignments,
  selectOrganizationsOnPackage,
  selectPackageBySlug,
  selectPackages,
  updatePackage,
  upsertAssignment,
} from "./store";

/** What a client buys per month. Amounts in the package's currency. */
export type Package = Omit<PackageRow, "initialBalanceMicros"> & { readonly initialBalance: Micros };

/** A package without its number: what staff write down. */
export type PackageFacts = Omit<Package, "id" | "updatedAt">;

/** What was agreed with one client alone; null: as the package says (A2). */
export type Overrides = {
  readonly seats: number | null;
  readonly uniqueVisitors: number | null;
  readonly conversations: number | null;
  readonly initialBalance: Micros | null;
};

export const NO_OVERRIDES: Overrides = {
  seats: null,
  uniqueVisitors: null,
  conversations: null,
  initialBalance: null,
};

/** What an organization gets per month from `fromMonth` on: its package with what was agreed for it alone. */
export type Terms = {
  readonly fromMonth: Month;
  readonly packageId: number;
  readonly packageSlug: string;
  readonly packageName: string;
  readonly seats: number;
  readonly uniqueVisitors: number;
  /** Null: no conversation quota. */
  readonly conversations: number | null;
  readonly initialBalance: Micros;
  readonly initialCarriesOver: boolean;
  /** What of this was agreed with this client alone. */
  readonly overrides: Overrides;
};

/** All terms of an organization, oldest first; empty without a package. */
export async function termsOf(tx: Transaction, organizationId: number): Promise<Terms[]> {
  const rows = await selectAssignments(tx, organizationId);
  return rows.map(({ assignment, package: bought }) => ({
    fromMonth: assignment.fromMonth,
    packageId: bought.id,
    packageSlug: bought.slug,
    packageName: bought.name,
    seats: assignment.seats ?? bought.seats,
    uniqueVisitors: assignment.uniqueVisitors ?? bought.uniqueVisitors,
    conversations: assignment.conversations ?? bought.conversations,
    initialBalance: assignment.initialBalanceMicros ?? bought.initialBalanceMicros,
    initialCarriesOver: bought.initialCarriesOver,
    overrides: {
      seats: assignment.seats,
      uniqueVisitors: assignment.uniqueVisitors,
      conversations: assignment.conversations,
      initialBalance: assignment.initialBalanceMicros,
    },
  }));
}

/** The terms in force in a month: the latest that began by then. Undefined before the first. */
export function termsIn(terms: readonly Terms[], month: Month): Terms | undefined {
  return terms.findLast(({ fromMonth }) => fromMonth <= month);
}

/** The package of a slug, or undefined. */
export async function findPackage(tx: Transaction, slug: string): Promise<Package | undefined> {
  const row = await selectPackageBySlug(tx, slug);
  return row && toPackage(row);
}

/** Every package, by slug. */
export async function listPackages(tx: Transaction): Promise<Package[]> {
  return (await selectPackages(tx)).map(toPackage);
}

/**
 * Writes a package down, new or changed. The caller has opened every month that is due for its organizations, so
 * that a change reaches only months that open after it.
 *
 * @returns the package as it was before, undefined when it is new.
 */
export async function writePackage(tx: Transaction, facts: PackageFacts): Promise<Package | undefined> {
  const values = toValues(facts);
  if (await insertPackage(tx, values)) return undefined;
  const before = await lockPackageBySlug(tx, facts.slug);
  invariant(before, `package ${facts.slug} exists`);
  if (!sameValues(before, values)) await updatePackage(tx, before.id, values);
  return toPackage(before);
}

/** True when writing `facts` would change nothing. */
export function isSamePackage(known: Package, facts: PackageFacts): boolean {
  return sameValues(toValues(known), toValues(facts));
}

/** Every organization that has, had or will have the package. Needs a transaction that spans organizations. */
export async function organizationsOnPackage(tx: Transaction, packageId: number): Promise<number[]> {
  return selectOrganizationsOnPackage(tx, packageId);
}

/** Gives an organization a package from a month on. The caller has made sure that the month was not granted yet. */
export async function assignFromMonth(
  tx: Transaction,
  organizationId: number,
  fromMonth: Month,
  packageId: number,
  overrides: Overrides = NO_OVERRIDES,
): Promise<void> {
  const { initialBalance, ...quotas } = overrides;
  const values: AssignmentValues = { packageId, ...quotas, initialBalanceMicros: initialBalance };
  await upsertAssignment(tx, organizationId, fromMonth, values);
}

/** Takes all packages from an organization that was granted nothing yet, before it is assigned anew. */
export async function unassignAll(tx: Transaction, organizationId: number): Promise<void> {
  await deleteAssignments(tx, organizationId);
}

function toPackage({ initialBalanceMicros, ...row }: PackageRow): Package {
  return { ...row, initialBalance: initialBalanceMicros };
}

function toValues(facts: PackageFacts): PackageValues {
  return {
    slug: facts.slug,
    name: facts.name,
    seats: facts.seats,
    uniqueVisitors: facts.uniqueVisitors,
    conversations: facts.conversations,
    initialBalanceMicros: facts.initialBalance,
    currency: facts.currency,
    initialCarriesOver: facts.initialCarriesOver,
  };
}

function sameValues(a: PackageValues, b: PackageValues): boolean {
  return (
    a.name === b.name &&
    a.seats === b.seats &&
    a.uniqueVisitors === b.uniqueVisitors &&
    a.conversations === b.conversations &&
    a.initialBalanceMicros === b.initialBalanceMicros &&
    a.currency === b.currency &&
    a.initialCarriesOver === b.initialCarriesOver
  );
}
