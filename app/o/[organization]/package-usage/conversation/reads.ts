import "server-only";
import type { Scope } from "@/lib/auth/scope";
import { type Balance, type Outlook, readBalance, readOutlook } from "@/lib/reports/balance";
import { type BroadcastPage, readBroadcasts } from "@/lib/reports/broadcasts/broadcasts";
import {
  BROADCAST_SORTS,
  type BroadcastSort,
  parseCursor,
  type RangeChoice,
  type ViewState,
} from "@/lib/reports/input";
import { readUses, type UsePage } from "@/lib/reports/messages/messages";
import type { ChartDay } from "@/lib/reports/usage/rules";
import {
  type BreakdownRow,
  spentByDay,
  toChartDays,
  usageBreakdown,
  usageByDay,
} from "@/lib/reports/usage/usage";
import { readVisitors, type VisitorPage } from "@/lib/reports/visitors/visitors";
import { type TopUpMarker, topUpMarkers } from "@/lib/top-ups/history/history";

export type ReportRead =
  | { readonly report: "whatsapp"; readonly page: UsePage }
  | { readonly report: "broadcasts"; readonly page: BroadcastPage }
  | { readonly report: "unique-visitors"; readonly page: VisitorPage };

/** Something on its way; `arrived` holds it once it is there. */
export type Read<T> = { readonly promise: Promise<T>; arrived: { readonly value: T } | null };

/** What the sections of the page show, each on its way by itself. */
export type Reads = {
  readonly balance: Read<Balance>;
  readonly outlook: Read<Outlook>;
  readonly trend: Read<Trend>;
  readonly breakdown: Read<BreakdownRow[]>;
  readonly report: Read<ReportRead>;
};

export type Trend = {
  readonly days: readonly ChartDay[];
  /** What was paid on which day; none where units are shown, or for whoever may not see purchases. */
  readonly topUps: readonly TopUpMarker[];
};

type Reader = Scope<"usage:read" | "balance:read" | "reports:read">;

/** Begins to read everything at once; purchases only with a scope for them. */
export function startReads(
  scope: Reader,
  purchases: Scope<"purchases:read"> | null,
  view: ViewState,
  { range }: RangeChoice,
): Reads {
  const balance = readBalance(scope);
  const isMoney = view.unit === "money";
  const days = isMoney ? spentByDay(scope, range) : usageByDay(scope, range).then(toChartDays);
  const topUps = isMoney && purchases ? topUpMarkers(purchases, range) : Promise.resolve([]);
  return {
    balance: watched(balance),
    outlook: watched(balance.then((known) => readOutlook(scope, known))),
    trend: watched(Promise.all([days, topUps]).then(([days, topUps]) => ({ days, topUps }))),
    breakdown: watched(usageBreakdown(scope, range)),
    report: watched(readReport(scope, view, range)),
  };
}

function watched<T>(promise: Promise<T>): Read<T> {
  const read: Read<T> = { promise, arrived: null };
  // A failure is told by the section that waits for it.
  promise.then(
    (value) => {
      read.arrived = { value };
    },
    () => undefined,
  );
  return read;
}

const PATIENCE_MS = 150;

/**
 * Gives the reads a moment. As a rule all are there by then, the page comes in one go and no skeleton is
 * ever seen; what takes longer, or fails, is left to its own section (U12).
 */
export async function waitBriefly(reads: Reads): Promise<void> {
  const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS));
  const all = Object.values(reads).map(({ promise }): Promise<unknown> => promise);
  await Promise.race([Promise.allSettled(all), patience]);
}

async function readReport(scope: Reader, view: ViewState, range: RangeChoice["range"]): Promise<ReportRead> {
  const { category, row = 1, after, before } = view;
  const place = { range, row, after, before };
  switch (view.report) {
    case "broadcasts": {
      const request = { ...place, category, name: view.q, ...readSort(view.sort) };
      return { report: "broadcasts", page: await readBroadcasts(scope, request) };
    }
    case "unique-visitors": {
      const request = { ...place, channel: view.channel, oldestFirst: isOldestFirst(view) };
      return { report: "unique-visitors", page: await readVisitors(scope, request) };
    }
    default: {
      const cursors = { after: parseCursor(after), before: parseCursor(before) };
      const filter = { category, paid: view.paid, oldestFirst: isOldestFirst(view) };
      return { report: "whatsapp", page: await readUses(scope, { range, row, ...cursors, ...filter }) };
    }
  }
}

export function isOldestFirst({ sort }: ViewState): boolean {
  return sort === "oldest";
}

/** "amount" rises, "-amount" falls; the newest first without any. */
export function readSort(text: string | undefined): { sort: BroadcastSort; descending: boolean } {
  const descending = text?.startsWith("-") ?? true;
  const sort = BROADCAST_SORTS.find((name) => name === text?.replace(/^-/, ""));
  return sort ? { sort, descending } : { sort: "started", descending: true };
}
