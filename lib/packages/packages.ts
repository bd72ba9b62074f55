import "server-only";
import type { Transaction } from "@/db/client";
import type { Micros } from "@/lib/money/money";
import type { Month } from "@/lib/time/period";
import { selectAssignments } from "./store";

/** What an organization gets per month from `fromMonth` on: its package with what was agreed for it alone. */
export type Terms = {
  readonly fromMonth: Month;
  readonly packageId: number;
  readonly packageName: string;
  readonly seats: number;
  readonly uniqueVisitors: number;
  /** Null: no conversation quota. */
  readonly conversations: number | null;
  readonly initialBalance: Micros;
  readonly initialCarriesOver: boolean;
};

/** All terms of an organization, oldest first; empty without a package. */
export async function termsOf(tx: Transaction, organizationId: number): Promise<Terms[]> {
  const rows = await selectAssignments(tx, organizationId);
  return rows.map(({ assignment, package: bought }) => ({
    fromMonth: assignment.fromMonth,
    packageId: bought.id,
    packageName: bought.name,
    seats: assignment.seats ?? bought.seats,
    uniqueVisitors: assignment.uniqueVisitors ?? bought.uniqueVisitors,
    conversations: assignment.conversations ?? bought.conversations,
    initialBalance: assignment.initialBalanceMicros ?? bought.initialBalanceMicros,
    initialCarriesOver: bought.initialCarriesOver,
  }));
}

/** The terms in force in a month: the latest that began by then. Undefined before the first. */
export function termsIn(terms: readonly Terms[], month: Month): Terms | undefined {
  return terms.findLast(({ fromMonth }) => fromMonth <= month);
}
