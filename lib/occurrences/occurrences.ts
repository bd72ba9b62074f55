import "server-only";
import type { Transaction } from "@/db/client";
import {
  deleteToldBefore,
  insertOccurrences,
  lockUntold,
  type NewOccurrence,
  selectLastRecording,
  updateTold,
} from "./store";

/** Something to tell a client's people and systems of. */
export type Occurrence = Pick<NewOccurrence, "type" | "cause" | "occurredAt"> & {
  /** What the webhook's `data` says besides the organization; amounts already as decimal text. */
  readonly data: Readonly<Record<string, unknown>>;
};

/** One that waits to be told. */
export type Untold = Awaited<ReturnType<typeof lockUntold>>[number];

/**
 * Writes down what happened, in the transaction that makes it happen: it is told if that is committed, once per type and
 * cause however often it is written.
 *
 * @returns the ids of those that are new
 */
export async function recordOccurrences(
  tx: Transaction,
  organization: { readonly id: number; readonly slug: string },
  list: readonly Occurrence[],
): Promise<string[]> {
  if (list.length === 0) return [];
  return insertOccurrences(
    tx,
    organization.id,
    list.map(({ data, ...rest }) => ({
      ...rest,
      data: JSON.stringify({ organization: organization.slug, ...data }),
    })),
  );
}

/** Takes some that nobody was told of, the oldest first; others pass them over until the transaction ends. */
export async function takeUntold(tx: Transaction, limit: number): Promise<Untold[]> {
  return lockUntold(tx, limit);
}

/** They were told: mails and deliveries are written down in the same transaction. */
export async function markTold(tx: Transaction, told: readonly Untold[], now: Date): Promise<void> {
  await updateTold(
    tx,
    told.map(({ organizationId, id }) => ({ organizationId, id })),
    now,
  );
}

/** When something of a type was last written down for an organization, by the system's clock; null for never. */
export async function lastRecorded(
  tx: Transaction,
  organizationId: number,
  type: Occurrence["type"],
): Promise<Date | null> {
  return selectLastRecording(tx, organizationId, type);
}

/** Drops what was told and written down before a time, with its deliveries; at most `limit`. @returns how many */
export async function forgetTold(tx: Transaction, before: Date, limit: number): Promise<number> {
  return deleteToldBefore(tx, before, limit);
}
