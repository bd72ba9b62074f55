import { rawSql, type Transaction } from "@/db/client";
import type { Day, Month } from "@/lib/time/period";

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
    }[]
  >`
    select o.time_zone, o.currency, extract(epoch from o.clock) * 1000 as clock, d.today::text, o.starts_on,
           l.opened_month, l.on_hold_micros, extract(epoch from l.next_hold_expiry) * 1000 as next_hold_expiry,
           a.initial_micros, a.additional_micros, m.seats_used,
           q.seats, q.visitors_package, q.visitors_top_up, q.visitors_used,
           q.conversations_package, q.conversations_used,
           coalesce(at_opening.micros, before_opening.micros) as opening_micros, u.spent_micros
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
    left join month_quotas q on q.organization_id = o.id and q.month = l.opened_month
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
