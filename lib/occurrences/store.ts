import { rawSql, type Transaction } from "@/db/client";
import type { occurrences } from "@/db/schema/alerts";

type Columns = typeof occurrences.$inferSelect;

export type NewOccurrence = Pick<Columns, "type" | "cause" | "occurredAt"> & {
  /** The body's `data` as JSON text. */
  readonly data: string;
};

/** Leaves out what was written before. */
export async function insertOccurrences(
  tx: Transaction,
  organizationId: number,
  rows: readonly NewOccurrence[],
): Promise<string[]> {
  const written = await rawSql(tx)<{ id: string }[]>`
    insert into occurrences (organization_id, type, cause, occurred_at, data)
    select ${organizationId}, r.type, r.cause, r.occurred_at, r.data::json
    from json_to_recordset(${JSON.stringify(
      rows.map(({ type, cause, occurredAt, data }) => ({ type, cause, occurred_at: occurredAt, data })),
    )}::text::json) as r (type text, cause text, occurred_at timestamptz, data text)
    on conflict do nothing returning id`;
  return written.map(({ id }) => id);
}

/** The oldest that nobody was told of; nobody else takes them until this transaction ends. */
export async function lockUntold(tx: Transaction, limit: number) {
  const rows = await rawSql(tx)<
    {
      organization_id: number;
      id: string;
      type: Columns["type"];
      occurred_at: string;
      recorded_at: string;
      data: Readonly<Record<string, unknown>>;
    }[]
  >`
    select organization_id, id, type, occurred_at, recorded_at, data from occurrences
    where told_at is null order by recorded_at limit ${limit} for update skip locked`;
  return rows.map((row) => ({
    organizationId: row.organization_id,
    id: row.id,
    type: row.type,
    occurredAt: new Date(row.occurred_at),
    recordedAt: new Date(row.recorded_at),
    data: row.data,
  }));
}

export async function updateTold(
  tx: Transaction,
  keys: readonly { readonly organizationId: number; readonly id: string }[],
  now: Date,
): Promise<void> {
  await rawSql(tx)`
    update occurrences o set told_at = ${now.toISOString()}
    from json_to_recordset(${JSON.stringify(keys)}::text::json) as k ("organizationId" integer, id uuid)
    where o.organization_id = k."organizationId" and o.id = k.id`;
}

export async function selectLastRecording(
  tx: Transaction,
  organizationId: number,
  type: Columns["type"],
): Promise<Date | null> {
  const [row] = await rawSql(tx)<{ last: string | null }[]>`
    select max(recorded_at) as last from occurrences where organization_id = ${organizationId} and type = ${type}`;
  return row?.last ? new Date(row.last) : null;
}

export async function deleteToldBefore(tx: Transaction, before: Date, limit: number): Promise<number> {
  const rows = await rawSql(tx)`
    with old as (
      select organization_id, id from occurrences
      where recorded_at < ${before.toISOString()} and told_at is not null order by recorded_at limit ${limit})
    delete from occurrences o using old where o.organization_id = old.organization_id and o.id = old.id
    returning 1`;
  return rows.length;
}
