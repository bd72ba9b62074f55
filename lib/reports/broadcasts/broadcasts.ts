import "server-only";
import { readInOrganization } from "@/db/client";
import type { Scope } from "@/lib/auth/scope";
import type { Micros } from "@/lib/money/money";
import { readOrganization } from "@/lib/organizations/organizations";
import type { BroadcastSort, Cursor } from "@/lib/reports/input";
import { endInstead, lastPageRow } from "@/lib/reports/messages/rules";
import { checkRange } from "@/lib/reports/usage/usage";
import { type DayRange, periodOfDays } from "@/lib/time/period";
import {
  type BroadcastRow,
  type RecipientRow,
  selectBroadcast,
  selectBroadcastCategories,
  selectBroadcasts,
  selectBroadcastTotals,
  selectRecipients,
} from "./store";

/** What became of the messages of one or more broadcasts, and what they cost. */
export type BroadcastFigures = {
  readonly recipients: number;
  readonly sent: number;
  readonly delivered: number;
  readonly read: number;
  readonly failed: number;
  readonly amount: Micros;
};

export type Broadcast = BroadcastFigures & {
  readonly id: string;
  readonly name: string;
  readonly template: string | null;
  readonly category: string | null;
  readonly startedAt: Date;
  /** Names the row's place in the list, for the page behind it. */
  readonly cursor: string;
};

export type BroadcastRequest = {
  readonly range: DayRange;
  readonly category: string | undefined;
  readonly name: string | undefined;
  readonly sort: BroadcastSort;
  readonly descending: boolean;
  readonly row: number;
  /** `cursor` of the last row of the page before. */
  readonly after: string | undefined;
  /** `cursor` of the first row of the page behind. */
  readonly before: string | undefined;
};

export type BroadcastPage = {
  readonly broadcasts: readonly Broadcast[];
  readonly row: number;
  readonly totals: BroadcastFigures & { readonly broadcasts: number };
  readonly categories: readonly string[];
};

export const BROADCASTS_PER_PAGE = 25;

/**
 * A page of the broadcast usage report with the totals of its filter (U8). A broadcast belongs to the day on which it
 * began.
 *
 * @throws Refusal range_too_long, invalid_input.
 */
export async function readBroadcasts(
  scope: Scope<"reports:read">,
  request: BroadcastRequest,
): Promise<BroadcastPage> {
  checkRange(request.range);
  const page: BroadcastPage = await readInOrganization(scope.organizationId, async (tx) => {
    const { organizationId } = scope;
    const { timeZone } = await readOrganization(tx, organizationId);
    const period = periodOfDays(request.range, timeZone);
    const filter = { period, category: request.category ?? null, name: request.name || null };
    const [totals, categories] = await Promise.all([
      selectBroadcastTotals(tx, organizationId, filter),
      selectBroadcastCategories(tx, organizationId, period),
    ]);
    const broadcasts = Number(totals?.broadcasts ?? 0);
    const row = Math.min(request.row, lastPageRow(broadcasts, BROADCASTS_PER_PAGE));
    const after = parseKey(request.after, request.sort);
    const before = after ? null : parseKey(request.before, request.sort);
    const rows = await selectBroadcasts(tx, organizationId, filter, {
      sort: request.sort,
      descending: before ? !request.descending : request.descending,
      after: after ?? before,
      skip: after || before ? 0 : row - 1,
      limit: BROADCASTS_PER_PAGE,
    });
    const list = rows.map(toBroadcast);
    return {
      broadcasts: before ? list.reverse() : list,
      row,
      totals: { broadcasts, ...figuresOf(totals) },
      categories: categories.sort(),
    };
  });
  const end = endInstead(request, page.broadcasts.length, page.totals.broadcasts);
  return end
    ? readBroadcasts(scope, { ...request, row: end.row, after: undefined, before: undefined })
    : page;
}

/** A cursor is the row's sort key and its id, which may hold anything: "{length of the key}:{key}{id}". */
function parseKey(text: string | undefined, sort: BroadcastSort): { key: string; id: string } | null {
  const match = /^(\d{1,4}):(.*)$/s.exec(text ?? "");
  if (!match) return null;
  const length = Number(match[1]);
  const key = (match[2] ?? "").slice(0, length);
  const id = (match[2] ?? "").slice(length);
  const wellFormed = sort === "started" ? /^\d{1,13}$/ : /^-?\d{1,18}$/;
  return sort === "name" || wellFormed.test(key) ? { key, id } : null;
}

function toBroadcast(row: BroadcastRow): Broadcast {
  return {
    id: row.broadcast_id,
    name: row.name,
    template: row.template,
    category: row.category,
    startedAt: new Date(Number(row.started_at)),
    cursor: `${row.sort_key.length}:${row.sort_key}${row.broadcast_id}`,
    ...figuresOf(row),
  };
}

type Figures = Pick<BroadcastRow, "recipients" | "sent" | "delivered" | "read" | "failed" | "amount_micros">;

function figuresOf(row: Figures | undefined): BroadcastFigures {
  return {
    recipients: Number(row?.recipients ?? 0),
    sent: Number(row?.sent ?? 0),
    delivered: Number(row?.delivered ?? 0),
    read: Number(row?.read ?? 0),
    failed: Number(row?.failed ?? 0),
    amount: BigInt(row?.amount_micros ?? 0),
  };
}

/** The furthest that a message got. */
export type MessageStatus = "pending" | "sent" | "delivered" | "read" | "failed";

/** One message of a broadcast. */
export type Recipient = {
  readonly cursor: Cursor;
  readonly contact: string;
  readonly market: string | null;
  readonly status: MessageStatus;
  readonly sentAt: Date | null;
  readonly deliveredAt: Date | null;
  readonly readAt: Date | null;
  readonly failedAt: Date | null;
  readonly errorCode: string | null;
  readonly errorTitle: string | null;
  readonly amount: Micros;
  readonly paidFrom: string;
};

export type BroadcastDetail = { readonly broadcast: Broadcast; readonly recipients: readonly Recipient[] };

export const RECIPIENTS_PER_PAGE = 50;

/** One broadcast and a page of its recipients; null when the organization has no such broadcast. */
export async function readBroadcast(
  scope: Scope<"reports:read">,
  broadcastId: string,
  page: { readonly after: Cursor | null; readonly before: Cursor | null },
): Promise<BroadcastDetail | null> {
  return readInOrganization(scope.organizationId, async (tx) => {
    const backwards = page.after === null && page.before !== null;
    const [row, recipients] = await Promise.all([
      selectBroadcast(tx, scope.organizationId, broadcastId),
      selectRecipients(tx, scope.organizationId, broadcastId, {
        after: page.after ?? page.before,
        backwards,
        limit: RECIPIENTS_PER_PAGE,
      }),
    ]);
    if (!row) return null;
    const list = recipients.map(toRecipient);
    return { broadcast: toBroadcast(row), recipients: backwards ? list.reverse() : list };
  });
}

/** A failure after the delivery changes nothing (whatsapp.md). */
function statusOf(row: RecipientRow): MessageStatus {
  if (row.read_at !== null) return "read";
  if (row.delivered_at !== null) return "delivered";
  if (row.failed_at !== null) return "failed";
  return row.sent_at === null ? "pending" : "sent";
}

function toRecipient(row: RecipientRow): Recipient {
  return {
    cursor: { at: new Date(Number(row.occurred_at)), id: Number(row.id) },
    contact: row.contact,
    market: row.market,
    status: statusOf(row),
    sentAt: instantOf(row.sent_at),
    deliveredAt: instantOf(row.delivered_at),
    readAt: instantOf(row.read_at),
    failedAt: instantOf(row.failed_at),
    errorCode: row.error_code,
    errorTitle: row.error_title,
    amount: BigInt(row.amount_micros),
    paidFrom: row.paid_from,
  };
}

function instantOf(milliseconds: string | null): Date | null {
  return milliseconds === null ? null : new Date(Number(milliseconds));
}
