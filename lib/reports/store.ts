import { rawSql, type Transaction } from "@/db/client";
import type { Day, Month } from "@/lib/time/period";
import type { ReportName } from "./input";
import type { Column } from "./rows";

/** Everything the balance cards show, in one row; months due are seen by `openedMonth` being behind. */
export async function selectAccount(tx: Transaction, organizationId: number, now: Date) {
  const [row] = await rawSql(tx)<
    {
      time_zone: string;
      currency: string;
      clock: string | null;
      today: string;
      starts_on: Month;
      opened_month: Month | null;
      on_hold_micros: string;
      next_hold_expiry: string | null;
      initial_micros: string;
      additional_micros: string;
      seats: number | null;
      seats_used: number;
      visitors_package: number | null;
      visitors_top_up: number | null;
      visitors_used: number | null;
      conversations_package: number | null;
      conversations_used: number | null;
      opening_micros: string | null;
      spent_micros: string;
      low_percent: number | null;
      low_amount_micros: string | null;
    }[]
  >`
    select o.time_zone, o.currency, extract(epoch from o.clock) * 1000 as clock, d.today::text, o.starts_on,
           l.opened_month, l.on_hold_micros, extract(epoch from l.next_hold_expiry) * 1000 as next_hold_expiry,
           a.initial_micros, a.additional_micros, m.seats_used,
           q.seats, q.visitors_package, q.visitors_top_up, q.visitors_used,
           q.conversations_package, q.conversations_used,
           coalesce(at_opening.micros, before_opening.micros) as opening_micros, u.spent_micros,
           s.low_percent, s.low_amount_micros
    from organizations o
    join ledgers l on l.organization_id = o.id
    cross join lateral (select (coalesce(o.clock, ${now.toISOString()}::timestamptz) at time zone o.time_zone)::date as today) d
    cross join lateral (
      select coalesce(sum(balance_micros) filter (where account = 'initial'), 0) as initial_micros,
             coalesce(sum(balance_micros) filter (where account = 'additional'), 0) as additional_micros
      from ledger_accounts where organization_id = o.id and account in ('initial', 'additional')) a
    cross join lateral (
      select count(*)::int as seats_used from memberships
      where organization_id = o.id and role in ('supervisor', 'agent')) m
    cross join lateral (
      select coalesce(sum(amount_micros), 0) as spent_micros from daily_usage
      where organization_id = o.id and day between date_trunc('month', d.today)::date and d.today) u
    left join month_quotas q on q.organization_id = o.id
      and q.month = coalesce(l.opened_month, to_char(d.today, 'YYYY-MM'))
    left join alert_settings s on s.organization_id = o.id
    left join lateral (
      select initial_after_micros + additional_after_micros as micros from ledger_transfers
      where organization_id = o.id and cause = 'month:' || l.opened_month order by line desc limit 1) at_opening on true
    left join lateral (
      select initial_after_micros + additional_after_micros as micros from ledger_transfers
      where organization_id = o.id and booked_at < q.opened_at order by booked_at desc, id desc limit 1) before_opening on true
    where o.id = ${organizationId}`;
  return row;
}

/** What the last days cost, up to yesterday, and on which day the organization's usage began. */
export async function selectPace(tx: Transaction, organizationId: number, from: Day, to: Day) {
  const [row] = await rawSql(tx)<{ spent_micros: string; first_day: Day | null }[]>`
    select (select coalesce(sum(amount_micros), 0) from daily_usage
            where organization_id = ${organizationId} and day between ${from} and ${to}) as spent_micros,
           (select min(day)::text from daily_usage where organization_id = ${organizationId}) as first_day`;
  return row;
}

/** The market that most messages of a category went to within some days; null without any. */
export async function selectBusiestMarket(
  tx: Transaction,
  organizationId: number,
  category: string,
  from: Day,
  to: Day,
): Promise<string | null> {
  const [row] = await rawSql(tx)<{ market: string }[]>`
    select market from daily_usage_details
    where organization_id = ${organizationId} and day between ${from} and ${to} and category = ${category}
    group by market order by sum(units) desc, market limit 1`;
  return row?.market ?? null;
}

// Not behind a `select`: so the planner looks at what they say and knows how many rows will come.
const FROM = "current_setting('export.from')::timestamptz";
const TO = "current_setting('export.to')::timestamptz";
const ORGANIZATION = "current_setting('kuota.organization')::integer";
const CURRENCY = `(select currency from organizations where id = ${ORGANIZATION})`;

/** True when the setting is empty or equals the column. */
function filteredBy(setting: string, column: string): string {
  const value = `(select current_setting('export.${setting}'))`;
  return `(${value} = '' or ${column} = ${value})`;
}

/** The first day of each price version by its id: an array costs a quarter of what a join does, a million times over. */
const VERSION_DAYS = `(select array_agg(coalesce(v.effective_from, 'epoch'::date) order by given)
  from generate_series(1, (select max(id) from price_versions)) given left join price_versions v on v.id = given)`;

const USE_CATEGORY = "case when m.group_id is null then coalesce(m.category, '') else 'group' end";

/** Which filters of the WhatsApp usage report are given: one that is not costs nothing a row. */
export type UseFilters = { readonly category: boolean; readonly paid: boolean };

/** A COPY statement of constant text, and what each of its columns is called and is. */
export type Copied = {
  readonly statement: string;
  readonly header: readonly string[];
  readonly columns: readonly Column[];
};

/**
 * The rows of a download (contracts.md, CSV). Settings: export.from and export.to (instants), export.category, export.paid
 * ("{quota,free}"), export.channel, export.name (a LIKE pattern).
 */
export function copied(report: ReportName, filters: UseFilters): Copied {
  switch (report) {
    case "whatsapp":
      return copiedUses(filters);
    case "broadcasts":
      return COPIED_RECIPIENTS;
    case "unique-visitors":
      return COPIED_VISITORS;
  }
}

function copiedOf(cells: readonly (readonly [name: string, Column, sql: string])[], rows: string): Copied {
  const expressions = cells.map(([, , expression]) => expression).join(", ");
  return {
    statement: `copy (select ${expressions} ${rows}) to stdout (format csv)`,
    header: cells.map(([name]) => name),
    columns: cells.map(([, column]) => column),
  };
}

function copiedUses(given: UseFilters): Copied {
  const paid = given.paid
    ? "m.paid_from = any((select current_setting('export.paid')::text[])::text[])"
    : "m.paid_from not in ('pending', 'none')";
  const category = given.category ? `${USE_CATEGORY} = (select current_setting('export.category'))` : "true";
  return copiedOf(
    [
      ["occurred_at", "instant", "m.occurred_at"],
      ["booked_at", "instant", "m.booked_at"],
      ["type", "text", USE_CATEGORY],
      ["unit", "plain", "m.unit"],
      ["business_number", "text", "m.business_number"],
      ["contact", "text", "m.contact"],
      ["market", "plain", "m.market"],
      ["template", "text", "m.template"],
      ["broadcast_name", "text", "b.name"],
      ["message_id", "text", "m.message_id"],
      ["units", "plain", "m.units"],
      ["unit_price", "amount", "m.unit_price_micros"],
      ["amount", "amount", "m.amount_micros"],
      ["paid_from_quota", "plain", "case when m.paid_from = 'quota' then m.units else 0 end"],
      ["paid_from_initial", "amount", "m.paid_initial_micros"],
      ["paid_from_additional", "amount", "m.paid_additional_micros"],
      ["free_reason", "plain", "m.free_reason"],
      ["price_version", "plain", `${VERSION_DAYS}[m.price_version_id]`],
      ["currency", "plain", CURRENCY],
    ],
    `from messages m
     left join broadcasts b on b.organization_id = m.organization_id and b.broadcast_id = m.broadcast_id
     where m.organization_id = ${ORGANIZATION} and m.occurred_at >= ${FROM} and m.occurred_at < ${TO}
       and ${paid} and (${category})
     order by m.occurred_at, m.id`,
  );
}

const COPIED_RECIPIENTS = copiedOf(
  [
    ["broadcast_id", "text", "b.broadcast_id"],
    ["broadcast_name", "text", "b.name"],
    ["template", "text", "m.template"],
    ["category", "text", "coalesce(m.category, m.category_billed, m.category_sent)"],
    ["business_number", "text", "m.business_number"],
    ["contact", "text", "m.contact"],
    ["market", "plain", "m.market"],
    [
      "status",
      "plain",
      `case when m.read_at is not null then 'read' when m.delivered_at is not null then 'delivered'
            when m.failed_at is not null then 'failed' when m.sent_at is not null then 'sent' else 'pending' end`,
    ],
    ["sent_at", "instant", "m.sent_at"],
    ["delivered_at", "instant", "m.delivered_at"],
    ["read_at", "instant", "m.read_at"],
    ["failed_at", "instant", "m.failed_at"],
    ["error_code", "text", "m.error_code"],
    ["unit_price", "amount", "m.unit_price_micros"],
    ["amount", "amount", "case when m.booked_at is not null then m.amount_micros end"],
    ["paid_from", "plain", "nullif(m.paid_from, 'pending')"],
    ["currency", "plain", CURRENCY],
  ],
  `from broadcasts b
   join messages m on m.organization_id = b.organization_id and m.broadcast_id = b.broadcast_id
   where b.organization_id = ${ORGANIZATION} and b.started_at >= ${FROM} and b.started_at < ${TO}
     and ${filteredBy("category", "b.category")}
     and ((select current_setting('export.name')) = '' or b.name ilike (select current_setting('export.name')))
   order by b.started_at, b.broadcast_id, m.occurred_at, m.id`,
);

const COPIED_VISITORS = copiedOf(
  [
    ["month", "plain", "v.month"],
    ["first_seen_at", "instant", "v.first_seen_at"],
    ["channel", "text", "v.channel"],
    ["contact", "text", "v.contact"],
    [
      "covered_by",
      "plain",
      `case when v.ordinal <= coalesce(q.visitors_package, 0) then 'package'
            when v.ordinal <= coalesce(q.visitors_package + q.visitors_top_up, 0) then 'top_up'
            else 'over_quota' end`,
    ],
  ],
  `from unique_visitors v
   left join month_quotas q on q.organization_id = v.organization_id and q.month = v.month
   where v.organization_id = ${ORGANIZATION} and v.first_seen_at >= ${FROM} and v.first_seen_at < ${TO}
     and ${filteredBy("channel", "v.channel")}
   order by v.first_seen_at, v.month, v.ordinal`,
);
