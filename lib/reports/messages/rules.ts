import type { PaidFilter } from "@/lib/reports/input";
import type { Day } from "@/lib/time/period";

/** What `messages.paid_from` may say of a use; `pending` and `none` are no use. */
export const USE_PAID_FROM = [
  "quota",
  "initial",
  "additional",
  "initial_and_additional",
  "free",
  "covered",
  "unpriced",
] as const;
export type UsePaidFrom = (typeof USE_PAID_FROM)[number];

const BY_FILTER: Record<PaidFilter, readonly UsePaidFrom[]> = {
  quota: ["quota"],
  initial: ["initial", "initial_and_additional"],
  additional: ["additional", "initial_and_additional"],
  free: ["free", "covered"],
  unpriced: ["unpriced"],
};

/** What the filter "paid by" means in rows: a charge that two balances shared is found under both (U9). */
export function paidFromOf(filter: PaidFilter | undefined): readonly UsePaidFrom[] {
  return filter === undefined ? USE_PAID_FROM : BY_FILTER[filter];
}

/** How many rows a day has: those that match the filter, and all that a search for them has to pass. */
export type DayCount = { readonly day: Day; readonly matching: number; readonly all: number };

/** The days to look at for one page, in reading order, and how many matching rows of the first to pass over. */
export type PagePlan = { readonly days: readonly Day[]; readonly skip: number };

/**
 * Rows that one page may pass over. Where a rare category hides among millions of others a page ends early instead
 * of searching on; the next one goes on from there.
 */
export const SCAN_BUDGET = 150_000;

/** Where a page begins: at its n-th row, counted from 1, or behind a row on a day. */
export type PageStart = { readonly row: number } | { readonly day: Day };

/**
 * Which days hold a page, worked out from the roll-up instead of by searching: days without a match are never
 * looked at, and a page far back is found without reading those before it.
 *
 * @param counts days with matches only, in reading order
 */
export function planPage(
  counts: readonly DayCount[],
  start: PageStart,
  size: number,
  descending: boolean,
): PagePlan {
  const { first, skip } =
    "row" in start ? findRow(counts, start.row) : findDay(counts, start.day, descending);
  const days: Day[] = [];
  // What is left of a day that a cursor points into is unknown, so such a day fills nothing.
  let found = 0;
  let passed = 0;
  for (const count of counts.slice(first)) {
    const intoCursorDay = "day" in start && count.day === start.day;
    if (found >= size || (found > 0 && passed + count.all > SCAN_BUDGET)) break;
    days.push(count.day);
    passed += count.all;
    if (!intoCursorDay) found += days.length === 1 ? count.matching - skip : count.matching;
  }
  return { days, skip };
}

function findRow(counts: readonly DayCount[], row: number): { first: number; skip: number } {
  let before = 0;
  for (const [index, { matching }] of counts.entries()) {
    if (before + matching >= row) return { first: index, skip: row - 1 - before };
    before += matching;
  }
  return { first: counts.length, skip: 0 };
}

function findDay(
  counts: readonly DayCount[],
  day: Day,
  descending: boolean,
): { first: number; skip: number } {
  const index = counts.findIndex((count) => (descending ? count.day <= day : count.day >= day));
  return { first: index < 0 ? counts.length : index, skip: 0 };
}

/** The first row of the last page: what an address beyond the end is led to. */
export function lastPageRow(total: number, size: number): number {
  return total === 0 ? 1 : Math.floor((total - 1) / size) * size + 1;
}

/**
 * Where to read instead when a cursor leads to no row of a list that has some, because it grew or shrank meanwhile: its
 * last page behind the end, its first before the beginning. Null when the page is what was asked for.
 */
export function endInstead(
  { after, before }: { readonly after: unknown; readonly before: unknown },
  found: number,
  total: number,
): { readonly row: number } | null {
  if (found > 0 || total === 0 || !(after || before)) return null;
  return { row: after ? total : 1 };
}
