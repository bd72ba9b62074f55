import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { micros } from "@/lib/money/money";
import { PaymentRefused } from "./payments";
import { fromMinorUnits, toMinorUnits } from "./stripe-amounts";

describe("an amount on the wire is Stripe's, not Intl's · T2", () => {
  test.each([
    ["1000000", "IDR", 100_000_000],
    ["500000", "IDR", 50_000_000],
    ["0.5", "IDR", 50],
    ["19.99", "USD", 1_999],
    ["1500", "JPY", 1_500],
    ["1500", "KRW", 1_500],
    ["1.25", "KWD", 1_250],
    ["0.01", "BHD", 10],
    ["5000", "UGX", 500_000],
    ["7000", "ISK", 700_000],
    ["9999999999.99", "IDR", 999_999_999_999],
  ])("%s %s is %i", (amount, currency, minor) => {
    expect(toMinorUnits(micros(amount), currency)).toBe(minor);
    expect(fromMinorUnits(minor, currency)).toBe(micros(amount));
    expect(toMinorUnits(micros(amount), currency.toLowerCase())).toBe(minor);
  });

  test.each([
    ["0.5", "JPY"],
    ["0.001", "IDR"],
    ["0.005", "KWD"],
    ["0.5", "UGX"],
    ["0.01", "ISK"],
    ["0", "IDR"],
    ["-1", "IDR"],
    ["10000000000", "IDR"],
  ])("%s %s cannot be charged exactly and is refused, never rounded", (amount, currency) => {
    expect(() => toMinorUnits(micros(amount), currency)).toThrow(PaymentRefused);
  });

  test("what can be charged comes back to the micro", () => {
    const currencies = fc.constantFrom("IDR", "USD", "JPY", "KWD", "UGX", "EUR", "TND", "VND");
    fc.assert(
      fc.property(currencies, fc.bigInt({ min: 1n, max: 10n ** 15n }), (currency, amount) => {
        let minor: number;
        try {
          minor = toMinorUnits(amount, currency);
        } catch (error) {
          expect(error).toBeInstanceOf(PaymentRefused);
          return;
        }
        expect(fromMinorUnits(minor, currency)).toBe(amount);
      }),
    );
  });
});
