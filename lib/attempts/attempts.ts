import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { Refusal } from "@/lib/errors";
import {
  type AttemptCount,
  deleteAttempts,
  deleteExpiredAttempts,
  insertAttempts,
  subtractAttempt,
} from "./store";

/** How often something may be tried before the window that the first attempt opened has passed. */
export type AttemptLimit = {
  /** What is counted, "log-in:account:…". Kept for as long as the window: hash what names a person. */
  readonly key: string;
  readonly attempts: number;
  readonly seconds: number;
};

/**
 * Counts an attempt against every limit, before it is made, so that attempts made at the same time all count.
 * Shared by all instances of the app.
 *
 * @returns null when all limits allow it, else the seconds until the last of the exceeded ones starts again.
 */
export async function countAttempt(tx: Transaction, limits: readonly AttemptLimit[]): Promise<number | null> {
  const counts = await insertAttempts(tx, limits);
  const waits = limits.flatMap((limit) => secondsToWait(limit, counts));
  if (waits.length === 0) return null;
  await deleteExpiredAttempts(tx);
  return Math.max(1, ...waits);
}

/** What one key wants counted at once. */
export type AttemptWish = AttemptLimit & { readonly wanted: number };

/**
 * Counts several attempts for each key, all in one statement, whose rows are taken in order: who counts for many
 * organizations in one transaction deadlocks with nobody. Keys are given once each.
 *
 * @returns for each key how many of them its limit allows, and whether it is the first in its window to be refused some
 */
export async function countAttempts(
  tx: Transaction,
  wishes: readonly AttemptWish[],
): Promise<ReadonlyMap<string, { readonly allowed: number; readonly isExceededNow: boolean }>> {
  if (wishes.length === 0) return new Map();
  const counts = await insertAttempts(tx, wishes);
  return new Map(
    wishes.map(({ key, attempts, wanted }) => {
      const after = counts.find((counted) => counted.key === key)?.attempts ?? 0;
      const before = after - wanted;
      const allowed = Math.max(0, Math.min(wanted, attempts - before));
      return [key, { allowed, isExceededNow: before <= attempts && after > attempts }];
    }),
  );
}

/** Starts the count of a key afresh: the attempt succeeded. Take keys in alphabetical order with `takeBackAttempt`. */
export async function forgetAttempts(tx: Transaction, key: string): Promise<void> {
  await deleteAttempts(tx, key);
}

/** Uncounts one attempt for a key that others share. */
export async function takeBackAttempt(tx: Transaction, key: string): Promise<void> {
  await subtractAttempt(tx, key);
}

/** Downloads that one organization may begin in a minute, counted for all instances together. */
const EXPORT_LIMIT = { attempts: 60, seconds: 60 };

/** @throws Refusal rate_limited, with the seconds to wait, for an organization that begins too many downloads. */
export async function countExport(organizationId: number): Promise<void> {
  const limit = { key: `export:organization:${organizationId}`, ...EXPORT_LIMIT };
  const wait = await acrossOrganizations((tx) => countAttempt(tx, [limit]));
  if (wait === null) return;
  throw new Refusal("rate_limited", "Too many downloads in a minute. Try again later.", {
    retryAfterSeconds: wait,
  });
}

function secondsToWait(limit: AttemptLimit, counts: readonly AttemptCount[]): number[] {
  const counted = counts.find(({ key }) => key === limit.key);
  return counted && counted.attempts > limit.attempts ? [counted.secondsLeft] : [];
}
