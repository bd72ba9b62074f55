import { rawSql, type Transaction } from "@/db/client";
import type { Day, DayRange } from "@/lib/time/period";

type Row = {
  day: Day;
  service: string;
  marketing: string;
  utility: string;
  authentication: string;
  authentication_international: string;
  group: string;
  other: string;
  unique_visitors: string;
  amount_micros: string;
};

/** The days of a range that have any usage, from the narrow roll-up. */
export async function selectUsageDays(tx: Transaction, organizationId: number, { from, to }: DayRange) {
  return rawSql(tx)<Row[]>`
    select day::text, service, marketing, utility, authentication, authentication_international,
           "group", other, unique_visitors, amount_micros
    from daily_usage where organization_id = ${organizationId} and day between ${from} and ${to} order by day`;
}

/** The same in money: what each category took from the WhatsApp balance on each day. */
export async function selectSpentDays(tx: Transaction, organizationId: number, { from, to }: DayRange) {
  return rawSql(tx)<{ day: Day; category: string; amount_micros: string }[]>`
    select day::text, category, sum(amount_micros) as amount_micros
    from daily_usage_details where organization_id = ${organizationId} and day between ${from} and ${to}
    group by day, category having sum(amount_micros) <> 0`;
}

/** What was used and what it cost by category and market, dearest first. */
export async function selectBreakdown(tx: Transaction, organizationId: number, { from, to }: DayRange) {
  return rawSql(tx)<{ category: string; market: string; units: string; amount_micros: string }[]>`
    select category, market, sum(units) as units, sum(amount_micros) as amount_micros
    from daily_usage_details where organization_id = ${organizationId} and day between ${from} and ${to}
    group by category, market having sum(units) > 0 or sum(amount_micros) <> 0
    order by sum(amount_micros) desc, sum(units) desc, category, market`;
}
