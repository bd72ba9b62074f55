import type { AccountName, TransferKind } from "@/db/schema/ledger";
import { invariant, Refusal } from "@/lib/errors";
import type { Micros } from "@/lib/money/money";
import { min, toDecimal } from "@/lib/money/money";
import type { Month } from "@/lib/time/period";

/** One movement of money, not yet or already written. */
export type Transfer = {
  readonly id: number;
  readonly kind: TransferKind;
  readonly from: AccountName;
  readonly to: AccountName;
  readonly amount: Micros;
  readonly occurredAt: Date;
  readonly bookedAt: Date;
  readonly cause: string;
  readonly line: number;
  readonly initialAfter: Micros;
  readonly additionalAfter: Micros;
  readonly reason: string | null;
};

/**
 * An organization's ledger while one transaction holds it: read under the lock, changed in memory by rules, written
 * back by `saveBook`. Nobody else can touch the organization's money meanwhile.
 */
export type Book = {
  readonly organizationId: number;
  /** The organization's now; every transfer of this transaction is booked at it. */
  readonly bookedAt: Date;
  openedMonth: Month | null;
  nextTransferId: number;
  nextMessageId: number;
  nextPosting: number;
  /** What open holds reserve. */
  onHold: Micros;
  nextHoldExpiry: Date | null;
  /** Purchases under a formal dispute: while there is one, nothing new is reserved. */
  openDisputes: number;
  /** Which transaction of this ledger this is, from 1 on. Whoever saw an earlier one has not seen its outcome. */
  readonly version: number;
  /** When a hold was refused for want of balance, if none was granted since. */
  holdRefusedAt: Date | null;
  readonly balances: Record<AccountName, Micros>;
  /** Written by this transaction so far. */
  readonly transfers: Transfer[];
};

export type TransferRequest = {
  readonly kind: TransferKind;
  readonly from: AccountName;
  readonly to: AccountName;
  readonly amount: Micros;
  readonly occurredAt: Date;
  /** Names the thing that caused it. The database lets each (cause, line) in once. */
  readonly cause: string;
  readonly reason?: string;
};

/** 8,000,000,000,000: more than anybody has; the columns keep up to 9,223,372,036,854, so that usage still has room. */
const MOST_BY_HAND: Micros = 8n * 10n ** 18n;

/**
 * Whoever moves money by hand asks this afterwards, before the book is saved.
 *
 * @throws Refusal invalid_input when an account now stands beyond 8,000,000,000,000 in either direction
 */
export function refuseHugeBalance(book: Book): void {
  if (Object.values(book.balances).every((balance) => balance <= MOST_BY_HAND && -balance <= MOST_BY_HAND)) {
    return;
  }
  throw new Refusal(
    "invalid_input",
    `No balance goes beyond ${toDecimal(MOST_BY_HAND)}. Choose a smaller amount.`,
    {
      errors: [{ pointer: "/amount", detail: "takes a balance beyond what can be kept" }],
    },
  );
}

/** Moves money between two accounts of the book. Does not settle: whoever ends a transaction does. */
export function move(book: Book, request: TransferRequest): void {
  const { kind, from, to, amount, occurredAt, cause } = request;
  invariant(amount > 0n, `a transfer moves something (${cause})`);
  invariant(from !== to, `a transfer changes the account (${cause})`);
  book.balances[from] -= amount;
  book.balances[to] += amount;
  invariant(book.balances.initial >= 0n, `the initial balance stays at or above 0 (${cause})`);
  book.transfers.push({
    id: book.nextTransferId++,
    kind,
    from,
    to,
    amount,
    occurredAt,
    bookedAt: book.bookedAt,
    cause,
    line: book.transfers.filter((transfer) => transfer.cause === cause).length,
    initialAfter: book.balances.initial,
    additionalAfter: book.balances.additional,
    reason: request.reason ?? null,
  });
}

/**
 * Ends whatever left an initial balance beside a debt: the initial balance pays the debt as far as it goes
 * (money-and-quotas.md, Settlement, cases S1–S3). A transfer of its own kind, never usage.
 */
export function settle(book: Book, occurredAt: Date, cause: string): void {
  const debt = -book.balances.additional;
  const amount = min(book.balances.initial, debt);
  if (amount > 0n)
    move(book, { kind: "settlement", from: "initial", to: "additional", amount, occurredAt, cause });
}

/** What the client can spend: both balances less what open holds reserve. Negative when in debt. */
export function available(book: Pick<Book, "balances" | "onHold">): Micros {
  return book.balances.initial + book.balances.additional - book.onHold;
}
