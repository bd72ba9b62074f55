import type { Micros } from "@/lib/money/money";
import type { Month } from "@/lib/time/period";

/** What one month grants an organization and how much of it is used. Changed in memory, written by `saveQuotas`. */
export type MonthQuota = {
  readonly month: Month;
  openedAt: Date | null;
  packageId: number | null;
  seats: number;
  visitorsPackage: number;
  visitorsTopUp: number;
  /** Counted, over quota included. */
  visitorsUsed: number;
  /** Null: the package has no conversation quota. */
  conversationsPackage: number | null;
  conversationsUsed: number;
  initialGranted: Micros;
};

/** A month that nothing was granted for: before the first package, or not opened yet. */
export function emptyQuota(month: Month): MonthQuota {
  return {
    month,
    openedAt: null,
    packageId: null,
    seats: 0,
    visitorsPackage: 0,
    visitorsTopUp: 0,
    visitorsUsed: 0,
    conversationsPackage: null,
    conversationsUsed: 0,
    initialGranted: 0n,
  };
}

/** What covered the n-th visitor counted in a month (money-and-quotas.md, What pays). */
export type Coverage = "package" | "top_up" | "over_quota";

export function coverageOf(
  ordinal: number,
  quota: Pick<MonthQuota, "visitorsPackage" | "visitorsTopUp">,
): Coverage {
  if (ordinal <= quota.visitorsPackage) return "package";
  return ordinal <= quota.visitorsPackage + quota.visitorsTopUp ? "top_up" : "over_quota";
}

/** Visitors left and visitors beyond what was granted; one of the two is 0. */
export function visitorsLeft(quota: Pick<MonthQuota, "visitorsPackage" | "visitorsTopUp" | "visitorsUsed">) {
  const left = quota.visitorsPackage + quota.visitorsTopUp - quota.visitorsUsed;
  return { remaining: Math.max(0, left), overQuota: Math.max(0, -left) };
}

/** Service units left in the quota; 0 where the package has none. */
export function conversationsLeft(
  quota: Pick<MonthQuota, "conversationsPackage" | "conversationsUsed">,
): number {
  return Math.max(0, (quota.conversationsPackage ?? 0) - quota.conversationsUsed);
}
