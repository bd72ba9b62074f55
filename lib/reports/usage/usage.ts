import "server-only";
import { readInOrganization } from "@/db/client";
import type { Scope } from "@/lib/auth/scope";
import { Refusal } from "@/lib/errors";
import type { Micros } from "@/lib/money/money";
import { rangeMessage, rangeProblem } from "@/lib/reports/input";
import { type Day, type DayRange, daysOf } from "@/lib/time/period";
import { type ChartDay, COLUMNS } from "./rules";
import { selectBreakdown, selectSpentDays, selectUsageDays } from "./store";

/** One day of an organization's zone: units, new unique visitors, and what the WhatsApp balance paid. */
export type DailyUsage = { readonly day: Day; readonly amount: Micros } & {
  readonly [Column in (typeof COLUMNS)[number]]: number;
};

/**
 * Every day of the range, days without usage as zeros (U7). Read from the roll-up, so it costs the same at any volume.
 *
 * @throws Refusal range_too_long beyond 3 calendar months, invalid_input for a range that is none.
 */
export async function usageByDay(scope: Scope<"usage:read">, range: DayRange): Promise<DailyUsage[]> {
  checkRange(range);
  const rows = await readInOrganization(scope.organizationId, (tx) =>
    selectUsageDays(tx, scope.organizationId, range),
  );
  const known = new Map(rows.map((row) => [row.day, row]));
  return daysOf(range).map((day) => {
    const row = known.get(day);
    if (!row) return { ...NOTHING, day, amount: 0n };
    return {
      day,
      service: Number(row.service),
      marketing: Number(row.marketing),
      utility: Number(row.utility),
      authentication: Number(row.authentication),
      authenticationInternational: Number(row.authentication_international),
      group: Number(row.group),
      other: Number(row.other),
      uniqueVisitors: Number(row.unique_visitors),
      amount: BigInt(row.amount_micros),
    };
  });
}

const NOTHING = {
  service: 0,
  marketing: 0,
  utility: 0,
  authentication: 0,
  authenticationInternational: 0,
  group: 0,
  other: 0,
  uniqueVisitors: 0,
};

const COLUMN_OF_CATEGORY: Readonly<Record<string, keyof typeof NOTHING>> = {
  service: "service",
  marketing: "marketing",
  utility: "utility",
  authentication: "authentication",
  "authentication-international": "authenticationInternational",
  group: "group",
};

/** The days of `usageByDay` as the chart takes them. */
export function toChartDays(days: readonly DailyUsage[]): ChartDay[] {
  return days.map((usage) => {
    const columns = COLUMNS.map((column) => [column, BigInt(usage[column])]);
    return { day: usage.day, ...Object.fromEntries(columns) };
  });
}

/**
 * As `usageByDay`, in money: what the WhatsApp balance paid for each category (U6).
 *
 * @throws Refusal range_too_long, invalid_input.
 */
export async function spentByDay(scope: Scope<"usage:read">, range: DayRange): Promise<ChartDay[]> {
  checkRange(range);
  const rows = await readInOrganization(scope.organizationId, (tx) =>
    selectSpentDays(tx, scope.organizationId, range),
  );
  const days = new Map(daysOf(range).map((day) => [day, emptyDay()]));
  for (const { day, category, amount_micros } of rows) {
    const sums = days.get(day);
    if (sums) sums[COLUMN_OF_CATEGORY[category] ?? "other"] += BigInt(amount_micros);
  }
  return [...days].map(([day, sums]) => ({ day, ...sums }));
}

function emptyDay(): Record<keyof typeof NOTHING, Micros> {
  return {
    service: 0n,
    marketing: 0n,
    utility: 0n,
    authentication: 0n,
    authenticationInternational: 0n,
    group: 0n,
    other: 0n,
    uniqueVisitors: 0n,
  };
}

/** A category in a market: what was used of it and what it cost. */
export type BreakdownRow = {
  readonly category: string;
  readonly market: string;
  readonly units: number;
  readonly amount: Micros;
};

/**
 * What cost most within a range, dearest first.
 *
 * @throws Refusal range_too_long, invalid_input.
 */
export async function usageBreakdown(scope: Scope<"usage:read">, range: DayRange): Promise<BreakdownRow[]> {
  checkRange(range);
  const rows = await readInOrganization(scope.organizationId, (tx) =>
    selectBreakdown(tx, scope.organizationId, range),
  );
  return rows.map((row) => ({
    category: row.category,
    market: row.market,
    units: Number(row.units),
    amount: BigInt(row.amount_micros),
  }));
}

/** @throws Refusal when the range cannot be reported on (U7). */
export function checkRange({ from, to }: DayRange): void {
  const problem = rangeProblem(from, to);
  if (problem) {
    throw new Refusal(problem === "too_long" ? "range_too_long" : "invalid_input", rangeMessage(problem));
  }
}
