import { monotonicMilliseconds } from "@/lib/time/clock";

/** So much at once, and so much more with every second. */
export type Rate = { readonly burst: number; readonly perSecond: number };

type Bucket = { left: number; at: number };

/** More names than this are not remembered: those that were used longest ago begin afresh. */
const MOST_NAMES = 50_000;

// One set per process, however many bundles import this file.
const shared = globalThis as typeof globalThis & { kuotaRates?: Map<string, Bucket> };

function buckets(): Map<string, Bucket> {
  shared.kuotaRates ??= new Map();
  return shared.kuotaRates;
}

/**
 * Counts one use against a rate that is kept in this process's memory: it costs no look into the database, and each
 * instance of the app allows the rate by itself. For what is too frequent to be counted by `countAttempt`.
 *
 * @returns null when the rate allows it, else the seconds until it does
 */
export function takeFromRate(
  name: string,
  rate: Rate,
  nowMilliseconds = monotonicMilliseconds(),
): number | null {
  const wait = secondsToWait(name, rate, nowMilliseconds);
  if (wait !== null) return wait;
  const left = leftOf(buckets().get(name), rate, nowMilliseconds) - 1;
  // Put behind the others: what is used stays remembered.
  buckets().delete(name);
  buckets().set(name, { left, at: nowMilliseconds });
  if (buckets().size > MOST_NAMES) forgetOldest();
  return null;
}

/** As `takeFromRate`, only asking. */
export function secondsToWait(
  name: string,
  rate: Rate,
  nowMilliseconds = monotonicMilliseconds(),
): number | null {
  const left = leftOf(buckets().get(name), rate, nowMilliseconds);
  return left >= 1 ? null : Math.max(1, Math.ceil((1 - left) / rate.perSecond));
}

/** Whether something of this name was counted here lately. */
export function isRated(name: string): boolean {
  return buckets().has(name);
}

export function forgetRate(name: string): void {
  buckets().delete(name);
}

function leftOf(bucket: Bucket | undefined, rate: Rate, now: number): number {
  if (!bucket) return rate.burst;
  return Math.min(rate.burst, bucket.left + ((now - bucket.at) / 1_000) * rate.perSecond);
}

function forgetOldest(): void {
  const [oldest] = buckets().keys();
  if (oldest !== undefined) buckets().delete(oldest);
}
