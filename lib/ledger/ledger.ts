import "server-only";
import { readInOrganization, type Transaction } from "@/db/client";
import { ACCOUNTS, type AccountName } from "@/db/schema/ledger";
import { type Write, writeTogether } from "@/db/together";
import type { Scope } from "@/lib/auth/scope";
import { invariant } from "@/lib/errors";
import type { Micros } from "@/lib/money/money";
import type { Book, Transfer } from "./rules";
import {
  insertLedger,
  insertTransfers,
  lockFreeLedger,
  lockLedger,
  selectAccounts,
  selectTransferPage,
  updateBalances,
  updateLedger,
} from "./store";

/** Gives a new organization its ledger. Repeating it changes nothing. */
export async function ensureLedger(tx: Transaction, organizationId: number): Promise<void> {
  await insertLedger(tx, organizationId);
}

/**
 * Takes the organization's ledger for this transaction: waits for whoever holds it, then reads it. Everything that
 * moves an organization's money, quotas or holds begins here, so that there is one writer at a time.
 */
export async function openBook(tx: Transaction, organizationId: number, bookedAt: Date): Promise<Book> {
  const [ledger, accounts] = await Promise.all([
    lockLedger(tx, organizationId),
    selectAccounts(tx, organizationId),
  ]);
  invariant(ledger && accounts.length === ACCOUNTS.length, `organization ${organizationId} has a ledger`);
  const balances = Object.fromEntries(accounts.map((row) => [row.account, BigInt(row.balance_micros)]));
  return {
    organizationId,
    bookedAt,
    openedMonth: ledger.opened_month,
    nextTransferId: Number(ledger.next_transfer_id),
    nextMessageId: Number(ledger.next_message_id),
    nextPosting: Number(ledger.next_posting),
    onHold: BigInt(ledger.on_hold_micros),
    nextHoldExpiry: ledger.next_hold_expiry === null ? null : new Date(ledger.next_hold_expiry),
    openDisputes: ledger.open_disputes,
    version: Number(ledger.version) + 1,
    holdRefusedAt: ledger.hold_refused_at === null ? null : new Date(ledger.hold_refused_at),
    balances: balances as Record<AccountName, Micros>,
    transfers: [],
  };
}

/** Takes the organization's ledger for this transaction if nobody holds it; false if somebody does. */
export async function ledgerIsFree(tx: Transaction, organizationId: number): Promise<boolean> {
  return lockFreeLedger(tx, organizationId);
}

/**
 * Writes what the rules did to the book: transfers, running balances and counters. Once, at the end.
 *
 * @throws a unique violation of `cause_posts_once` when the same cause was booked before.
 */
export async function saveBook(tx: Transaction, book: Book): Promise<void> {
  await writeTogether(tx, bookWrites(book));
}

/** As `saveBook`, for who writes more at the same time. */
export function bookWrites(book: Book): Write[] {
  invariant(
    book.balances.initial === 0n || book.balances.additional >= 0n,
    "an initial balance and a debt never stand together",
  );
  if (book.transfers.length === 0) return [updateLedger(book)];
  return [
    updateLedger(book),
    updateBalances(book.organizationId, netMovements(book.transfers)),
    insertTransfers(book.organizationId, book.transfers),
  ];
}

/** How many transfers one page holds at the most. */
export const LARGEST_TRANSFER_PAGE = 500;

/** Transfers of the organization, newest booking first; `after` is the id of the last one of the page before. */
export async function listTransfers(
  scope: Scope<"balance:read">,
  page: { readonly after: number | null; readonly limit: number },
): Promise<Transfer[]> {
  return readInOrganization(scope.organizationId, (tx) =>
    selectTransferPage(tx, scope.organizationId, page.after, Math.min(page.limit, LARGEST_TRANSFER_PAGE)),
  );
}

function netMovements(transfers: readonly Transfer[]): (readonly [AccountName, bigint])[] {
  const net = new Map<AccountName, bigint>();
  for (const { from, to, amount } of transfers) {
    net.set(from, (net.get(from) ?? 0n) - amount);
    net.set(to, (net.get(to) ?? 0n) + amount);
  }
  return [...net];
}
