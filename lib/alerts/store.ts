import { eq, inArray } from "drizzle-orm";
import { rawSql, type Transaction } from "@/db/client";
import { alertSettings, alertWatches } from "@/db/schema/alerts";
import type { Level } from "@/lib/reports/rules";
import type { Month } from "@/lib/time/period";

export type SettingsRow = typeof alertSettings.$inferSelect;

export async function selectSettings(tx: Transaction, organizationIds: readonly number[]) {
  return tx
    .select()
    .from(alertSettings)
    .where(inArray(alertSettings.organizationId, [...organizationIds]));
}

export async function upsertSettings(tx: Transaction, row: SettingsRow): Promise<void> {
  const { organizationId: target } = alertSettings;
  await tx.insert(alertSettings).values(row).onConflictDoUpdate({ target, set: row });
}

const LEADER = 5_682_003;

/** True for one process at a time, until its transaction ends. */
export async function tryLeadership(tx: Transaction): Promise<boolean> {
  const [row] = await rawSql(tx)<{ leads: boolean }[]>`select pg_try_advisory_xact_lock(${LEADER}) as leads`;
  return row?.leads ?? false;
}

/** Organizations whose ledger was taken since it was last looked at. */
export async function selectUnseen(tx: Transaction, limit: number): Promise<number[]> {
  const rows = await rawSql(tx)<{ organization_id: number }[]>`
    select l.organization_id from ledgers l left join alert_watches w on w.organization_id = l.organization_id
    where w.seen_version is distinct from l.version limit ${limit}`;
  return rows.map((row) => row.organization_id);
}

/** Organizations with an open hold whose time is over. */
export async function selectWithLapsedHolds(tx: Transaction, now: Date, limit: number): Promise<number[]> {
  const rows = await rawSql(tx)<{ organization_id: number }[]>`
    select l.organization_id from ledgers l join organizations o on o.id = l.organization_id
    where l.next_hold_expiry <= coalesce(o.clock, ${now.toISOString()}::timestamptz) limit ${limit}`;
  return rows.map((row) => row.organization_id);
}

/** What each organization has left of what, what it calls low, and what was seen of it before. */
export async function selectFigures(tx: Transaction, organizationIds: readonly number[], now: Date) {
  const rows = await rawSql(tx)<
    {
      id: number;
      slug: string;
      currency: string;
      clock: string | null;
      version: string;
      opened_month: Month | null;
      on_hold_micros: string;
      initial_micros: string;
      additional_micros: string;
      visitors_package: number | null;
      visitors_top_up: number | null;
      visitors_used: number | null;
      conversations_package: number | null;
      conversations_used: number | null;
      opening_micros: string;
      spent_micros: string;
      low_percent: number | null;
      low_amount_micros: string | null;
      balance: Level | null;
      unique_visitors: Level | null;
      conversations: Level | null;
    }[]
  >`
    select o.id, o.slug, o.currency, o.clock, l.version, l.opened_month, l.on_hold_micros,
           a.initial_micros, a.additional_micros, q.visitors_package, q.visitors_top_up, q.visitors_used,
           q.conversations_package, q.conversations_used, b.opening_micros,
           case when b.opening_micros > 0 then 0 else (
             select coalesce(sum(amount_micros), 0) from daily_usage
             where organization_id = o.id and day >= date_trunc('month', d.today)::date and day <= d.today
           ) end as spent_micros,
           s.low_percent, s.low_amount_micros, w.balance, w.unique_visitors, w.conversations
    from organizations o
    join ledgers l on l.organization_id = o.id
    cross join lateral (select (coalesce(o.clock, ${now.toISOString()}::timestamptz) at time zone o.time_zone)::date as today) d
    cross join lateral (
      select coalesce(sum(balance_micros) filter (where account = 'initial'), 0) as initial_micros,
             coalesce(sum(balance_micros) filter (where account = 'additional'), 0) as additional_micros
      from ledger_accounts where organization_id = o.id and account in ('initial', 'additional')) a
    left join month_quotas q on q.organization_id = o.id and q.month = l.opened_month
    left join alert_settings s on s.organization_id = o.id
    left join alert_watches w on w.organization_id = o.id
    cross join lateral (select coalesce(
      (select initial_after_micros + additional_after_micros from ledger_transfers
       where organization_id = o.id and cause = 'month:' || l.opened_month order by line desc limit 1),
      (select initial_after_micros + additional_after_micros from ledger_transfers
       where organization_id = o.id and booked_at < q.opened_at order by booked_at desc, id desc limit 1),
      0) as opening_micros) b
    where o.id = any(${[...organizationIds]}::integer[])`;
  return rows.map((row) => ({
    organizationId: row.id,
    slug: row.slug,
    currency: row.currency,
    clock: row.clock === null ? null : new Date(row.clock),
    version: Number(row.version),
    month: row.opened_month,
    balance: {
      initial: BigInt(row.initial_micros),
      additional: BigInt(row.additional_micros),
      onHold: BigInt(row.on_hold_micros),
      opening: BigInt(row.opening_micros),
      spent: BigInt(row.spent_micros),
    },
    visitors: {
      granted: (row.visitors_package ?? 0) + (row.visitors_top_up ?? 0),
      used: row.visitors_used ?? 0,
    },
    conversations:
      row.conversations_package === null
        ? null
        : { granted: row.conversations_package, used: row.conversations_used ?? 0 },
    low:
      row.low_percent === null
        ? null
        : {
            percent: row.low_percent,
            amount: row.low_amount_micros === null ? null : BigInt(row.low_amount_micros),
          },
    seen: {
      balance: row.balance ?? ("enough" as const),
      uniqueVisitors: row.unique_visitors ?? ("enough" as const),
      conversations: row.conversations ?? ("enough" as const),
    },
  }));
}

export type WatchRow = typeof alertWatches.$inferInsert;

/** Remembers what was seen where nothing crossed. A later look of somebody else's stays. */
export async function upsertSeen(tx: Transaction, rows: readonly WatchRow[]): Promise<void> {
  await rawSql(tx)`
    insert into alert_watches as w (organization_id, seen_version, balance, unique_visitors, conversations)
    select r."organizationId", r."seenVersion", r.balance, r."uniqueVisitors", r.conversations
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r ("organizationId" integer, "seenVersion" bigint,
      balance text, "uniqueVisitors" text, conversations text)
    order by 1
    on conflict (organization_id) do update set seen_version = excluded.seen_version
    where w.seen_version < excluded.seen_version and w.balance = excluded.balance
      and w.unique_visitors = excluded.unique_visitors and w.conversations = excluded.conversations`;
}

/** Takes an organization's watch, made if it is missing; false if somebody else is looking. */
export async function lockWatch(tx: Transaction, row: WatchRow): Promise<boolean> {
  await tx.insert(alertWatches).values(row).onConflictDoNothing();
  const rows = await tx
    .select({ organizationId: alertWatches.organizationId })
    .from(alertWatches)
    .where(eq(alertWatches.organizationId, row.organizationId))
    .for("update", { skipLocked: true });
  return rows.length === 1;
}

export async function updateWatch(tx: Transaction, { organizationId, ...row }: WatchRow): Promise<void> {
  await tx.update(alertWatches).set(row).where(eq(alertWatches.organizationId, organizationId));
}

/** Has an organization looked at again. */
export async function forgetSeen(tx: Transaction, organizationId: number): Promise<void> {
  await tx
    .update(alertWatches)
    .set({ seenVersion: -1 })
    .where(eq(alertWatches.organizationId, organizationId));
}
