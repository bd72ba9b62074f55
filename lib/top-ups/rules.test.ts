import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { micros } from "@/lib/money/money";
import { type Products, quote, raiseToStep, wishProblem } from "./pricing";
import {
  creditedStatus,
  mismatchesOf,
  purchaseNumber,
  receiptNumber,
  takenBackFor,
  visitorsValidity,
} from "./rules";

const RUPIAH: Products = {
  currency: "IDR",
  visitorsPerBlock: 500,
  blockPrice: micros("300000"),
  blockPresets: [1, 2],
  mostBlocks: 1_000,
  minimumBalance: micros("1000000"),
  largestBalance: micros("5000000000"),
  balancePresets: [],
  taxName: "PPN",
  taxBasisPoints: 1_100,
  chargeStep: micros("1"),
};

describe("a quote", () => {
  test("one block of 500 unique visitors costs Rp 300,000 and 11 % tax · T1", () => {
    expect(quote({ visitorBlocks: 1, balance: 0n }, RUPIAH)).toMatchObject({
      visitors: 500,
      net: micros("300000"),
      tax: micros("33000"),
      total: micros("333000"),
      raisedFrom: null,
    });
  });

  test("both products are taxed together · T1", () => {
    expect(quote({ visitorBlocks: 2, balance: micros("1500000") }, RUPIAH)).toMatchObject({
      visitors: 1_000,
      visitorsNet: micros("600000"),
      balance: micros("1500000"),
      tax: micros("231000"),
      total: micros("2331000"),
    });
  });

  test.each([
    ["999999", "1000000", "999999"],
    ["0.01", "1000000", "1"],
    ["1000000", "1000000", null],
    ["1000000.01", "1000001", null],
    ["0", "0", null],
  ])("a balance of %s becomes %s, and the raise is told · T1", (asked, balance, raisedFrom) => {
    expect(quote({ visitorBlocks: 0, balance: micros(asked) }, RUPIAH)).toMatchObject({
      balance: micros(balance),
      raisedFrom: raisedFrom === null ? null : micros(raisedFrom),
    });
  });

  test.each([
    ["1000004", "110000"],
    ["1000005", "110001"],
    ["1000050", "110006"],
  ])("the tax on %s is rounded once, half up, to whole rupiah: %s · T1", (balance, tax) => {
    expect(quote({ visitorBlocks: 0, balance: micros(balance) }, RUPIAH).tax).toBe(micros(tax));
  });

  test("every part is a whole number of steps and the total adds up", () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.bigInt({ min: 0n, max: micros("5000000000") }),
        fc.nat(2_500),
        fc.constantFrom(1_000_000n, 10_000n),
        (visitorBlocks, balance, taxBasisPoints, chargeStep) => {
          const products = { ...RUPIAH, taxBasisPoints, chargeStep };
          const quoted = quote({ visitorBlocks, balance }, products);
          expect(quoted.total).toBe(quoted.visitorsNet + quoted.balance + quoted.tax);
          for (const part of [quoted.balance, quoted.tax, quoted.total]) expect(part % chargeStep).toBe(0n);
          expect(quoted.balance >= balance).toBe(true);
        },
      ),
    );
  });

  test("what cannot be bought is named · T1", () => {
    expect(wishProblem({ visitorBlocks: 0, balance: 0n }, RUPIAH)).toBe("nothing");
    expect(wishProblem({ visitorBlocks: 1_001, balance: 0n }, RUPIAH)).toBe("too_many_visitors");
    expect(wishProblem({ visitorBlocks: 1_000, balance: 0n }, RUPIAH)).toBeNull();
    expect(wishProblem({ visitorBlocks: 0, balance: micros("5000000000.000001") }, RUPIAH)).toBe(
      "too_much_balance",
    );
  });

  test("a shortfall with decimals is raised to what can be charged", () => {
    expect(raiseToStep(micros("1234567.000001"), micros("1"))).toBe(micros("1234568"));
    expect(raiseToStep(micros("-1"), micros("1"))).toBe(0n);
  });
});

describe("unique visitors are valid until the end of the month · T3", () => {
  test.each([
    ["2026-11-25", "2026-11-30", 6, false],
    ["2026-11-26", "2026-11-30", 5, true],
    ["2026-11-30", "2026-11-30", 1, true],
    ["2028-02-24", "2028-02-29", 6, false],
    ["2026-12-01", "2026-12-31", 31, false],
  ])("bought on %s: until %s, %i days", (today, lastDay, daysLeft, isNearlyOver) => {
    expect(visitorsValidity(today)).toEqual({ lastDay, daysLeft, isNearlyOver });
  });
});

describe("a payment is the one that was asked for", () => {
  const expected = {
    total: micros("1110000"),
    currency: "IDR",
    livemode: false,
    customer: "cus_1",
    checkout: "cs_1",
  };
  const found = { ...expected, amount: expected.total, checkout: "cs_1" };

  test("when everything agrees", () => {
    expect(mismatchesOf(expected, found)).toEqual([]);
    expect(mismatchesOf({ ...expected, checkout: null }, found)).toEqual([]);
  });

  test.each([
    ["amount", { amount: micros("1110000.01") }],
    ["currency", { currency: "USD" }],
    ["livemode", { livemode: true }],
    ["customer", { customer: "cus_2" }],
    ["customer", { customer: null }],
    ["checkout", { checkout: "cs_2" }],
  ])("another %s is told", (field, change) => {
    expect(mismatchesOf(expected, { ...found, ...change }).map((mismatch) => mismatch.field)).toEqual([
      field,
    ]);
  });
});

describe("taking back · T4", () => {
  const credited = {
    total: micros("2331000"),
    balance: micros("1500000"),
    visitors: 1_000,
    chargeStep: micros("1"),
  };

  test("a third of the money takes a third of the balance and of the visitors", () => {
    expect(takenBackFor(credited, micros("777000"))).toEqual({ balance: micros("500000"), visitors: 333 });
  });

  test("all of it, or more, takes exactly what was credited", () => {
    expect(takenBackFor(credited, credited.total)).toEqual({ balance: micros("1500000"), visitors: 1_000 });
    expect(takenBackFor(credited, credited.total * 2n)).toEqual({
      balance: micros("1500000"),
      visitors: 1_000,
    });
  });

  test("more money never takes less, and never more than was credited", () => {
    const amount = fc.bigInt({ min: 0n, max: micros("3000000") });
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        const first = takenBackFor(credited, less);
        const second = takenBackFor(credited, more);
        expect(second.balance >= first.balance && second.visitors >= first.visitors).toBe(true);
        expect(second.balance <= credited.balance && second.visitors <= credited.visitors).toBe(true);
      }),
    );
  });

  test("refunds and disputes show in the status; failed, won and asked-about ones do not", () => {
    const refund = (state: string, amount: string) =>
      ({ kind: "refund", state, amount: micros(amount) }) as const;
    const dispute = (state: string) => ({ kind: "dispute", state, amount: credited.total }) as const;
    expect(creditedStatus(credited.total, [])).toBe("paid");
    expect(creditedStatus(credited.total, [refund("succeeded", "331000")])).toBe("partly_refunded");
    expect(creditedStatus(credited.total, [refund("pending", "331000"), refund("reserved", "2000000")])).toBe(
      "refunded",
    );
    expect(creditedStatus(credited.total, [refund("failed", "2331000")])).toBe("paid");
    expect(creditedStatus(credited.total, [dispute("inquiry")])).toBe("paid");
    expect(creditedStatus(credited.total, [dispute("won"), refund("succeeded", "1")])).toBe(
      "partly_refunded",
    );
    expect(creditedStatus(credited.total, [dispute("open"), refund("succeeded", "1")])).toBe("disputed");
    expect(creditedStatus(credited.total, [dispute("lost")])).toBe("disputed");
  });
});

test("purchases and receipts have names that sort · T6", () => {
  expect(purchaseNumber(123)).toBe("P-000123");
  expect(receiptNumber({ series: "R", year: 2026, number: 42 })).toBe("R-2026-000042");
});
