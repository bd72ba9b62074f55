import { rawSql, type Transaction } from "@/db/client";
import type { DayRange, Month, Period } from "@/lib/time/period";

/** Visitors first seen per day; `matching` those of the channel. Days without a match are missing. */
export async function selectVisitorCounts(
  tx: Transaction,
  organizationId: number,
  { from, to }: DayRange,
  channel: string | null,
) {
  const sql = rawSql(tx);
  const matches = sql`(${channel}::text is null or channel = ${channel})`;
  return sql<{ day: string; matching: string; all: string }[]>`
    select day::text, sum(visitors) filter (where ${matches}) as matching, sum(visitors) as all
    from daily_visitors where organization_id = ${organizationId} and day between ${from} and ${to}
    group by day having sum(visitors) filter (where ${matches}) > 0 order by day`;
}

/** Visitors per channel within a range, most first. */
export async function selectVisitorChannels(tx: Transaction, organizationId: number, { from, to }: DayRange) {
  return rawSql(tx)<{ channel: string; visitors: string }[]>`
    select channel, sum(visitors) as visitors from daily_visitors
    where organization_id = ${organizationId} and day between ${from} and ${to}
    group by channel having sum(visitors) > 0 order by sum(visitors) desc, channel`;
}

export type VisitorRow = {
  month: Month;
  ordinal: number;
  first_seen_at: string;
  channel: string;
  contact: string;
  visitors_package: number | null;
  visitors_top_up: number | null;
};

/** A row's place: visitors of one instant are told apart by month and number. */
export type VisitorPlace = { readonly at: Date; readonly month: Month; readonly ordinal: number };

/** The next visitors within some days, given in reading order, behind a row or `skip` rows into the first day. */
export async function selectVisitors(
  tx: Transaction,
  organizationId: number,
  days: readonly Period[],
  channel: string | null,
  order: {
    readonly descending: boolean;
    readonly behind: VisitorPlace | null;
    readonly skip: number;
    readonly limit: number;
  },
) {
  const sql = rawSql(tx);
  const direction = order.descending ? sql`desc` : sql`asc`;
  const place = order.behind;
  const behind = place
    ? sql`and (first_seen_at, month, ordinal) ${order.descending ? sql`<` : sql`>`}
          (${place.at.toISOString()}::timestamptz, ${place.month}, ${place.ordinal}::int)`
    : sql``;
  return sql<VisitorRow[]>`
    select v.month, v.ordinal, extract(epoch from v.first_seen_at) * 1000 as first_seen_at, v.channel, v.contact,
           q.visitors_package, q.visitors_top_up
    from unnest(${days.map(({ start }) => start.toISOString())}::text[]::timestamptz[],
                ${days.map(({ end }) => end.toISOString())}::text[]::timestamptz[]) with ordinality as d(day_start, day_end, place)
    cross join lateral (
      select * from unique_visitors
      where organization_id = ${organizationId} and first_seen_at >= d.day_start and first_seen_at < d.day_end
        and (${channel}::text is null or channel = ${channel}) ${behind}
      order by first_seen_at ${direction}, month ${direction}, ordinal ${direction}
      limit ${order.skip + order.limit}) v
    left join month_quotas q on q.organization_id = v.organization_id and q.month = v.month
    order by d.place, v.first_seen_at ${direction}, v.month ${direction}, v.ordinal ${direction}
    offset ${order.skip} limit ${order.limit}`;
}
