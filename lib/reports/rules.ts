import { type Micros, max, min } from "@/lib/money/money";
import { addDays, type Day, type Month, nextMonth, startOfDay } from "@/lib/time/period";

/** How much is left, in one word (U5). */
export type Level = "enough" | "low" | "used_up";

/** Below this share of what the month began with, a quota or balance is low (U5). */
export const LOW_BELOW_PERCENT = 40;

/**
 * Whether a quota or balance is low (less than `lowBelowPercent` of `base` left, or less than `lowBelowAmount`) or used
 * up (0 or below) · U5. What never had anything to begin with is used up, not low.
 */
export function levelOf(
  left: bigint,
  base: bigint,
  lowBelowPercent = LOW_BELOW_PERCENT,
  lowBelowAmount: Micros | null = null,
): Level {
  if (left <= 0n) return "used_up";
  const isLow = left * 100n < base * BigInt(lowBelowPercent) || left < (lowBelowAmount ?? 0n);
  return isLow ? "low" : "enough";
}

/** As `levelOf`, for counts. */
export function quotaLevel(left: number, total: number, lowBelowPercent = LOW_BELOW_PERCENT): Level {
  return levelOf(BigInt(left), BigInt(total), lowBelowPercent);
}

/** Why a balance is low or used up: what the client can do something about comes first. */
export type BalanceReason = "debt" | "on_hold" | "spent";

/** The reason to give with a low or used-up WhatsApp balance: a debt, money held for messages on their way, or use. */
export function balanceReason(
  balance: { readonly initial: Micros; readonly additional: Micros; readonly onHold: Micros },
  base: Micros,
  low: { readonly percent: number; readonly amount: Micros | null } = {
    percent: LOW_BELOW_PERCENT,
    amount: null,
  },
): BalanceReason {
  if (balance.additional < 0n) return "debt";
  const withoutHolds = levelOf(balance.initial + balance.additional, base, low.percent, low.amount);
  return balance.onHold > 0n && withoutHolds === "enough" ? "on_hold" : "spent";
}

/** What the month's balance is measured against: what it began with, or, after an empty start, what came in since. */
export function balanceBase(opening: Micros, now: Micros, spent: Micros): Micros {
  return opening > 0n ? opening : max(0n, now + spent);
}

/** How long the balance lasts at the recent pace. */
export type Runway =
  | { readonly kind: "until"; readonly day: Day }
  | { readonly kind: "beyond"; readonly day: Day }
  | { readonly kind: "idle" }
  | { readonly kind: "over" };

/** A runway that is longer than this many months is only said to be longer. */
const FARTHEST_MONTHS = 12;

/** What a month's package says of the initial balance. */
type MonthTerms = { readonly initialBalance: Micros; readonly initialCarriesOver: boolean };

/**
 * The day on which the balance runs out if every day costs `perDay`. Each new month brings what its own package grants,
 * in place of what is left of the initial balance unless the package of the month before lets that carry over.
 */
export function runway(given: {
  readonly initial: Micros;
  readonly additional: Micros;
  readonly onHold: Micros;
  readonly perDay: Micros;
  /** Of a month by the package that will be in force in it; none before the first. */
  readonly termsIn: (month: Month) => MonthTerms | undefined;
  readonly today: Day;
}): Runway {
  const { perDay, today } = given;
  // What is on hold will be paid as every charge is: from the initial balance first.
  let { initial, additional } = pay(given, given.onHold);
  if (initial + additional <= 0n) return { kind: "over" };
  if (perDay <= 0n) return { kind: "idle" };
  let day = today;
  let terms = given.termsIn(today.slice(0, 7));
  let month: Month = nextMonth(today.slice(0, 7));
  for (let count = 0; count < FARTHEST_MONTHS; count++) {
    const boundary = `${month}-01`;
    const days = daysBetween(day, boundary);
    const cost = perDay * BigInt(days);
    if (initial + additional < cost) {
      return { kind: "until", day: addDays(day, Number((initial + additional) / perDay)) };
    }
    ({ initial, additional } = pay({ initial, additional }, cost));
    const carried = terms?.initialCarriesOver ? initial : 0n;
    terms = given.termsIn(month);
    initial = carried + (terms?.initialBalance ?? 0n);
    day = boundary;
    month = nextMonth(month);
  }
  return { kind: "beyond", day };
}

type Parts = { readonly initial: Micros; readonly additional: Micros };

function pay({ initial, additional }: Parts, cost: Micros): Parts {
  const fromInitial = min(max(initial, 0n), cost);
  return { initial: initial - fromInitial, additional: additional - (cost - fromInitial) };
}

/** Whole calendar days from one day to a later one. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((startOfDay(to, "UTC").getTime() - startOfDay(from, "UTC").getTime()) / 86_400_000);
}

/** How many units the balance pays for at a price; none for a debt, null where units are free. */
export function unitsFor(available: Micros, unitPrice: Micros): number | null {
  if (unitPrice <= 0n) return null;
  return available <= 0n ? 0 : Number(available / unitPrice);
}
