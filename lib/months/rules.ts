import { type Book, move, settle } from "@/lib/ledger/rules";
import type { Micros } from "@/lib/money/money";
import type { MonthQuota } from "@/lib/quotas/rules";
import type { Month } from "@/lib/time/period";
import { monthsFrom, nextMonth } from "@/lib/time/period";

/** What a month's package grants; see lib/packages. */
export type MonthGrant = {
  readonly packageId: number;
  readonly seats: number;
  readonly uniqueVisitors: number;
  readonly conversations: number | null;
  readonly initialBalance: Micros;
};

/** The months that have begun and were never opened, oldest first. A clock set back opens nothing. */
export function dueMonths(openedMonth: Month | null, startsOn: Month, currentMonth: Month): Month[] {
  return monthsFrom(openedMonth === null ? startsOn : nextMonth(openedMonth), currentMonth);
}

/**
 * Opens one month in the book, in the order that money-and-quotas.md gives: what is left of the initial balance
 * expires (unless the month that ends carries it over), the grants arrive, a debt is settled.
 *
 * @param at the month's first instant in the organization's zone
 */
export function openMonth(
  book: Book,
  quota: MonthQuota,
  grant: MonthGrant | undefined,
  previousCarriesOver: boolean,
  at: Date,
): void {
  const cause = `month:${quota.month}`;
  const left = book.balances.initial;
  if (left > 0n && !previousCarriesOver) {
    move(book, { kind: "expiry", from: "initial", to: "expired", amount: left, occurredAt: at, cause });
  }
  quota.openedAt = at;
  applyGrant(book, quota, grant, at, cause);
  book.openedMonth = quota.month;
}

/** Grants a month its package: quotas, initial balance, settlement. */
export function applyGrant(
  book: Book,
  quota: MonthQuota,
  grant: MonthGrant | undefined,
  at: Date,
  cause: string,
): void {
  if (grant) {
    quota.packageId = grant.packageId;
    quota.seats = grant.seats;
    quota.visitorsPackage = grant.uniqueVisitors;
    quota.conversationsPackage = grant.conversations;
    quota.initialGranted = grant.initialBalance;
    if (grant.initialBalance > 0n) {
      move(book, {
        kind: "grant",
        from: "package",
        to: "initial",
        amount: grant.initialBalance,
        occurredAt: at,
        cause,
      });
    }
  }
  settle(book, at, cause);
}
