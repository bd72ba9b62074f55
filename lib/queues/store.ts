import { rawSql, type Transaction } from "@/db/client";

/** Tables with organization_id, id, and next_attempt_at, which is null for what does not wait; indexed by both times. */
export type QueueTable = "mails" | "webhook_deliveries";

export type DueKey = { readonly organizationId: number; readonly id: string };

/** How much may be taken. */
export type Room = {
  /** Of all organizations together. */
  readonly all: number;
  /** Of one organization, with what of it is under way. */
  readonly ofOne: number;
  readonly underWay: readonly { readonly organizationId: number; readonly count: number }[];
};

/**
 * A prepared statement keeps the plan it was given when its table was all but empty: in step with the index, whatever the
 * planner believes that there is to read and to sort.
 */
const IN_STEPS = `select set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true),
  set_config('enable_incremental_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`;

/**
 * The rows of a table that are due and that there is room for: first what belongs to no organization, then what has the
 * fewest of its organization before it, then the oldest. They are locked, and what others have locked is passed over.
 *
 * Steps through the index from organization to organization and reads of each no more than there is room for: a backlog
 * of one costs the others nothing. Both columns are compared as one: with an equality the planner may choose an index by
 * time alone, and read everybody's backlog for each organization.
 */
export async function lockDue(
  tx: Transaction,
  table: QueueTable,
  now: Date,
  { all, ofOne, underWay }: Room,
): Promise<DueKey[]> {
  const sql = rawSql(tx);
  const rows = sql<{ organization_id: number; id: string }[]>`
    with recursive waiting as (
      (select organization_id from ${sql(table)} where next_attempt_at is not null order by organization_id limit 1)
      union all
      select (
        select q.organization_id from ${sql(table)} q
        where q.next_attempt_at is not null and q.organization_id > w.organization_id
        order by q.organization_id limit 1
      ) from waiting w where w.organization_id is not null
    ), due as (
      select d.organization_id, d.id, d.next_attempt_at,
        coalesce(u.count, 0) + row_number() over (partition by d.organization_id order by d.next_attempt_at) as place
      from waiting w
      left join json_to_recordset(${JSON.stringify(underWay)}::text::json)
        as u ("organizationId" integer, count integer) on u."organizationId" = w.organization_id
      cross join lateral (
        select q.organization_id, q.id, q.next_attempt_at from ${sql(table)} q
        where q.next_attempt_at is not null
          and (q.organization_id, q.next_attempt_at) >= (w.organization_id, '-infinity'::timestamptz)
          and (q.organization_id, q.next_attempt_at) <= (w.organization_id, ${now.toISOString()}::timestamptz)
        order by q.organization_id, q.next_attempt_at
        limit greatest(${ofOne} - coalesce(u.count, 0), 0) for update skip locked
      ) d
    )
    select organization_id, id::text from due
    order by organization_id <> 0, place, next_attempt_at limit ${all}`;
  const [, due] = await Promise.all([sql`${sql.unsafe(IN_STEPS)}`, rows]);
  return due.map((row) => ({ organizationId: row.organization_id, id: row.id }));
}
