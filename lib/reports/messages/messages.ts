import "server-only";
import { readInOrganization, type Transaction } from "@/db/client";
import type { ChargeBasis } from "@/db/schema/metering";
import type { Scope } from "@/lib/auth/scope";
import { type Micros, sum } from "@/lib/money/money";
import { readOrganization } from "@/lib/organizations/organizations";
import type { Cursor, PaidFilter } from "@/lib/reports/input";
import { checkRange } from "@/lib/reports/usage/usage";
import { addDays, type Day, type DayRange, dayOf, type Period, periodOfDays } from "@/lib/time/period";
import { type DayCount, endInstead, lastPageRow, type PageStart, paidFromOf, planPage } from "./rules";
import {
  type MessageRow,
  selectMessage,
  selectPlaces,
  selectTransfersOf,
  selectUseAt,
  selectUseCategories,
  selectUseCounts,
  selectUses,
  type UseFilter,
  type UseRow,
  type UseStart,
} from "./store";

/** One use of the conversation quota or the WhatsApp balance (U9). */
export type Use = {
  readonly cursor: Cursor;
  /** "marketing", "service", …, "group", or "" while unknown. */
  readonly category: string;
  readonly contact: string;
  readonly businessNumber: string;
  readonly market: string | null;
  readonly template: string | null;
  readonly broadcast: { readonly id: string; readonly name: string } | null;
  readonly unit: "message" | "conversation" | null;
  readonly units: number;
  readonly unitPrice: Micros | null;
  readonly amount: Micros;
  readonly paidFrom: string;
  readonly fromInitial: Micros;
  readonly fromAdditional: Micros;
  readonly freeReason: string | null;
};

export type UseTotals = {
  readonly uses: number;
  readonly units: number;
  readonly quotaUnits: number;
  readonly amount: Micros;
  readonly fromInitial: Micros;
  readonly fromAdditional: Micros;
};

/** What is asked for: all of it may come from an address. */
export type UseRequest = {
  readonly range: DayRange;
  readonly category: string | undefined;
  readonly paid: PaidFilter | undefined;
  readonly oldestFirst: boolean;
  /** Number of the page's first row, from 1. */
  readonly row: number;
  readonly after: Cursor | null;
  readonly before: Cursor | null;
};

export type UsePage = {
  readonly uses: readonly Use[];
  /** Number of the first row shown, from 1. */
  readonly row: number;
  readonly totals: UseTotals;
  readonly categories: readonly string[];
};

export const USES_PER_PAGE = 25;

/**
 * A page of the WhatsApp usage report and the totals of its filter (U9). Totals come from the daily roll-up and bound
 * what has to be searched, so a page far back costs the same as the first.
 *
 * @throws Refusal range_too_long, invalid_input.
 */
export async function readUses(scope: Scope<"reports:read">, request: UseRequest): Promise<UsePage> {
  checkRange(request.range);
  const filter = { category: request.category ?? null, paidFrom: paidFromOf(request.paid) };
  const page: UsePage = await readInOrganization(scope.organizationId, async (tx) => {
    const { organizationId } = scope;
    const [{ timeZone }, counts, categories] = await Promise.all([
      readOrganization(tx, organizationId),
      selectUseCounts(tx, organizationId, request.range, filter),
      selectUseCategories(tx, organizationId, request.range),
    ]);
    const totals = totalsOf(counts);
    const row = Math.min(request.row, lastPageRow(totals.uses, USES_PER_PAGE));
    const search = { tx, organizationId, timeZone, filter, counts };
    const rows = await findPage(search, { ...request, row });
    return { uses: rows.map(toUse), row, totals, categories: categories.sort() };
  });
  const end = endInstead(request, page.uses.length, page.totals.uses);
  return end ? readUses(scope, { ...request, row: end.row, after: null, before: null }) : page;
}

type Counts = Awaited<ReturnType<typeof selectUseCounts>>;
type Search = {
  readonly tx: Transaction;
  readonly organizationId: number;
  readonly timeZone: string;
  readonly filter: UseFilter;
  readonly counts: Counts;
};

/** Reads forwards from a row number or a cursor, or backwards from a cursor and turns the rows round again. */
async function findPage(search: Search, request: UseRequest): Promise<UseRow[]> {
  const backwards = request.before !== null && request.after === null;
  const descending = request.oldestFirst === backwards;
  const cursor = request.after ?? request.before;
  const counts = search.counts.map(({ day, matching, all }) => ({
    day,
    matching: Number(matching),
    all: Number(all),
  }));
  if (descending) counts.reverse();
  const start: PageStart =
    cursor === null ? { row: request.row } : { day: dayOf(cursor.at, search.timeZone) };
  const { days, skip } = planPage(counts, start, USES_PER_PAGE, descending);
  if (days.length === 0) return [];
  const first = counts.find(({ day }) => day === days[0]);
  const begin =
    cursor === null ? await startAt(search, first, skip, descending) : { cursor, inclusive: false };
  const rows: UseRow[] = [];
  for (const period of spansOf(days, search.timeZone)) {
    const limit = USES_PER_PAGE - rows.length;
    const order = { descending, start: begin, limit };
    rows.push(...(await selectUses(search.tx, search.organizationId, period, search.filter, order)));
    if (rows.length >= USES_PER_PAGE) break;
  }
  return backwards ? rows.reverse() : rows;
}

/** The row that has `skip` matching rows of its day before it, sought from the nearer end of the day. */
async function startAt(
  { tx, organizationId, timeZone, filter }: Search,
  count: DayCount | undefined,
  skip: number,
  descending: boolean,
): Promise<UseStart | null> {
  if (skip === 0 || count === undefined) return null;
  const behind = count.matching - 1 - skip;
  const fromEnd = behind < skip;
  const day = periodOfDays({ from: count.day, to: count.day }, timeZone);
  const row = await selectUseAt(
    tx,
    organizationId,
    day,
    filter,
    descending !== fromEnd,
    fromEnd ? behind : skip,
  );
  return row ? { cursor: cursorOf(row), inclusive: true } : null;
}

/** Days next to each other are searched in one go. */
function spansOf(days: readonly Day[], timeZone: string): Period[] {
  const spans: { from: Day; to: Day }[] = [];
  for (const day of days) {
    const last = spans.at(-1);
    if (last && addDays(last.to, 1) === day) last.to = day;
    else if (last && addDays(last.from, -1) === day) last.from = day;
    else spans.push({ from: day, to: day });
  }
  return spans.map((span) => periodOfDays(span, timeZone));
}

function cursorOf(row: { id: string; occurred_at: string }): Cursor {
  return { at: new Date(Number(row.occurred_at)), id: Number(row.id) };
}

function totalsOf(counts: Counts): UseTotals {
  const total = (column: "matching" | "units" | "quota_units") =>
    counts.reduce((all, row) => all + Number(row[column]), 0);
  const money = (column: "amount_micros" | "initial_micros" | "additional_micros") =>
    sum(counts.map((row) => BigInt(row[column])));
  return {
    uses: total("matching"),
    units: total("units"),
    quotaUnits: total("quota_units"),
    amount: money("amount_micros"),
    fromInitial: money("initial_micros"),
    fromAdditional: money("additional_micros"),
  };
}

function toUse(row: UseRow): Use {
  return {
    cursor: cursorOf(row),
    category: row.category,
    contact: row.contact,
    businessNumber: row.business_number,
    market: row.market,
    template: row.template,
    broadcast: row.broadcast_id === null ? null : { id: row.broadcast_id, name: row.broadcast_name ?? "" },
    unit: row.unit,
    units: row.units,
    unitPrice: row.unit_price_micros === null ? null : BigInt(row.unit_price_micros),
    amount: BigInt(row.amount_micros),
    paidFrom: row.paid_from,
    fromInitial: BigInt(row.initial_micros),
    fromAdditional: BigInt(row.additional_micros),
    freeReason: row.free_reason,
  };
}

/** A transfer of the ledger that took what this message cost, perhaps together with others booked at once. */
export type BookedTransfer = {
  readonly id: number;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly amount: Micros;
  readonly bookedAt: Date;
};

/** Everything that answers "Why was I charged for this message?". */
export type Explanation = Use & {
  readonly messageId: string;
  readonly channel: string;
  readonly groupId: string | null;
  readonly holdId: string | null;
  readonly bookedAt: Date | null;
  readonly statuses: {
    readonly sent: Date | null;
    readonly delivered: Date | null;
    readonly read: Date | null;
    readonly failed: Date | null;
  };
  readonly error: { readonly code: string | null; readonly title: string | null } | null;
  readonly categorySent: string | null;
  readonly categoryBilled: string | null;
  /** As Meta said it; null when it did not. */
  readonly pricingType: string | null;
  readonly conversationExpiresAt: Date | null;
  readonly price: { readonly version: string; readonly book: string } | null;
  readonly basis: ChargeBasis;
  /** Null while nothing was decided. */
  readonly balances: { readonly before: BalancePair; readonly after: BalancePair } | null;
  /** The posting that booked it, perhaps with others. */
  readonly posting: string | null;
  readonly transfers: readonly BookedTransfer[];
};

export type BalancePair = { readonly initial: Micros; readonly additional: Micros };

/** What explains one message's charge; null when the organization has no such message there. */
export async function explainCharge(
  scope: Scope<"reports:read">,
  place: Cursor,
): Promise<Explanation | null> {
  return readInOrganization(scope.organizationId, async (tx) => {
    const row = await selectMessage(tx, scope.organizationId, place);
    if (!row) return null;
    return toExplanation(row, await readTransfers(tx, scope.organizationId, row));
  });
}

/** The transfers that took the charge: a posting may reach over many days, and books each by itself. */
async function readTransfers(
  tx: Transaction,
  organizationId: number,
  row: MessageRow,
): Promise<BookedTransfer[]> {
  if (row.posting === null || BigInt(row.amount_micros) === 0n) return [];
  const { timeZone } = await readOrganization(tx, organizationId);
  const day = dayOf(new Date(Number(row.occurred_at)), timeZone);
  const period = periodOfDays({ from: day, to: day }, timeZone);
  return (await selectTransfersOf(tx, organizationId, row.posting, period)).map(toTransfer);
}

/** Where the rows of a message are, by its id: several for a message to a group. */
export async function findMessage(scope: Scope<"reports:read">, messageId: string): Promise<Cursor[]> {
  const rows = await readInOrganization(scope.organizationId, (tx) =>
    selectPlaces(tx, scope.organizationId, messageId),
  );
  return rows.map(cursorOf);
}

function toTransfer(row: Awaited<ReturnType<typeof selectTransfersOf>>[number]): BookedTransfer {
  return {
    id: Number(row.id),
    kind: row.kind,
    from: row.from_account,
    to: row.to_account,
    amount: BigInt(row.amount_micros),
    bookedAt: new Date(Number(row.booked_at)),
  };
}

function toExplanation(row: MessageRow, transfers: BookedTransfer[]): Explanation {
  const use = toUse(row);
  return {
    ...use,
    messageId: row.message_id,
    channel: row.channel,
    groupId: row.group_id,
    holdId: row.hold_id,
    bookedAt: instantOf(row.booked_at),
    statuses: {
      sent: instantOf(row.sent_at),
      delivered: instantOf(row.delivered_at),
      read: instantOf(row.read_at),
      failed: instantOf(row.failed_at),
    },
    error:
      row.error_code === null && row.error_title === null
        ? null
        : { code: row.error_code, title: row.error_title },
    categorySent: row.category_sent,
    categoryBilled: row.category_billed,
    pricingType: row.pricing_type,
    conversationExpiresAt: instantOf(row.conversation_expires_at),
    price: row.price_version === null ? null : { version: row.price_version, book: row.price_book ?? "" },
    basis: row.basis ?? {},
    balances: balancesOf(row, use),
    posting: row.posting,
    transfers,
  };
}

function balancesOf(row: MessageRow, use: Use): Explanation["balances"] {
  if (row.initial_after_micros === null || row.additional_after_micros === null) return null;
  const after = {
    initial: BigInt(row.initial_after_micros),
    additional: BigInt(row.additional_after_micros),
  };
  const before = {
    initial: after.initial + use.fromInitial,
    additional: after.additional + use.fromAdditional,
  };
  return { before, after };
}

function instantOf(milliseconds: string | null): Date | null {
  return milliseconds === null ? null : new Date(Number(milliseconds));
}
