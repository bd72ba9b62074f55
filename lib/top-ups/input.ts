import type { Route } from "next";
import { z } from "zod";
import type { PurchaseStatus } from "@/db/schema/purchases";
import { type Micros, parseDecimal, toDecimal } from "@/lib/money/money";
import { firstOf } from "@/lib/text/input";
import { dayInput } from "@/lib/time/input";
import type { HistoryFilter, HistoryPlace, PurchaseCursor } from "./history/history";

export { readAmount } from "./amounts";

/** Where the top-up form of an organization is, filled in. The balance may be a shortfall with decimals. */
export function topUpAddress(
  slug: string,
  wish: { readonly balance?: Micros; readonly visitorBlocks?: number } = {},
): Route {
  const query = new URLSearchParams();
  if (wish.balance !== undefined && wish.balance > 0n) query.set("balance", toDecimal(wish.balance));
  if (wish.visitorBlocks !== undefined && wish.visitorBlocks > 0)
    query.set("blocks", String(wish.visitorBlocks));
  const path = `/o/${slug}/package-usage/top-up`;
  return (query.size === 0 ? path : `${path}?${query}`) as Route;
}

const wholeNumber = z
  .string()
  .regex(/^\d{1,6}$/)
  .transform(Number);

/** What a link may fill into the form; what it does not know is left out. */
const prefill = z.object({
  balance: z.preprocess(firstOf, z.string().max(40).transform(parseDecimal)).optional().catch(undefined),
  blocks: z.preprocess(firstOf, wholeNumber).optional().catch(undefined),
  short: z.preprocess(firstOf, z.literal("yes")).optional().catch(undefined),
  cancelled: z.preprocess(firstOf, z.uuid()).optional().catch(undefined),
});

export type Prefill = {
  /** The address fills nothing in. */
  readonly isEmpty: boolean;
  readonly balance: Micros;
  readonly visitorBlocks: number;
  /** The balance is what something that was refused lacked. */
  readonly isShortfall: boolean;
  readonly cancelled: string | null;
};

export function readPrefill(params: Record<string, string | string[] | undefined>): Prefill {
  const { balance, blocks, short, cancelled } = prefill.parse(params);
  return {
    isEmpty: balance === undefined && blocks === undefined,
    balance: balance && balance > 0n ? balance : 0n,
    visitorBlocks: blocks ?? 0,
    isShortfall: short !== undefined && balance != null && balance > 0n,
    cancelled: cancelled ?? null,
  };
}

/** The top-up form as it is sent. */
export const topUpForm = z.object({
  /** Names the form: sent twice, it is one purchase. */
  request: z.uuid(),
  blocks: z.string().trim().max(6).regex(/^\d*$/).transform(Number),
  balance: z.string().max(40),
  /** The total that the form showed when it was sent, in micros; empty when it showed none. */
  shown_total: z.string().regex(/^\d{0,18}$/),
  /** Sent by the button that only works the total out, for those whose scripts are off. */
  only_total: z.string().max(3).optional(),
});

const day = z.preprocess(firstOf, dayInput).optional().catch(undefined);

/** The states of a purchase that a history can be searched for, in the order in which they are offered. */
export const STATUSES_TO_FIND = [
  "open",
  "pending",
  "paid",
  "failed",
  "expired",
  "partly_refunded",
  "refunded",
  "disputed",
] as const satisfies readonly PurchaseStatus[];

/** Which purchases an address asks for, of one client or of all. */
export const purchaseFilter = z.object({
  status: z.preprocess(firstOf, z.enum(STATUSES_TO_FIND)).optional().catch(undefined),
  from: day,
  to: day,
});

const historySearch = purchaseFilter.extend({
  after: z.preprocess(firstOf, z.string().max(40)).optional().catch(undefined),
  before: z.preprocess(firstOf, z.string().max(40)).optional().catch(undefined),
});

/** The purchase history's address: filters and place in the list. */
export type HistorySearch = z.infer<typeof historySearch>;

/** Reads the address of the purchase history. What it does not know it leaves out. */
export function readHistorySearch(params: Record<string, string | string[] | undefined>): HistorySearch {
  return historySearch.parse(params);
}

/** Where a range is open. */
export const FIRST_DAY = "2000-01-01";
export const LAST_DAY = "2099-12-31";

/** The filter that an address asks for. Half a range is open to the other side; one that ends before it begins is none. */
export function filterOf({ status, from, to }: HistorySearch): HistoryFilter {
  if (from === undefined && to === undefined) return { status };
  const range = { from: from ?? FIRST_DAY, to: to ?? LAST_DAY };
  return range.from <= range.to ? { status, range } : { status };
}

const CURSOR = /^(\d{1,13})-(\d{1,15})$/;

/** A place in the history, for an address. */
export function formatPurchaseCursor({ at, number }: PurchaseCursor): string {
  return `${at.getTime()}-${number}`;
}

/** Null for anything that `formatPurchaseCursor` did not write. */
export function parsePurchaseCursor(text: string | undefined): PurchaseCursor | null {
  const match = CURSOR.exec(text ?? "");
  const at = new Date(Number(match?.[1]));
  return match && !Number.isNaN(at.getTime()) ? { at, number: Number(match[2]) } : null;
}

/** The place in the history that an address asks for. */
export function placeOf({ after, before }: HistorySearch): HistoryPlace {
  const next = parsePurchaseCursor(after);
  if (next) return { after: next };
  const previous = parsePurchaseCursor(before);
  return previous && { before: previous };
}
