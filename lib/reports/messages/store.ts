import { rawSql, type Transaction } from "@/db/client";
import type { ChargeBasis } from "@/db/schema/metering";
import type { Cursor } from "@/lib/reports/input";
import type { Day, DayRange, Period } from "@/lib/time/period";

/** Which uses are meant: `category` as the roll-ups name it ("group" for group messages), null for all. */
export type UseFilter = { readonly category: string | null; readonly paidFrom: readonly string[] };

/** Per day: how many uses match, how many there are, and what the matching ones add up to. */
export async function selectUseCounts(
  tx: Transaction,
  organizationId: number,
  { from, to }: DayRange,
  { category, paidFrom }: UseFilter,
) {
  const sql = rawSql(tx);
  const matches = sql`paid_from = any(${[...paidFrom]}::text[]) and (${category}::text is null or category = ${category})`;
  return sql<
    {
      day: Day;
      matching: string;
      all: string;
      units: string;
      quota_units: string;
      amount_micros: string;
      initial_micros: string;
      additional_micros: string;
    }[]
  >`
    select day::text, sum(uses) filter (where ${matches}) as matching, sum(uses) as all,
           sum(units) filter (where ${matches}) as units, sum(quota_units) filter (where ${matches}) as quota_units,
           sum(amount_micros) filter (where ${matches}) as amount_micros,
           sum(initial_micros) filter (where ${matches}) as initial_micros,
           sum(additional_micros) filter (where ${matches}) as additional_micros
    from daily_usage_details where organization_id = ${organizationId} and day between ${from} and ${to}
    group by day having sum(uses) filter (where ${matches}) > 0 order by day`;
}

/** The categories that occur within a range, for the filter's choices. */
export async function selectUseCategories(
  tx: Transaction,
  organizationId: number,
  { from, to }: DayRange,
): Promise<string[]> {
  const rows = await rawSql(tx)<{ category: string }[]>`
    select distinct category from daily_usage_details
    where organization_id = ${organizationId} and day between ${from} and ${to} and uses > 0`;
  return rows.map(({ category }) => category);
}

export type UseRow = {
  id: string;
  occurred_at: string;
  category: string;
  contact: string;
  business_number: string;
  market: string | null;
  template: string | null;
  broadcast_id: string | null;
  broadcast_name: string | null;
  unit: "message" | "conversation" | null;
  units: number;
  unit_price_micros: string | null;
  amount_micros: string;
  paid_from: string;
  initial_micros: string;
  additional_micros: string;
  free_reason: string | null;
};

/** Where a page of uses begins: strictly behind a row, or at it. */
export type UseStart = { readonly cursor: Cursor; readonly inclusive: boolean };

/**
 * The next uses within a period, as many as there are up to `limit`. One period at a time, as plain parameters: the
 * planner then looks at its partitions alone.
 */
export async function selectUses(
  tx: Transaction,
  organizationId: number,
  period: Period,
  filter: UseFilter,
  order: { readonly descending: boolean; readonly start: UseStart | null; readonly limit: number },
) {
  const sql = rawSql(tx);
  const direction = order.descending ? sql`desc` : sql`asc`;
  return sql<UseRow[]>`
    select m.id, extract(epoch from m.occurred_at) * 1000 as occurred_at,
           case when m.group_id is null then coalesce(m.category, '') else 'group' end as category,
           m.contact, m.business_number, m.market, m.template, m.broadcast_id,
           (select name from broadcasts b
            where b.organization_id = m.organization_id and b.broadcast_id = m.broadcast_id) as broadcast_name,
           m.unit, m.units, m.unit_price_micros, m.amount_micros, m.paid_from,
           m.paid_initial_micros as initial_micros, m.paid_additional_micros as additional_micros, m.free_reason
    from messages m
    where organization_id = ${organizationId}
      and occurred_at >= ${period.start.toISOString()}::timestamptz
      and occurred_at < ${period.end.toISOString()}::timestamptz
      ${matching(tx, filter)} ${behind(tx, order.start, order.descending)}
    order by m.occurred_at ${direction}, m.id ${direction} limit ${order.limit}`;
}

/** The row that has `skip` matching rows of its day before it. */
export async function selectUseAt(
  tx: Transaction,
  organizationId: number,
  day: Period,
  filter: UseFilter,
  descending: boolean,
  skip: number,
) {
  const sql = rawSql(tx);
  const direction = descending ? sql`desc` : sql`asc`;
  const [row] = await sql<{ id: string; occurred_at: string }[]>`
    select id, extract(epoch from occurred_at) * 1000 as occurred_at from messages m
    where organization_id = ${organizationId}
      and occurred_at >= ${day.start.toISOString()}::timestamptz and occurred_at < ${day.end.toISOString()}::timestamptz
      ${matching(tx, filter)}
    order by m.occurred_at ${direction}, m.id ${direction} offset ${skip} limit 1`;
  return row;
}

function matching(tx: Transaction, { category, paidFrom }: UseFilter) {
  const sql = rawSql(tx);
  const paid = sql`and paid_from = any(${[...paidFrom]}::text[])`;
  if (category === null) return paid;
  // As the roll-ups name it: a platform may send a category of this name to a single contact too.
  if (category === "group") return sql`${paid} and (group_id is not null or category = 'group')`;
  return sql`${paid} and group_id is null and coalesce(category, '') = ${category}`;
}

function behind(tx: Transaction, start: UseStart | null, descending: boolean) {
  const sql = rawSql(tx);
  if (start === null) return sql``;
  const strictly = descending ? sql`<` : sql`>`;
  const comparison = start.inclusive ? sql`${strictly}=` : strictly;
  const { at, id } = start.cursor;
  return sql`and (occurred_at, id) ${comparison} (${at.toISOString()}::timestamptz, ${id}::bigint)`;
}

export type MessageRow = UseRow & {
  booked_at: string | null;
  message_id: string;
  channel: string;
  group_id: string | null;
  hold_id: string | null;
  sent_at: string | null;
  delivered_at: string | null;
  read_at: string | null;
  failed_at: string | null;
  error_code: string | null;
  error_title: string | null;
  category_sent: string | null;
  category_billed: string | null;
  pricing_type: string | null;
  conversation_expires_at: string | null;
  price_version: Day | null;
  price_book: string | null;
  posting: string | null;
  initial_after_micros: string | null;
  additional_after_micros: string | null;
  basis: ChargeBasis | null;
};

/** One message with everything that explains its charge. */
export async function selectMessage(tx: Transaction, organizationId: number, { at, id }: Cursor) {
  const [row] = await rawSql(tx)<MessageRow[]>`
    select m.id, extract(epoch from m.occurred_at) * 1000 as occurred_at,
           extract(epoch from m.booked_at) * 1000 as booked_at,
           case when m.group_id is null then coalesce(m.category, '') else 'group' end as category,
           m.message_id, m.channel, m.contact, m.business_number, m.group_id, m.market, m.template, m.hold_id,
           m.broadcast_id, b.name as broadcast_name,
           extract(epoch from m.sent_at) * 1000 as sent_at, extract(epoch from m.delivered_at) * 1000 as delivered_at,
           extract(epoch from m.read_at) * 1000 as read_at, extract(epoch from m.failed_at) * 1000 as failed_at,
           m.error_code, m.error_title, m.category_sent, m.category_billed, m.pricing_type,
           extract(epoch from m.conversation_expires_at) * 1000 as conversation_expires_at,
           m.unit, m.units, m.unit_price_micros, m.amount_micros, m.paid_from,
           m.paid_initial_micros as initial_micros, m.paid_additional_micros as additional_micros, m.free_reason,
           m.posting, m.initial_after_micros, m.additional_after_micros, m.basis,
           v.effective_from::text as price_version, p.name as price_book
    from messages m
    left join broadcasts b on b.organization_id = m.organization_id and b.broadcast_id = m.broadcast_id
    left join price_versions v on v.id = m.price_version_id
    left join price_books p on p.id = v.price_book_id
    where m.organization_id = ${organizationId} and m.occurred_at = ${at.toISOString()}::timestamptz and m.id = ${id}`;
  return row;
}

/** Where a message stands by the platform's or Meta's id of it; a group's message has one row per member. */
export async function selectPlaces(tx: Transaction, organizationId: number, messageId: string) {
  return rawSql(tx)<{ id: string; occurred_at: string }[]>`
    select id, extract(epoch from occurred_at) * 1000 as occurred_at from message_keys
    where organization_id = ${organizationId} and message_id = ${messageId} order by contact limit 50`;
}

/** The ledger transfers that booked a posting's usage of a day: at most one each way for either balance. */
export async function selectTransfersOf(
  tx: Transaction,
  organizationId: number,
  posting: string,
  day: Period,
) {
  return rawSql(tx)<
    {
      id: string;
      kind: string;
      from_account: string;
      to_account: string;
      amount_micros: string;
      booked_at: string;
    }[]
  >`
    select id, kind, from_account, to_account, amount_micros, extract(epoch from booked_at) * 1000 as booked_at
    from ledger_transfers
    where organization_id = ${organizationId} and cause = ${`posting:${posting}`} and kind = 'usage'
      and occurred_at >= ${day.start.toISOString()}::timestamptz and occurred_at < ${day.end.toISOString()}::timestamptz
    order by line`;
}
