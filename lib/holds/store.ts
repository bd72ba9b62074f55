import { rawSql, type Transaction } from "@/db/client";
import type { Hold } from "./rules";

/** A hold with everything that is written of it. */
export type StoredHold = Hold & {
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly availableAfter: bigint;
};

type HoldRow = {
  id: string;
  idempotency_key: string;
  request_hash: string;
  amount_micros: string;
  remaining_micros: string;
  state: Hold["state"];
  reason: string | null;
  created_at: string;
  expires_at: string;
  closed_at: string | null;
  available_after_micros: string;
};

type LineRow = {
  hold_id: string;
  line: number;
  market: string;
  category: string;
  quantity: number;
  remaining_quantity: number;
  unit_price_micros: string;
};

/** The holds of these ids or idempotency keys. */
export async function selectHolds(
  tx: Transaction,
  organizationId: number,
  ids: readonly string[],
  keys: readonly string[] = [],
): Promise<StoredHold[]> {
  const sql = rawSql(tx);
  const [holds, lines] = await Promise.all([
    sql<HoldRow[]>`
      select id, idempotency_key, request_hash, amount_micros, remaining_micros, state, reason, created_at, expires_at,
             closed_at, available_after_micros
      from holds
      where organization_id = ${organizationId}
        and (id = any(${[...ids]}::text[]) or idempotency_key = any(${[...keys]}::text[]))`,
    sql<LineRow[]>`
      select l.hold_id, l.line, l.market, l.category, l.quantity, l.remaining_quantity, l.unit_price_micros
      from holds h join hold_lines l on l.organization_id = h.organization_id and l.hold_id = h.id
      where h.organization_id = ${organizationId}
        and (h.id = any(${[...ids]}::text[]) or h.idempotency_key = any(${[...keys]}::text[]))
      order by l.hold_id, l.line`,
  ]);
  const linesOf = new Map<string, LineRow[]>(holds.map(({ id }) => [id, []]));
  for (const line of lines) linesOf.get(line.hold_id)?.push(line);
  return holds.map((row) => toHold(row, linesOf.get(row.id) ?? []));
}

function toHold(row: HoldRow, lines: readonly LineRow[]): StoredHold {
  return {
    id: row.id,
    idempotencyKey: row.idempotency_key,
    requestHash: row.request_hash,
    amount: BigInt(row.amount_micros),
    remaining: BigInt(row.remaining_micros),
    state: row.state,
    reason: row.reason,
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
    closedAt: row.closed_at === null ? null : new Date(row.closed_at),
    availableAfter: BigInt(row.available_after_micros),
    lines: lines.map((line) => ({
      line: line.line,
      market: line.market,
      category: line.category,
      quantity: line.quantity,
      remainingQuantity: line.remaining_quantity,
      unitPrice: BigInt(line.unit_price_micros),
    })),
  };
}

export async function updateHolds(
  tx: Transaction,
  organizationId: number,
  holds: readonly Hold[],
): Promise<void> {
  const sql = rawSql(tx);
  const lines = holds.flatMap((hold) =>
    hold.lines.map((line) => ({ hold_id: hold.id, line: line.line, remaining: line.remainingQuantity })),
  );
  await Promise.all([
    sql`
      update holds h set remaining_micros = r.remaining_micros, state = r.state, closed_at = r.closed_at
      from json_to_recordset(${JSON.stringify(
        holds.map((hold) => ({
          id: hold.id,
          remaining_micros: hold.remaining.toString(),
          state: hold.state,
          closed_at: hold.closedAt,
        })),
      )}::text::json) as r (id text, remaining_micros bigint, state text, closed_at timestamptz)
      cross join lateral (
        select ctid from holds where organization_id = ${organizationId} and id = r.id offset 0) stored
      where h.ctid = stored.ctid`,
    sql`
      update hold_lines l set remaining_quantity = r.remaining
      from json_to_recordset(${JSON.stringify(lines)}::text::json) as r (hold_id text, line smallint, remaining integer)
      cross join lateral (
        select ctid from hold_lines
        where organization_id = ${organizationId} and hold_id = r.hold_id and line = r.line offset 0) stored
      where l.ctid = stored.ctid`,
  ]);
}

/** Closes open holds that end by `now`. @returns what they still reserved. */
export async function expireHolds(tx: Transaction, organizationId: number, now: Date): Promise<bigint> {
  const [row] = await rawSql(tx)<{ freed: string }[]>`
    with due as (
      select id, remaining_micros from holds
      where organization_id = ${organizationId} and state = 'open' and expires_at <= ${now.toISOString()}
    ), closed as (
      update holds h set state = 'expired', remaining_micros = 0, closed_at = h.expires_at
      from due where h.organization_id = ${organizationId} and h.id = due.id
    )
    select coalesce(sum(remaining_micros), 0)::text as freed from due`;
  return BigInt(row?.freed ?? "0");
}

export async function selectNextExpiry(tx: Transaction, organizationId: number): Promise<Date | null> {
  const [row] = await rawSql(tx)<{ next: string | null }[]>`
    select min(expires_at) as next from holds where organization_id = ${organizationId} and state = 'open'`;
  return row?.next ? new Date(row.next) : null;
}

export async function insertHolds(
  tx: Transaction,
  organizationId: number,
  holds: readonly StoredHold[],
): Promise<void> {
  if (holds.length === 0) return;
  const sql = rawSql(tx);
  const rows = holds.map((hold) => ({
    id: hold.id,
    idempotency_key: hold.idempotencyKey,
    request_hash: hold.requestHash,
    amount_micros: hold.amount.toString(),
    state: hold.state,
    reason: hold.reason,
    created_at: hold.createdAt,
    expires_at: hold.expiresAt,
    available_after_micros: hold.availableAfter.toString(),
  }));
  const lines = holds.flatMap((hold) =>
    hold.lines.map((line) => ({
      hold_id: hold.id,
      line: line.line,
      market: line.market,
      category: line.category,
      quantity: line.quantity,
      unit_price_micros: line.unitPrice.toString(),
    })),
  );
  await Promise.all([
    sql`
      insert into holds (organization_id, id, idempotency_key, request_hash, amount_micros, remaining_micros, state,
        reason, created_at, expires_at, available_after_micros)
      select ${organizationId}, r.id, r.idempotency_key, r.request_hash, r.amount_micros, r.amount_micros, r.state,
        r.reason, r.created_at, r.expires_at, r.available_after_micros
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as r (id text, idempotency_key text,
        request_hash text, amount_micros bigint, state text, reason text, created_at timestamptz,
        expires_at timestamptz, available_after_micros bigint)`,
    sql`
      insert into hold_lines (organization_id, hold_id, line, market, category, quantity, remaining_quantity,
        unit_price_micros)
      select ${organizationId}, r.hold_id, r.line, r.market, r.category, r.quantity, r.quantity, r.unit_price_micros
      from json_to_recordset(${JSON.stringify(lines)}::text::json) as r (hold_id text, line smallint, market text,
        category text, quantity integer, unit_price_micros bigint)`,
  ]);
}

/** Open holds, the one that ends first on top. Without their lines. */
export async function selectOpenHolds(
  tx: Transaction,
  organizationId: number,
  limit: number,
): Promise<Omit<StoredHold, "lines">[]> {
  const rows = await rawSql(tx)<HoldRow[]>`
    select id, idempotency_key, request_hash, amount_micros, remaining_micros, state, reason, created_at, expires_at,
           closed_at, available_after_micros
    from holds where organization_id = ${organizationId} and state = 'open'
    order by expires_at, id limit ${limit}`;
  return rows.map((row) => toHold(row, []));
}
