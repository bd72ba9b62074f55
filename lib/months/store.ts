import { rawSql, type Transaction } from "@/db/client";
import type { Month } from "@/lib/time/period";

/** Of the timer that opens months. 5_682_001 is for migrations, 5_682_002 for loading the demo. */
const LEADER = 5_682_003;

/** True for one process at a time, until its transaction ends. */
export async function tryLeadership(tx: Transaction): Promise<boolean> {
  const [row] = await rawSql(tx)<{ leads: boolean }[]>`select pg_try_advisory_xact_lock(${LEADER}) as leads`;
  return row?.leads ?? false;
}

/**
 * Who may have a month to open: live organizations that lack the newest month which has begun anywhere on earth, and
 * every test organization, whose clock may be ahead of it.
 */
export async function selectOrganizationsBehind(tx: Transaction, newestMonth: Month) {
  const rows = await rawSql(tx)<
    { id: number; time_zone: string; starts_on: Month; clock: string | null; opened_month: Month | null }[]
  >`
    select o.id, o.time_zone, o.starts_on, o.clock, l.opened_month
    from organizations o join ledgers l on l.organization_id = o.id
    where o.clock is not null
       or ((l.opened_month is null or l.opened_month < ${newestMonth}) and o.starts_on <= ${newestMonth})`;
  return rows.map((row) => ({
    id: row.id,
    timeZone: row.time_zone,
    startsOn: row.starts_on,
    clock: row.clock === null ? null : new Date(row.clock),
    openedMonth: row.opened_month,
  }));
}

/** Who of these counted something for a month that is not open yet: what it will grant is written down with it. */
export async function selectPromised(tx: Transaction, organizationIds: readonly number[]): Promise<number[]> {
  const rows = await rawSql(tx)<{ id: number }[]>`
    select distinct q.organization_id as id
    from month_quotas q join ledgers l on l.organization_id = q.organization_id
    where q.organization_id = any(${[...organizationIds]}::integer[]) and q.month > l.opened_month
      and (q.visitors_used > 0 or q.conversations_used > 0)`;
  return rows.map(({ id }) => id);
}
