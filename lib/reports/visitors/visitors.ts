import "server-only";
import { readInOrganization } from "@/db/client";
import type { Scope } from "@/lib/auth/scope";
import { readOrganization } from "@/lib/organizations/organizations";
import { type Coverage, coverageOf } from "@/lib/quotas/rules";
import { endInstead, lastPageRow, type PageStart, planPage } from "@/lib/reports/messages/rules";
import { checkRange } from "@/lib/reports/usage/usage";
import { type DayRange, dayOf, isMonth, type Month, periodOfDays } from "@/lib/time/period";
import {
  selectVisitorChannels,
  selectVisitorCounts,
  selectVisitors,
  type VisitorPlace,
  type VisitorRow,
} from "./store";

/** A customer counted once on a channel in a month, and what covered it (U10). */
export type Visitor = {
  readonly month: Month;
  readonly firstSeenAt: Date;
  readonly channel: string;
  readonly contact: string;
  readonly coveredBy: Coverage;
  /** Names the row's place in the list, for the page behind it. */
  readonly cursor: string;
};

export type VisitorRequest = {
  readonly range: DayRange;
  readonly channel: string | undefined;
  readonly oldestFirst: boolean;
  readonly row: number;
  readonly after: string | undefined;
  readonly before: string | undefined;
};

export type VisitorPage = {
  readonly visitors: readonly Visitor[];
  readonly row: number;
  /** Of the filter. */
  readonly total: number;
  /** Of the range, whatever the filter. */
  readonly channels: readonly { readonly channel: string; readonly visitors: number }[];
};

export const VISITORS_PER_PAGE = 25;

/**
 * A page of the unique visitor report (U10). A visitor stands at the first message of its month; two channels are two
 * visitors.
 *
 * @throws Refusal range_too_long, invalid_input.
 */
export async function readVisitors(
  scope: Scope<"reports:read">,
  request: VisitorRequest,
): Promise<VisitorPage> {
  checkRange(request.range);
  const { organizationId } = scope;
  const channel = request.channel || null;
  const after = parsePlace(request.after);
  const behind = after ?? parsePlace(request.before);
  const backwards = after === null && behind !== null;
  const descending = request.oldestFirst === backwards;
  const page: VisitorPage = await readInOrganization(organizationId, async (tx) => {
    const [{ timeZone }, rows, channels] = await Promise.all([
      readOrganization(tx, organizationId),
      selectVisitorCounts(tx, organizationId, request.range, channel),
      selectVisitorChannels(tx, organizationId, request.range),
    ]);
    const counts = rows.map(({ day, matching, all }) => ({
      day,
      matching: Number(matching),
      all: Number(all),
    }));
    if (descending) counts.reverse();
    const total = counts.reduce((sum, { matching }) => sum + matching, 0);
    const row = Math.min(request.row, lastPageRow(total, VISITORS_PER_PAGE));
    const start: PageStart = behind ? { day: dayOf(behind.at, timeZone) } : { row };
    const { days, skip } = planPage(counts, start, VISITORS_PER_PAGE, descending);
    const periods = days.map((day) => periodOfDays({ from: day, to: day }, timeZone));
    const found = await selectVisitors(tx, organizationId, periods, channel, {
      descending,
      behind,
      skip,
      limit: VISITORS_PER_PAGE,
    });
    const visitors = found.map(toVisitor);
    return {
      visitors: backwards ? visitors.reverse() : visitors,
      row,
      total,
      channels: channels.map((entry) => ({ channel: entry.channel, visitors: Number(entry.visitors) })),
    };
  });
  const end = endInstead(request, page.visitors.length, page.total);
  return end ? readVisitors(scope, { ...request, row: end.row, after: undefined, before: undefined }) : page;
}

function toVisitor(row: VisitorRow): Visitor {
  const firstSeenAt = new Date(Number(row.first_seen_at));
  const quota = { visitorsPackage: row.visitors_package ?? 0, visitorsTopUp: row.visitors_top_up ?? 0 };
  return {
    month: row.month,
    firstSeenAt,
    channel: row.channel,
    contact: row.contact,
    coveredBy: coverageOf(row.ordinal, quota),
    cursor: `${firstSeenAt.getTime()}.${row.month}.${row.ordinal}`,
  };
}

const PLACE = /^(\d{1,13})\.(\d{4}-\d{2})\.(\d{1,9})$/;

function parsePlace(text: string | undefined): VisitorPlace | null {
  const match = PLACE.exec(text ?? "");
  const month = match?.[2] ?? "";
  if (!match || !isMonth(month)) return null;
  return { at: new Date(Number(match[1])), month, ordinal: Number(match[3]) };
}
