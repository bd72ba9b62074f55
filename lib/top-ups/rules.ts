import type { Mismatch, PurchaseStatus } from "@/db/schema/purchases";
import { invariant } from "@/lib/errors";
import { type Micros, max, min } from "@/lib/money/money";
import { addDays, type Day, daysInMonth, type Month } from "@/lib/time/period";

export type { Products, Quote, Wish } from "./pricing";

/** From this many days before its end on, a month is nearly over (T3). */
const NEARLY_OVER_DAYS = 5;

/** Until when unique visitors bought today are valid, how many days that is, and whether that is soon (T3). */
export function visitorsValidity(today: Day): { lastDay: Day; daysLeft: number; isNearlyOver: boolean } {
  const month: Month = today.slice(0, 7);
  const days = daysInMonth(month);
  const daysLeft = days - Number(today.slice(8)) + 1;
  return { lastDay: addDays(`${month}-01`, days - 1), daysLeft, isNearlyOver: daysLeft <= NEARLY_OVER_DAYS };
}

/** What a payment must agree with. */
export type Expected = {
  readonly total: Micros;
  readonly currency: string;
  readonly livemode: boolean;
  readonly customer: string | null;
  readonly checkout: string | null;
};

type Found = {
  readonly amount: Micros;
  readonly currency: string;
  readonly livemode: boolean;
  readonly customer: string | null;
  readonly checkout: string;
};

/** How a payment differs from the purchase it claims to pay (stripe.md, Fulfilment); empty when it is the one. */
export function mismatchesOf(expected: Expected, found: Found): Mismatch[] {
  const compared: [Mismatch["field"], string, string][] = [
    ["amount", String(expected.total), String(found.amount)],
    ["currency", expected.currency, found.currency],
    ["livemode", String(expected.livemode), String(found.livemode)],
    ["customer", expected.customer ?? "", found.customer ?? ""],
    ["checkout", expected.checkout ?? found.checkout, found.checkout],
  ];
  return compared.filter(([, a, b]) => a !== b).map(([field, a, b]) => ({ field, expected: a, found: b }));
}

/** What decides how much of a purchase is taken back. */
export type Credited = {
  readonly total: Micros;
  readonly balance: Micros;
  readonly visitors: number;
  readonly chargeStep: Micros;
};

export type TakenBack = { readonly balance: Micros; readonly visitors: number };

/**
 * What has to be taken back once `paidBack` of the total went back to the payer, by refunds and disputes together: the
 * same share of everything that was credited, cut down to whole steps and whole visitors, and at most all of it.
 * A sum and no history, so the order in which refunds and disputes come does not matter (T4).
 */
export function takenBackFor(credited: Credited, paidBack: Micros): TakenBack {
  const { total, balance, visitors, chargeStep } = credited;
  const share = min(max(paidBack, 0n), total);
  if (share === total) return { balance, visitors };
  return {
    balance: ((balance * share) / (total * chargeStep)) * chargeStep,
    visitors: Number((BigInt(visitors) * share) / total),
  };
}

/** A refund or a dispute, as far as it decides what is taken back. */
export type ReversalFacts = {
  readonly kind: "refund" | "dispute";
  readonly state: string;
  readonly amount: Micros;
};

const WITHHOLDING: readonly string[] = ["reserved", "pending", "succeeded", "open", "lost"];

/** Whether the money of a refund or dispute is away, or about to be. */
export function isWithholding({ state }: Pick<ReversalFacts, "state">): boolean {
  return WITHHOLDING.includes(state);
}

/** How far the states of a refund, and of a dispute, are along. */
const REFUND_ORDER: readonly string[] = ["reserved", "pending", "succeeded", "failed"];
/** Banks now and then reverse a lost dispute; a won one is over. */
const DISPUTE_ORDER: readonly string[] = ["inquiry", "closed", "open", "lost", "won"];

/**
 * Whether what a provider says is news. What it said earlier may arrive later; a state never goes back, so a refund
 * that has failed stays failed.
 */
export function isFurther(known: string, told: string): boolean {
  const order = REFUND_ORDER.includes(told) ? REFUND_ORDER : DISPUTE_ORDER;
  return order.indexOf(told) > order.indexOf(known);
}

const UNPAID_ORDER = ["open", "pending", "expired", "failed"] as const satisfies readonly PurchaseStatus[];
export type UnpaidStatus = (typeof UNPAID_ORDER)[number];

/** The states of an unpaid purchase that a state told now cannot take it back from. Paid always counts. */
export function furtherUnpaid(told: UnpaidStatus): UnpaidStatus[] {
  return UNPAID_ORDER.slice(UNPAID_ORDER.indexOf(told) + 1);
}

/** The sums over a purchase's refunds and disputes. */
export function reversedAmounts(reversals: readonly ReversalFacts[]): { refunded: Micros; disputed: Micros } {
  let refunded = 0n;
  let disputed = 0n;
  for (const reversal of reversals) {
    if (!isWithholding(reversal)) continue;
    if (reversal.kind === "refund") refunded += reversal.amount;
    else disputed += reversal.amount;
  }
  return { refunded, disputed };
}

/** How a credited purchase stands, given its refunds and disputes. A dispute that was won leaves no mark here. */
export function creditedStatus(total: Micros, reversals: readonly ReversalFacts[]): PurchaseStatus {
  const { refunded, disputed } = reversedAmounts(reversals);
  if (disputed > 0n) return "disputed";
  if (refunded >= total) return "refunded";
  return refunded > 0n ? "partly_refunded" : "paid";
}

/** Minutes until a purchase is asked about again: often at first, when the payer is still at it. */
const CHECK_MINUTES = [1, 1, 2, 3, 5, 10, 15, 30, 60, 120, 240];
const LATER_CHECK_MINUTES = 360;

/** When to ask the provider next, after `checks` fruitless times. */
export function nextCheck(now: Date, checks: number): Date {
  return new Date(now.getTime() + (CHECK_MINUTES[checks] ?? LATER_CHECK_MINUTES) * 60_000);
}

/** How a purchase is named: "P-000123". */
export function purchaseNumber(number: number): string {
  return `P-${String(number).padStart(6, "0")}`;
}

/** How a receipt is named: "R-2026-000042" (T6). */
export function receiptNumber(receipt: { series: string; year: number; number: number }): string {
  invariant(receipt.number > 0, "receipts are numbered from 1");
  return `${receipt.series}-${receipt.year}-${String(receipt.number).padStart(6, "0")}`;
}

/** Whether a text from an address can be the id of a purchase. */
export function isPurchaseId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
