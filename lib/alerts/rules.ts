import type { OccurrenceType } from "@/db/schema/alerts";
import type { Micros } from "@/lib/money/money";
import { type Level, LOW_BELOW_PERCENT, levelOf } from "@/lib/reports/rules";

/** What an organization calls low: a share of what the month began with, and for its balance an amount too. */
export type LowBelow = { readonly percent: number; readonly amount: Micros | null };

/** What can be told, in the order in which it is offered. */
export const EVERY_ALERT_TYPE = [
  "balance.low",
  "balance.depleted",
  "balance.recovered",
  "quota.low",
  "quota.used_up",
  "quota.recovered",
  "hold.refused",
  "month.opened",
  "top_up.paid",
] as const satisfies readonly OccurrenceType[];

/** What is told by mail until somebody chooses otherwise: what calls for somebody to act. */
export const DEFAULT_MAIL_TYPES = [
  "balance.low",
  "balance.depleted",
  "quota.low",
  "quota.used_up",
  "hold.refused",
] as const satisfies readonly OccurrenceType[];

export const DEFAULT_LOW: LowBelow = { percent: LOW_BELOW_PERCENT, amount: null };

/** By so many points of the base, or hundredths of the amount, the threshold must be passed upwards again. */
const MARGIN_PERCENT = 5;
/** What is used up counts as refilled from this share of the base on. */
const REFILLED_PERCENT = 1n;

const RANK: Readonly<Record<Level, number>> = { enough: 0, low: 1, used_up: 2 };

/**
 * The level to remember after a look. Downwards it follows at once; upwards only past a margin, so that a balance that
 * swings around its threshold (holds placed and given back) tells once and not with each swing.
 *
 * Nothing left of nothing given says nothing: the level stays.
 */
export function levelAfter(before: Level, left: bigint, base: bigint, low: LowBelow): Level {
  if (left === 0n && base <= 0n) return before;
  const now = levelOf(left, base, low.percent, low.amount);
  if (RANK[now] >= RANK[before]) return now;
  if (before === "used_up" && left * 100n < base * REFILLED_PERCENT) return "used_up";
  if (now === "low") return "low";
  const percent = low.percent === 0 ? 0 : Math.min(100, low.percent + MARGIN_PERCENT);
  const amount = low.amount === null ? null : (low.amount * BigInt(100 + MARGIN_PERCENT)) / 100n;
  return levelOf(left, base, percent, amount);
}

/** The edges crossed from one level to another, in the order in which they are told. */
export function edgesBetween(before: Level, after: Level): ("low" | "used_up" | "recovered")[] {
  if (RANK[after] < RANK[before]) return ["recovered"];
  const edges = (["low", "used_up"] as const).filter(
    (level) => RANK[level] > RANK[before] && RANK[level] <= RANK[after],
  );
  return edges;
}

/** Seconds to wait after each failed attempt, as Standard Webhooks recommends: about three days in all. */
const RETRY_SECONDS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;

export const MOST_ATTEMPTS = RETRY_SECONDS.length + 1;

/**
 * When to try again after so many failed attempts; null to give up. `chance`, from 0 to 1, adds up to a tenth, so that
 * what failed together does not come back together.
 */
export function retryAt(attempts: number, now: Date, chance: number): Date | null {
  const seconds = RETRY_SECONDS[attempts - 1];
  return seconds === undefined ? null : new Date(now.getTime() + seconds * (1 + chance / 10) * 1_000);
}

/**
 * Whether a mail is written for an occurrence. Who is told that a balance is used up is not also told, in the same
 * moment, that it is low.
 */
export function isMailed(
  type: string,
  level: unknown,
  wanted: readonly OccurrenceType[],
): type is OccurrenceType {
  if (!wanted.some((one) => one === type)) return false;
  if (level !== "used_up") return true;
  return !(
    (type === "balance.low" && wanted.includes("balance.depleted")) ||
    (type === "quota.low" && wanted.includes("quota.used_up"))
  );
}
