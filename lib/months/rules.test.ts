import { describe, expect, test } from "vitest";
import { movements, newBook } from "@/lib/ledger/testing";
import { micros } from "@/lib/money/money";
import { emptyQuota } from "@/lib/quotas/rules";
import { applyGrant, dueMonths, type MonthGrant, openMonth } from "./rules";

const at = new Date("2026-11-30T17:00:00Z");
const granted = (initialBalance: string): MonthGrant => ({
  packageId: 1,
  seats: 5,
  uniqueVisitors: 2_000,
  conversations: 100,
  initialBalance: micros(initialBalance),
});

describe("months that are due", () => {
  test.each([
    ["none opened yet", null, "2026-09", "2026-11", ["2026-09", "2026-10", "2026-11"]],
    ["the next one", "2026-11", "2026-01", "2026-12", ["2026-12"]],
    ["several missed, over a year's end", "2026-11", "2026-01", "2027-01", ["2026-12", "2027-01"]],
    ["open already", "2026-11", "2026-01", "2026-11", []],
    ["before the start", null, "2026-12", "2026-11", []],
    ["a clock set back", "2026-11", "2026-01", "2026-10", []],
  ])("%s", (_, opened, startsOn, current, due) => {
    expect(dueMonths(opened, startsOn, current)).toEqual(due);
  });
});

describe("opening a month", () => {
  test.each([
    ["S1 partial", "-500000", "350000", "0", "-150000"],
    ["S2 full", "-500000", "500000", "0", "0"],
    ["S3 more than full", "-300000", "500000", "200000", "0"],
    ["no debt", "80000", "350000", "350000", "80000"],
  ])("%s: the grant pays the debt", (_, additional, grant, initial, after) => {
    const book = newBook({ additional: micros(additional) });
    openMonth(book, emptyQuota("2026-12"), granted(grant), false, at);
    expect(book.balances).toMatchObject({ initial: micros(initial), additional: micros(after), usage: 0n });
    expect(book.openedMonth).toBe("2026-12");
  });

  test("S11: what is left expires first, the package is granted, additional stays, visitors begin at 0", () => {
    const book = newBook({ initial: micros("120000"), additional: micros("80000") });
    const quota = emptyQuota("2026-12");
    openMonth(book, quota, granted("350000"), false, at);
    expect(movements(book)).toEqual([
      `expiry initial>expired ${micros("120000")}`,
      `grant package>initial ${micros("350000")}`,
    ]);
    expect(book.transfers.map(({ cause, occurredAt }) => [cause, occurredAt])).toEqual([
      ["month:2026-12", at],
      ["month:2026-12", at],
    ]);
    expect(book.balances).toMatchObject({ initial: micros("350000"), additional: micros("80000") });
    expect(quota).toMatchObject({
      openedAt: at,
      visitorsPackage: 2_000,
      visitorsTopUp: 0,
      visitorsUsed: 0,
      conversationsPackage: 100,
      conversationsUsed: 0,
      initialGranted: micros("350000"),
    });
  });

  test("a package that carries over lets nothing expire", () => {
    const book = newBook({ initial: micros("120000") });
    openMonth(book, emptyQuota("2026-12"), granted("350000"), true, at);
    expect(book.balances).toMatchObject({ initial: micros("470000"), expired: 0n });
  });

  test("without a package the old balance still expires and nothing is granted", () => {
    const book = newBook({ initial: 5n, additional: 7n });
    const quota = emptyQuota("2026-12");
    openMonth(book, quota, undefined, false, at);
    expect(movements(book)).toEqual(["expiry initial>expired 5"]);
    expect(quota).toMatchObject({ openedAt: at, packageId: null, initialGranted: 0n });
  });

  test("a package without initial balance grants its quotas and moves no money", () => {
    const book = newBook();
    const quota = emptyQuota("2026-12");
    applyGrant(book, quota, granted("0"), at, "first_grant:2026-12");
    expect(movements(book)).toEqual([]);
    expect(quota.visitorsPackage).toBe(2_000);
  });

  test("visitors already counted ahead of the month keep their numbers", () => {
    const quota = { ...emptyQuota("2026-12"), visitorsUsed: 3, conversationsUsed: 2 };
    openMonth(newBook(), quota, granted("1"), false, at);
    expect(quota).toMatchObject({ visitorsUsed: 3, conversationsUsed: 2 });
  });
});
