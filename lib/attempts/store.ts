import { eq, inArray, sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { rateLimits } from "@/db/schema/access";

export type AttemptCount = { readonly key: string; readonly attempts: number; readonly secondsLeft: number };

/**
 * Counts for each key one attempt, or as many as are wanted, in one statement, whose rows are taken in order so that none
 * deadlock.
 */
export async function insertAttempts(
  tx: Transaction,
  windows: readonly { key: string; seconds: number; wanted?: number }[],
): Promise<AttemptCount[]> {
  const rows = [...windows].sort((a, b) => (a.key < b.key ? -1 : 1));
  const isOver = sql`${rateLimits.expire} <= now()`;
  return tx
    .insert(rateLimits)
    .values(
      rows.map(({ key, seconds, wanted = 1 }) => ({
        key,
        points: wanted,
        expire: sql`now() + make_interval(secs => ${seconds})`,
      })),
    )
    .onConflictDoUpdate({
      target: rateLimits.key,
      set: {
        points: sql`case when ${isOver} then excluded.points else least(${rateLimits.points}, 1000000) + excluded.points end`,
        expire: sql`case when ${isOver} then excluded.expire else ${rateLimits.expire} end`,
      },
    })
    .returning({
      key: rateLimits.key,
      attempts: rateLimits.points,
      secondsLeft: sql`ceil(extract(epoch from ${rateLimits.expire} - now()))`.mapWith(Number),
    });
}

/** Forgets every attempt counted for a key. */
export async function deleteAttempts(tx: Transaction, key: string): Promise<void> {
  await tx.delete(rateLimits).where(eq(rateLimits.key, key));
}

/** Takes one attempt back. */
export async function subtractAttempt(tx: Transaction, key: string): Promise<void> {
  await tx
    .update(rateLimits)
    .set({ points: sql`greatest(${rateLimits.points} - 1, 0)` })
    .where(eq(rateLimits.key, key));
}

/** Clears away a few windows that are over; those that others hold are left to them. */
export async function deleteExpiredAttempts(tx: Transaction): Promise<void> {
  const expired = tx
    .select({ key: rateLimits.key })
    .from(rateLimits)
    .where(sql`${rateLimits.expire} < now() - interval '1 hour'`)
    .limit(20)
    .for("update", { skipLocked: true });
  await tx.delete(rateLimits).where(inArray(rateLimits.key, expired));
}
