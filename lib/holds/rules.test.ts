import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newBook } from "@/lib/ledger/testing";
import { closeHold, freePart, type Hold, lineAmount } from "./rules";

const at = new Date("2026-11-02T05:00:00Z");

function newHold(...lines: [market: string, category: string, quantity: number, unitPrice: bigint][]): Hold {
  const held = lines.map(([market, category, quantity, unitPrice], line) => ({
    line,
    market,
    category,
    quantity,
    unitPrice,
    remainingQuantity: quantity,
  }));
  const amount = held.reduce((sum, line) => sum + lineAmount(line), 0n);
  return {
    id: "hold_1",
    amount,
    remaining: amount,
    state: "open",
    expiresAt: at,
    closedAt: null,
    lines: held,
  };
}

function placed(hold: Hold, other = 0n) {
  return newBook({}, { onHold: hold.amount + other });
}

describe("a message frees its part of the hold · Holds", () => {
  test("at the price of its own market and category", () => {
    const hold = newHold(["Indonesia", "utility", 1, 300n], ["Indonesia", "marketing", 2, 500n]);
    const book = placed(hold, 1_000n);
    freePart(book, hold, "Indonesia", "marketing", at);
    expect([hold.remaining, book.onHold, hold.state]).toEqual([800n, 1_800n, "open"]);
    expect(hold.lines.map(({ remainingQuantity }) => remainingQuantity)).toEqual([1, 1]);
  });

  test.each([
    ["another market", "India", "marketing"],
    ["another category", "Indonesia", "authentication"],
    ["no category", "Indonesia", null],
  ])("with %s: at the first line that has units left", (_, market, category) => {
    const hold = newHold(["Indonesia", "utility", 1, 300n], ["Indonesia", "marketing", 1, 500n]);
    const book = placed(hold);
    freePart(book, hold, market, category, at);
    expect(book.onHold).toBe(500n);
    freePart(book, hold, market, category, at);
    expect([book.onHold, hold.state, hold.closedAt]).toEqual([0n, "used", at]);
  });

  test("and a closed hold has nothing to give", () => {
    const hold = newHold(["Indonesia", "utility", 3, 300n]);
    const book = placed(hold, 70n);
    closeHold(book, hold, "released", at);
    freePart(book, hold, "Indonesia", "utility", at);
    expect([book.onHold, hold.state, hold.remaining]).toEqual([70n, "released", 0n]);
  });
});

test("a hold never gives back more than it took, in whatever order its parts come · Holds", () => {
  const line = fc.tuple(
    fc.constantFrom("A", "B"),
    fc.constantFrom("marketing", "utility"),
    fc.integer({ min: 1, max: 4 }),
    fc.bigInt({ min: 0n, max: 9n }),
  );
  const part = fc.tuple(fc.constantFrom("A", "B", "C"), fc.constantFrom("marketing", "utility", null));
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 4 }),
      fc.array(part, { maxLength: 20 }),
      (lines, parts) => {
        const hold = newHold(...lines);
        const book = placed(hold, 100n);
        for (const [market, category] of parts) {
          freePart(book, hold, market, category, at);
          expect(hold.remaining >= 0n).toBe(true);
          expect(book.onHold - 100n).toBe(hold.remaining);
          const left = hold.lines.reduce((sum, held) => sum + held.remainingQuantity, 0);
          expect(hold.state).toBe(left === 0 ? "used" : "open");
          expect(hold.remaining).toBe(
            hold.lines.reduce((sum, held) => sum + held.unitPrice * BigInt(held.remainingQuantity), 0n),
          );
        }
        if (hold.state === "open") closeHold(book, hold, "expired", at);
        expect(book.onHold).toBe(100n);
      },
    ),
  );
});
