import { rawSql, type Transaction } from "@/db/client";
import type { BroadcastSort } from "@/lib/reports/input";
import type { Period } from "@/lib/time/period";

/** Which broadcasts are meant: begun within a period, of a category, with a text in their name. */
export type BroadcastFilter = {
  readonly period: Period;
  readonly category: string | null;
  readonly name: string | null;
};

export type BroadcastRow = {
  broadcast_id: string;
  name: string;
  template: string | null;
  category: string | null;
  started_at: string;
  recipients: string;
  sent: string;
  delivered: string;
  read: string;
  failed: string;
  amount_micros: string;
  /** What the list is sorted by, as text: the cursor of the row. */
  sort_key: string;
};

function matching(tx: Transaction, organizationId: number, { period, category, name }: BroadcastFilter) {
  const sql = rawSql(tx);
  const pattern = name === null ? null : `%${name.replace(/[\\%_]/g, "\\$&")}%`;
  return sql`
    organization_id = ${organizationId} and recipients > 0
    and started_at >= ${period.start.toISOString()}::timestamptz and started_at < ${period.end.toISOString()}::timestamptz
    and (${category}::text is null or category = ${category}) and (${pattern}::text is null or name ilike ${pattern})`;
}

/** The sums over all broadcasts of a filter. */
export async function selectBroadcastTotals(
  tx: Transaction,
  organizationId: number,
  filter: BroadcastFilter,
) {
  const [row] = await rawSql(tx)<
    {
      broadcasts: string;
      recipients: string;
      sent: string;
      delivered: string;
      read: string;
      failed: string;
      amount_micros: string;
    }[]
  >`
    select count(*) as broadcasts, coalesce(sum(recipients), 0) as recipients, coalesce(sum(sent), 0) as sent,
           coalesce(sum(delivered), 0) as delivered, coalesce(sum(read), 0) as read,
           coalesce(sum(failed), 0) as failed, coalesce(sum(amount_micros), 0) as amount_micros
    from broadcasts where ${matching(tx, organizationId, filter)}`;
  return row;
}

/** What a sort orders by, how that is written into a cursor, and how it is read back. */
function sortColumn(tx: Transaction, sort: BroadcastSort, key: string) {
  const sql = rawSql(tx);
  switch (sort) {
    case "started":
      return {
        column: sql`b.started_at`,
        written: sql`(extract(epoch from started_at) * 1000)::bigint::text`,
        read: sql`to_timestamp(${key}::text::bigint / 1000.0)`,
      };
    case "name":
      return { column: sql`lower(name)`, written: sql`lower(name)`, read: sql`${key}::text` };
    default: {
      const column = sql(sort === "amount" ? "amount_micros" : sort);
      return { column: sql`${column}`, written: sql`${column}::text`, read: sql`${key}::text::bigint` };
    }
  }
}

/** One page of broadcasts, sorted; `after` is the sort key and id of the last row of the page before. */
export async function selectBroadcasts(
  tx: Transaction,
  organizationId: number,
  filter: BroadcastFilter,
  order: {
    readonly sort: BroadcastSort;
    readonly descending: boolean;
    readonly after: { readonly key: string; readonly id: string } | null;
    readonly skip: number;
    readonly limit: number;
  },
) {
  const sql = rawSql(tx);
  const { column, written, read } = sortColumn(tx, order.sort, order.after?.key ?? "");
  const direction = order.descending ? sql`desc` : sql`asc`;
  const behind = order.after
    ? sql`and (${column}, broadcast_id) ${order.descending ? sql`<` : sql`>`} (${read}, ${order.after.id})`
    : sql``;
  return sql<BroadcastRow[]>`
    select broadcast_id, name, template, category, extract(epoch from started_at) * 1000 as started_at,
           recipients, sent, delivered, read, failed, amount_micros, ${written} as sort_key
    from broadcasts b where ${matching(tx, organizationId, filter)} ${behind}
    order by ${column} ${direction}, broadcast_id ${direction} offset ${order.skip} limit ${order.limit}`;
}

/** The categories that broadcasts of a period have, for the filter's choices. */
export async function selectBroadcastCategories(
  tx: Transaction,
  organizationId: number,
  { start, end }: Period,
): Promise<string[]> {
  const rows = await rawSql(tx)<{ category: string }[]>`
    select distinct category from broadcasts
    where organization_id = ${organizationId} and category is not null
      and started_at >= ${start.toISOString()}::timestamptz and started_at < ${end.toISOString()}::timestamptz`;
  return rows.map(({ category }) => category);
}

export async function selectBroadcast(tx: Transaction, organizationId: number, broadcastId: string) {
  const [row] = await rawSql(tx)<BroadcastRow[]>`
    select broadcast_id, name, template, category, extract(epoch from started_at) * 1000 as started_at,
           recipients, sent, delivered, read, failed, amount_micros, '' as sort_key
    from broadcasts where organization_id = ${organizationId} and broadcast_id = ${broadcastId}`;
  return row;
}

export type RecipientRow = {
  id: string;
  occurred_at: string;
  contact: string;
  market: string | null;
  sent_at: string | null;
  delivered_at: string | null;
  read_at: string | null;
  failed_at: string | null;
  error_code: string | null;
  error_title: string | null;
  amount_micros: string;
  paid_from: string;
};

/** The messages of a broadcast in the order in which they occurred, behind a row. */
export async function selectRecipients(
  tx: Transaction,
  organizationId: number,
  broadcastId: string,
  page: {
    readonly after: { readonly at: Date; readonly id: number } | null;
    readonly backwards: boolean;
    readonly limit: number;
  },
) {
  const sql = rawSql(tx);
  const direction = page.backwards ? sql`desc` : sql`asc`;
  const behind = page.after
    ? sql`and (occurred_at, id) ${page.backwards ? sql`<` : sql`>`} (${page.after.at.toISOString()}::timestamptz, ${page.after.id}::bigint)`
    : sql``;
  return sql<RecipientRow[]>`
    select id, extract(epoch from occurred_at) * 1000 as occurred_at, contact, market,
           extract(epoch from sent_at) * 1000 as sent_at, extract(epoch from delivered_at) * 1000 as delivered_at,
           extract(epoch from read_at) * 1000 as read_at, extract(epoch from failed_at) * 1000 as failed_at,
           error_code, error_title, amount_micros, paid_from
    from messages m where organization_id = ${organizationId} and broadcast_id = ${broadcastId} ${behind}
    order by m.occurred_at ${direction}, m.id ${direction} limit ${page.limit}`;
}
