import { rawSql, type Transaction } from "@/db/client";
import type { Hold, PricedLine } from "./rules";

type HoldRow = {
  id: string;
  amount_micros: string;
  remaining_micros: string;
  state: Hold["state"];
  expires_at: string;
  closed_at: string | null;
};

export async function selectHolds(
  tx: Transaction,
  organizationId: number,
  ids: readonly string[],
): Promise<Hold[]> {
  const sql = rawSql(tx);
  const [holds, lines] = await Promise.all([
    sql<HoldRow[]>`
      select id, amount_micros, remaining_micros, state, expires_at, closed_at
      from holds where organization_id = ${organizationId} and id = any(${[...ids]}::text[])`,
    sql<
      {
        hold_id: string;
        line: number;
        market: string;
        category: string;
        quantity: number;
        remaining_quantity: number;
        unit_price_micros: string;
      }[]
    >`
      select hold_id, line, market, category, quantity, remaining_quantity, unit_price_micros
      from hold_lines where organization_id = ${organizationId} and hold_id = any(${[...ids]}::text[])
      order by hold_id, line`,
  ]);
  return holds.map((hold) => ({
    id: hold.id,
    amount: BigInt(hold.amount_micros),
    remaining: BigInt(hold.remaining_micros),
    state: hold.state,
    expiresAt: new Date(hold.expires_at),
    closedAt: hold.closed_at === null ? null : new Date(hold.closed_at),
    lines: lines
      .filter((line) => line.hold_id === hold.id)
      .map((line) => ({
        line: line.line,
        market: line.market,
        category: line.category,
        quantity: line.quantity,
        remainingQuantity: line.remaining_quantity,
        unitPrice: BigInt(line.unit_price_micros),
      })),
  }));
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
      where h.organization_id = ${organizationId} and h.id = r.id`,
    sql`
      update hold_lines l set remaining_quantity = r.remaining
      from json_to_recordset(${JSON.stringify(lines)}::text::json) as r (hold_id text, line smallint, remaining integer)
      where l.organization_id = ${organizationId} and l.hold_id = r.hold_id and l.line = r.line`,
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

export type NewHold = {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly amount: bigint;
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly availableAfter: bigint;
  readonly lines: readonly PricedLine[];
};

export async function insertHold(tx: Transaction, organizationId: number, hold: NewHold): Promise<void> {
  const sql = rawSql(tx);
  const lines = hold.lines.map((line, index) => ({
    line: index,
    market: line.market,
    category: line.category,
    quantity: line.quantity,
    unit_price_micros: line.unitPrice.toString(),
  }));
  await Promise.all([
    sql`
      insert into holds (organization_id, id, idempotency_key, request_hash, amount_micros, remaining_micros, state,
        reason, created_at, expires_at, available_after_micros)
      values (${organizationId}, ${hold.id}, ${hold.idempotencyKey}, ${hold.requestHash}, ${hold.amount.toString()},
        ${hold.amount.toString()}, 'open', ${hold.reason}, ${hold.createdAt.toISOString()},
        ${hold.expiresAt.toISOString()}, ${hold.availableAfter.toString()})`,
    sql`
      insert into hold_lines (organization_id, hold_id, line, market, category, quantity, remaining_quantity,
        unit_price_micros)
      select ${organizationId}, ${hold.id}, r.line, r.market, r.category, r.quantity, r.quantity, r.unit_price_micros
      from json_to_recordset(${JSON.stringify(lines)}::text::json)
        as r (line smallint, market text, category text, quantity integer, unit_price_micros bigint)`,
  ]);
}

type HoldView = {
  readonly id: string;
  readonly requestHash: string;
  readonly amount: bigint;
  readonly remaining: bigint;
  readonly state: Hold["state"];
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly availableAfter: bigint;
};

type HoldViewRow = HoldRow & {
  request_hash: string;
  reason: string | null;
  created_at: string;
  available_after_micros: string;
};

function toView(row: HoldViewRow): HoldView {
  return {
    id: row.id,
    requestHash: row.request_hash,
    amount: BigInt(row.amount_micros),
    remaining: BigInt(row.remaining_micros),
    state: row.state,
    reason: row.reason,
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
    availableAfter: BigInt(row.available_after_micros),
  };
}

export async function selectHoldByKey(tx: Transaction, organizationId: number, key: string) {
  const [row] = await rawSql(tx)<HoldViewRow[]>`
    select id, request_hash, amount_micros, remaining_micros, state, reason, created_at, expires_at, closed_at,
           available_after_micros
    from holds where organization_id = ${organizationId} and idempotency_key = ${key}`;
  return row ? toView(row) : undefined;
}

export async function selectHold(tx: Transaction, organizationId: number, id: string) {
  const [row] = await rawSql(tx)<HoldViewRow[]>`
    select id, request_hash, amount_micros, remaining_micros, state, reason, created_at, expires_at, closed_at,
           available_after_micros
    from holds where organization_id = ${organizationId} and id = ${id}`;
  return row ? toView(row) : undefined;
}

/** Open holds, the one that ends first on top. */
export async function selectOpenHolds(
  tx: Transaction,
  organizationId: number,
  limit: number,
): Promise<HoldView[]> {
  const rows = await rawSql(tx)<HoldViewRow[]>`
    select id, request_hash, amount_micros, remaining_micros, state, reason, created_at, expires_at, closed_at,
           available_after_micros
    from holds where organization_id = ${organizationId} and state = 'open'
    order by expires_at, id limit ${limit}`;
  return rows.map(toView);
}
