import { rawSql, type Transaction } from "@/db/client";
import { ACCOUNTS, type AccountName } from "@/db/schema/ledger";
import { type Write, write } from "@/db/together";
import type { Book, Transfer } from "./rules";

export async function insertLedger(tx: Transaction, organizationId: number): Promise<void> {
  const sql = rawSql(tx);
  await sql`insert into ledgers (organization_id) values (${organizationId}) on conflict do nothing`;
  await sql`
    insert into ledger_accounts (organization_id, account)
    select ${organizationId}, unnest(${[...ACCOUNTS]}::text[]) on conflict do nothing`;
}

/** Waits until no other transaction holds the organization's ledger. */
export async function lockLedger(tx: Transaction, organizationId: number) {
  const [row] = await rawSql(tx)<
    {
      opened_month: string | null;
      next_transfer_id: string;
      next_message_id: string;
      next_posting: string;
      on_hold_micros: string;
      next_hold_expiry: string | null;
      open_disputes: number;
      version: string;
      hold_refused_at: string | null;
    }[]
  >`
    select opened_month, next_transfer_id, next_message_id, next_posting, on_hold_micros, next_hold_expiry, open_disputes,
           version, hold_refused_at
    from ledgers where organization_id = ${organizationId} for update`;
  return row;
}

/** Takes the ledger only if nobody holds it. */
export async function lockFreeLedger(tx: Transaction, organizationId: number): Promise<boolean> {
  const rows = await rawSql(tx)`
    select 1 from ledgers where organization_id = ${organizationId} for update skip locked`;
  return rows.length === 1;
}

export async function selectAccounts(tx: Transaction, organizationId: number) {
  return rawSql(tx)<{ account: AccountName; balance_micros: string }[]>`
    select account, balance_micros from ledger_accounts where organization_id = ${organizationId}`;
}

export function updateLedger(book: Book): Write {
  return write`
    update ledgers
    set opened_month = ${book.openedMonth}, next_transfer_id = ${book.nextTransferId},
        next_message_id = ${book.nextMessageId}, next_posting = ${book.nextPosting},
        on_hold_micros = ${book.onHold.toString()}, next_hold_expiry = ${book.nextHoldExpiry?.toISOString() ?? null},
        open_disputes = ${book.openDisputes}, version = ${book.version},
        hold_refused_at = ${book.holdRefusedAt?.toISOString() ?? null}
    where organization_id = ${book.organizationId}`;
}

/** Moves each running balance by what the transfers move. */
export function updateBalances(
  organizationId: number,
  deltas: readonly (readonly [AccountName, bigint])[],
): Write {
  const rows = JSON.stringify(deltas.map(([account, delta]) => ({ account, delta: delta.toString() })));
  return write`
    update ledger_accounts a set balance_micros = a.balance_micros + d.delta
    from json_to_recordset(${rows}::text::json) as d (account text, delta bigint)
    where a.organization_id = ${organizationId} and a.account = d.account`;
}

export function insertTransfers(organizationId: number, transfers: readonly Transfer[]): Write {
  const rows = JSON.stringify(
    transfers.map((transfer) => ({
      id: transfer.id,
      kind: transfer.kind,
      from_account: transfer.from,
      to_account: transfer.to,
      amount_micros: transfer.amount.toString(),
      occurred_at: transfer.occurredAt,
      booked_at: transfer.bookedAt,
      cause: transfer.cause,
      line: transfer.line,
      initial_after_micros: transfer.initialAfter.toString(),
      additional_after_micros: transfer.additionalAfter.toString(),
      reason: transfer.reason,
    })),
  );
  return write`
    insert into ledger_transfers (organization_id, id, kind, from_account, to_account, amount_micros, occurred_at,
      booked_at, cause, line, initial_after_micros, additional_after_micros, reason)
    select ${organizationId}::integer, r.* from json_to_recordset(${rows}::text::json) as r (id bigint, kind text,
      from_account text, to_account text, amount_micros bigint, occurred_at timestamptz, booked_at timestamptz,
      cause text, line smallint, initial_after_micros bigint, additional_after_micros bigint, reason text)`;
}

/** Newest first, from before `after` on. */
export async function selectTransferPage(
  tx: Transaction,
  organizationId: number,
  after: number | null,
  limit: number,
): Promise<Transfer[]> {
  const rows = await rawSql(tx)<
    {
      id: string;
      kind: Transfer["kind"];
      from_account: AccountName;
      to_account: AccountName;
      amount_micros: string;
      occurred_at: string;
      booked_at: string;
      cause: string;
      line: number;
      initial_after_micros: string;
      additional_after_micros: string;
      reason: string | null;
    }[]
  >`
    select id, kind, from_account, to_account, amount_micros, occurred_at, booked_at, cause, line,
           initial_after_micros, additional_after_micros, reason
    from ledger_transfers
    where organization_id = ${organizationId} and id < ${after ?? Number.MAX_SAFE_INTEGER}
    order by id desc limit ${limit}`;
  return rows.map((row) => ({
    id: Number(row.id),
    kind: row.kind,
    from: row.from_account,
    to: row.to_account,
    amount: BigInt(row.amount_micros),
    occurredAt: new Date(row.occurred_at),
    bookedAt: new Date(row.booked_at),
    cause: row.cause,
    line: row.line,
    initialAfter: BigInt(row.initial_after_micros),
    additionalAfter: BigInt(row.additional_after_micros),
    reason: row.reason,
  }));
}
