import "server-only";
import type { Transaction } from "@/db/client";
import { type Write, writeTogether } from "@/db/together";
import type { Month } from "@/lib/time/period";
import { emptyQuota, type MonthQuota } from "./rules";
import { selectQuotas, upsertQuotas } from "./store";

/**
 * The quotas of some months, changed in memory and written back with `saveQuotas`. The caller holds the
 * organization's ledger. Months that nothing was granted for come back empty.
 */
export async function loadQuotas(
  tx: Transaction,
  organizationId: number,
  months: readonly Month[],
): Promise<Map<Month, MonthQuota>> {
  if (months.length === 0) return new Map();
  const rows = await selectQuotas(tx, organizationId, months);
  const known = new Map(rows.map((row) => [row.month, row]));
  return new Map(months.map((month) => [month, known.get(month) ?? emptyQuota(month)]));
}

export async function saveQuotas(
  tx: Transaction,
  organizationId: number,
  quotas: Iterable<MonthQuota>,
): Promise<void> {
  await writeTogether(tx, quotaWrites(organizationId, quotas));
}

/** As `saveQuotas`, for who writes more at the same time. */
export function quotaWrites(organizationId: number, quotas: Iterable<MonthQuota>): Write[] {
  const rows = [...quotas];
  return rows.length > 0 ? [upsertQuotas(organizationId, rows)] : [];
}
