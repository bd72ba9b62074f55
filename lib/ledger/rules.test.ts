import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ACCOUNTS } from "@/db/schema/ledger";
import { micros } from "@/lib/money/money";
import { available, move, settle } from "./rules";
import { movements, newBook } from "./testing";

const at = new Date("2026-11-01T00:00:00Z");

describe("settlement · initial and a debt never stand together", () => {
  test.each([
    ["S1 partial", "350000", "-500000", "0", "-150000", "350000"],
    ["S2 full", "500000", "-500000", "0", "0", "500000"],
    ["S3 more than full", "500000", "-300000", "200000", "0", "300000"],
    ["no debt", "500000", "300000", "500000", "300000", null],
    ["no initial", "0", "-300000", "0", "-300000", null],
    ["the smallest amount", "0.000001", "-300000", "0", "-299999.999999", "0.000001"],
  ])("%s", (_, initial, additional, initialAfter, additionalAfter, settled) => {
    const book = newBook({ initial: micros(initial), additional: micros(additional) });
    settle(book, at, "month:2026-11");
    expect(book.balances).toMatchObject({
      initial: micros(initialAfter),
      additional: micros(additionalAfter),
      usage: 0n,
    });
    expect(movements(book)).toEqual(
      settled === null ? [] : [`settlement initial>additional ${micros(settled)}`],
    );
  });

  test("is done once: settling again moves nothing", () => {
    const book = newBook({ initial: 5n, additional: -3n });
    settle(book, at, "a");
    settle(book, at, "b");
    expect(book.transfers).toHaveLength(1);
  });
});

describe("a transfer", () => {
  test("is numbered without gaps, carries both balances right after it, and counts its cause's lines", () => {
    const book = newBook({ initial: 10n, additional: 20n }, { nextTransferId: 7 });
    const usage = { kind: "usage", to: "usage", occurredAt: at } as const;
    move(book, { ...usage, from: "initial", amount: 4n, cause: "posting:1" });
    move(book, { ...usage, from: "additional", amount: 25n, cause: "posting:1" });
    move(book, { ...usage, from: "initial", amount: 1n, cause: "posting:2", reason: "why" });
    expect(
      book.transfers.map(({ id, line, cause, initialAfter, additionalAfter, reason, bookedAt }) => [
        id,
        cause,
        line,
        initialAfter,
        additionalAfter,
        reason,
        bookedAt,
      ]),
    ).toEqual([
      [7, "posting:1", 0, 6n, 20n, null, book.bookedAt],
      [8, "posting:1", 1, 6n, -5n, null, book.bookedAt],
      [9, "posting:2", 0, 5n, -5n, "why", book.bookedAt],
    ]);
    expect(book.nextTransferId).toBe(10);
  });

  test.each([
    ["of nothing", { amount: 0n }],
    ["of less than nothing", { amount: -1n }],
    ["to the account it comes from", { to: "initial" as const }],
    ["of more than the initial balance", { amount: 11n }],
  ])("%s is refused", (_, wrong) => {
    const book = newBook({ initial: 10n });
    const request = {
      kind: "usage",
      from: "initial",
      to: "usage",
      amount: 1n,
      occurredAt: at,
      cause: "c",
    } as const;
    expect(() => move(book, { ...request, ...wrong })).toThrow("Invariant broken");
    expect(book.transfers).toEqual([]);
  });
});

test("what is available is both balances less what is on hold, and may be negative · Holds", () => {
  expect(available(newBook({ initial: 3n, additional: 4n }, { onHold: 5n }))).toBe(2n);
  expect(available(newBook({ additional: -4n }, { onHold: 5n }))).toBe(-9n);
});

test("whatever is moved and settled, all balances add up to what they were, and each is the sum of its transfers", () => {
  const account = fc.constantFrom(...ACCOUNTS);
  const step = fc.record({ from: account, to: account, amount: fc.bigInt({ min: 1n, max: 1_000n }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const book = newBook();
      for (const [n, { from, to, amount }] of steps.entries()) {
        if (from === to || (from === "initial" && book.balances.initial < amount)) continue;
        move(book, { kind: "adjustment", from, to, amount, occurredAt: at, cause: `c${n}` });
        settle(book, at, `c${n}`);
        expect(book.balances.initial > 0n && book.balances.additional < 0n).toBe(false);
      }
      expect(Object.values(book.balances).reduce((a, b) => a + b)).toBe(0n);
      for (const name of ACCOUNTS) {
        const moved = book.transfers.reduce(
          (sum, { from, to, amount }) => sum + (to === name ? amount : 0n) - (from === name ? amount : 0n),
          0n,
        );
        expect(book.balances[name]).toBe(moved);
      }
      const last = book.transfers.at(-1);
      if (last) {
        expect([last.initialAfter, last.additionalAfter]).toEqual([
          book.balances.initial,
          book.balances.additional,
        ]);
      }
    }),
  );
});
