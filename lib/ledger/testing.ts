import type { AccountName } from "@/db/schema/ledger";
import type { Micros } from "@/lib/money/money";
import type { Book } from "./rules";

/** For tests of pure rules: a ledger in memory, with nothing on it unless said otherwise. */
export function newBook(
  balances: Partial<Record<AccountName, Micros>> = {},
  facts: Partial<Omit<Book, "balances">> = {},
): Book {
  return {
    organizationId: 1,
    bookedAt: new Date("2026-11-02T05:00:00Z"),
    openedMonth: "2026-11",
    nextTransferId: 1,
    nextMessageId: 1,
    nextPosting: 1,
    onHold: 0n,
    nextHoldExpiry: null,
    openDisputes: 0,
    version: 1,
    holdRefusedAt: null,
    transfers: [],
    balances: {
      initial: 0n,
      additional: 0n,
      package: 0n,
      purchases: 0n,
      usage: 0n,
      expired: 0n,
      adjustments: 0n,
      ...balances,
    },
    ...facts,
  };
}

/** What the book's transfers moved, in order: "settlement initial>additional 350000000000". */
export function movements(book: Book): string[] {
  return book.transfers.map(({ kind, from, to, amount }) => `${kind} ${from}>${to} ${amount}`);
}
