import { rawSql, type Transaction } from "@/db/client";

export type WaitingReason = "unknown_number" | "in_the_future" | "failed" | "malformed";

export async function selectBodyByHash(tx: Transaction, bodyHash: string) {
  const [row] = await rawSql(tx)<{ id: string; processed: boolean }[]>`
    select id, processed_at is not null as processed from webhook_bodies where body_hash = ${bodyHash}
    order by id limit 1`;
  return row && { id: Number(row.id), processed: row.processed };
}

/** @param nextAttemptAt until then the one who stores it works on it. */
export async function insertBody(
  tx: Transaction,
  body: {
    readonly hash: string;
    readonly text: string;
    readonly receivedAt: Date;
    readonly nextAttemptAt: Date;
  },
): Promise<number> {
  const [row] = await rawSql(tx)<{ id: string }[]>`
    insert into webhook_bodies (body_hash, body, received_at, next_attempt_at)
    values (${body.hash}, ${body.text}, ${body.receivedAt.toISOString()}, ${body.nextAttemptAt.toISOString()})
    returning id`;
  return Number(row?.id);
}

export async function selectBody(tx: Transaction, id: number) {
  const [row] = await rawSql(tx)<
    { body: string; received_at: string; attempts: number; processed_at: string | null }[]
  >`select body, received_at, attempts, processed_at from webhook_bodies where id = ${id}`;
  return (
    row && {
      body: row.body,
      receivedAt: new Date(row.received_at),
      attempts: row.attempts,
      processed: row.processed_at !== null,
    }
  );
}

export async function markProcessed(tx: Transaction, id: number, at: Date): Promise<void> {
  await rawSql(tx)`
    update webhook_bodies
    set processed_at = ${at.toISOString()}, attempts = attempts + 1, next_attempt_at = null, reason = null,
        waits_for = null
    where id = ${id}`;
}

export async function markWaiting(
  tx: Transaction,
  id: number,
  waiting: {
    readonly reason: WaitingReason;
    readonly waitsFor: readonly string[];
    readonly nextAttemptAt: Date | null;
  },
): Promise<void> {
  const waitsFor = waiting.waitsFor.length === 0 ? null : waiting.waitsFor.join(" ");
  await rawSql(tx)`
    update webhook_bodies
    set attempts = attempts + 1, reason = ${waiting.reason}, waits_for = ${waitsFor},
        next_attempt_at = ${waiting.nextAttemptAt?.toISOString() ?? null}
    where id = ${id} and processed_at is null`;
}

/** Takes due bodies for this process until `leaseUntil`; others pass them over. */
export async function claimDue(
  tx: Transaction,
  now: Date,
  leaseUntil: Date,
  limit: number,
): Promise<number[]> {
  const rows = await rawSql(tx)<{ id: string }[]>`
    update webhook_bodies set next_attempt_at = ${leaseUntil.toISOString()}
    where id in (
      select id from webhook_bodies
      where processed_at is null and next_attempt_at <= ${now.toISOString()}
      order by next_attempt_at, id limit ${limit} for update skip locked
    ) returning id`;
  return rows.map(({ id }) => Number(id)).sort((a, b) => a - b);
}

/** Takes bodies that wait for a business number, alone or among others, from after an id on. */
export async function claimWaitingFor(
  tx: Transaction,
  { phoneNumberId, after, leaseUntil }: { phoneNumberId: string; after: number; leaseUntil: Date },
  limit: number,
): Promise<number[]> {
  const rows = await rawSql(tx)<{ id: string }[]>`
    update webhook_bodies set next_attempt_at = ${leaseUntil.toISOString()}, waits_for = null
    where id in (
      select id from webhook_bodies
      where processed_at is null and id > ${after}
        and (waits_for = ${phoneNumberId} or ${phoneNumberId} = any(string_to_array(waits_for, ' ')))
      order by id limit ${limit} for update skip locked
    ) returning id`;
  return rows.map(({ id }) => Number(id)).sort((a, b) => a - b);
}

/** Unprocessed bodies, oldest first; `after` is the id of the last one of the page before. */
export async function selectWaiting(tx: Transaction, after: number, limit: number) {
  const rows = await rawSql(tx)<
    {
      id: string;
      received_at: string;
      attempts: number;
      next_attempt_at: string | null;
      reason: WaitingReason | null;
      waits_for: string | null;
    }[]
  >`
    select id, received_at, attempts, next_attempt_at, reason, waits_for from webhook_bodies
    where processed_at is null and id > ${after} order by id limit ${limit}`;
  return rows.map((row) => ({
    id: Number(row.id),
    receivedAt: new Date(row.received_at),
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at === null ? null : new Date(row.next_attempt_at),
    reason: row.reason,
    waitsFor: row.waits_for,
  }));
}

export async function selectBacklog(tx: Transaction) {
  const [row] = await rawSql(tx)<{ bodies: string; oldest: string | null }[]>`
    select count(*) as bodies, min(received_at) as oldest from webhook_bodies where processed_at is null`;
  return { bodies: Number(row?.bodies ?? 0), oldest: row?.oldest ? new Date(row.oldest) : null };
}
