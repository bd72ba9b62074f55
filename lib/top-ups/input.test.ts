import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatMoney } from "@/lib/i18n/format";
import { micros } from "@/lib/money/money";
import { readAmount } from "./amounts";
import { readHistorySearch, readPrefill, topUpAddress } from "./input";

describe("an amount as people type it · T1", () => {
  test.each([
    ["1500000", "1500000"],
    ["1.500.000", "1500000"],
    ["1,500,000", "1500000"],
    ["1 500 000", "1500000"],
    ["1.500", "1500"],
    ["Rp 1.500.000", "1500000"],
    ["Rp. 1.500.000,50", "1500000.50"],
    ["1,500,000.5", "1500000.5"],
    ["US$ 65.25", "65.25"],
    ["65,25", "65.25"],
    ["  ", "0"],
    ["0", "0"],
  ])("%s is %s", (text, amount) => {
    expect(readAmount(text)).toBe(micros(amount));
  });

  test.each([
    "-5",
    "1e6",
    "1.50.00",
    "1.500,000",
    "abc",
    "1..5",
    "1,5,0",
    "1234.567.890",
    "１００",
    "9".repeat(30),
  ])("%s cannot be read", (text) => {
    expect(readAmount(text)).toBeNull();
  });

  test("what a page shows can be typed back, in both languages", () => {
    const whole = fc.bigInt({ min: 0n, max: 10n ** 11n });
    fc.assert(
      fc.property(whole, fc.constantFrom("en" as const, "id" as const), (rupiah, locale) => {
        const amount = rupiah * 1_000_000n;
        expect(readAmount(formatMoney(amount, "IDR", locale, { round: true }))).toBe(amount);
        expect(readAmount(formatMoney(amount, "IDR", locale))).toBe(amount);
      }),
    );
  });
});

test("a link to the form carries a shortfall exactly, and a broken one opens the empty form", () => {
  const address = topUpAddress("toko", { balance: micros("1234567.000001"), visitorBlocks: 2 });
  expect(address).toBe("/o/toko/package-usage/top-up?balance=1234567.000001&blocks=2");
  const query = Object.fromEntries(new URL(address, "http://x").searchParams);
  expect(readPrefill(query)).toEqual({
    balance: micros("1234567.000001"),
    visitorBlocks: 2,
    isShortfall: false,
    cancelled: null,
    isEmpty: false,
  });
  expect(readPrefill({ balance: "5.5", short: "yes" })).toMatchObject({ isShortfall: true });
  expect(readPrefill({ short: "yes" })).toMatchObject({ isShortfall: false, isEmpty: true });
  const nothing = { balance: 0n, visitorBlocks: 0, isShortfall: false, cancelled: null };
  expect(readPrefill({})).toEqual({ ...nothing, isEmpty: true });
  expect(readPrefill({ balance: "-5", blocks: "x", cancelled: "y" })).toMatchObject(nothing);
  expect(readPrefill({ balance: ["1e9", "2"], blocks: "99999999" })).toMatchObject(nothing);
  expect(topUpAddress("toko")).toBe("/o/toko/package-usage/top-up");
});

test("a history's address leaves out days that the database knows nothing of", () => {
  const read = readHistorySearch({ from: "0000-01-01", to: "9999-12-31" });
  expect([read.from, read.to]).toEqual([undefined, undefined]);
  expect(readHistorySearch({ from: "2026-02-30", to: "2026-02-28" })).toMatchObject({ to: "2026-02-28" });
});
