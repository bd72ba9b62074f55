import { rawSql, type Transaction } from "@/db/client";
import { type Write, write } from "@/db/together";
import type { Month } from "@/lib/time/period";
import type { MonthQuota } from "./rules";

type Row = {
  month: Month;
  opened_at: string | null;
  package_id: number | null;
  seats: number;
  visitors_package: number;
  visitors_top_up: number;
  visitors_used: number;
  conversations_package: number | null;
  conversations_used: number;
  initial_granted_micros: string;
};

export async function selectQuotas(
  tx: Transaction,
  organizationId: number,
  months: readonly Month[],
): Promise<MonthQuota[]> {
  const rows = await rawSql(tx)<Row[]>`
    select month, opened_at, package_id, seats, visitors_package, visitors_top_up, visitors_used,
           conversations_package, conversations_used, initial_granted_micros
    from month_quotas where organization_id = ${organizationId} and month = any(${[...months]}::text[])`;
  return rows.map((row) => ({
    month: row.month,
    openedAt: row.opened_at === null ? null : new Date(row.opened_at),
    packageId: row.package_id,
    seats: row.seats,
    visitorsPackage: row.visitors_package,
    visitorsTopUp: row.visitors_top_up,
    visitorsUsed: row.visitors_used,
    conversationsPackage: row.conversations_package,
    conversationsUsed: row.conversations_used,
    initialGranted: BigInt(row.initial_granted_micros),
  }));
}

export function upsertQuotas(organizationId: number, quotas: readonly MonthQuota[]): Write {
  const rows = JSON.stringify(
    quotas.map((quota) => ({
      month: quota.month,
      opened_at: quota.openedAt,
      package_id: quota.packageId,
      seats: quota.seats,
      visitors_package: quota.visitorsPackage,
      visitors_top_up: quota.visitorsTopUp,
      visitors_used: quota.visitorsUsed,
      conversations_package: quota.conversationsPackage,
      conversations_used: quota.conversationsUsed,
      initial_granted_micros: quota.initialGranted.toString(),
    })),
  );
  return write`
    insert into month_quotas (organization_id, month, opened_at, package_id, seats, visitors_package, visitors_top_up,
      visitors_used, conversations_package, conversations_used, initial_granted_micros)
    select ${organizationId}::integer, r.* from json_to_recordset(${rows}::text::json) as r (month text, opened_at timestamptz,
      package_id integer, seats integer, visitors_package integer, visitors_top_up integer, visitors_used integer,
      conversations_package integer, conversations_used integer, initial_granted_micros bigint)
    on conflict (organization_id, month) do update
    set opened_at = excluded.opened_at, package_id = excluded.package_id, seats = excluded.seats,
        visitors_package = excluded.visitors_package, visitors_top_up = excluded.visitors_top_up,
        visitors_used = excluded.visitors_used, conversations_package = excluded.conversations_package,
        conversations_used = excluded.conversations_used, initial_granted_micros = excluded.initial_granted_micros`;
}
