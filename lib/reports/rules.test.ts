import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { micros } from "@/lib/money/money";
import { balanceBase, balanceReason, daysBetween, levelOf, quotaLevel, runway, unitsFor } from "./rules";

describe("levelOf", () => {
  test.each([
    ["100", "100", "enough"],
    ["40", "100", "enough"],
    ["39.999999", "100", "low"],
    ["0.000001", "100", "low"],
    ["0", "100", "used_up"],
    ["-256.65", "100", "used_up"],
    ["5", "0", "enough"],
    ["0", "0", "used_up"],
  ])("%s left of %s is %s: low below 40 %%, used up at 0 · U5", (left, base, level) => {
    expect(levelOf(micros(left), micros(base))).toBe(level);
  });

  test("the threshold is a setting · U5", () => {
    expect(quotaLevel(50, 100, 60)).toBe("low");
    expect(levelOf(50n, 100n, 40, 51n)).toBe("low");
    expect(levelOf(50n, 100n, 40, 50n)).toBe("enough");
    expect(quotaLevel(50, 100, 50)).toBe("enough");
  });
});

describe("balanceBase", () => {
  test("is what the month began with, and what came in since after an empty start · U5", () => {
    expect(balanceBase(micros("350000"), micros("100"), micros("349900"))).toBe(micros("350000"));
    expect(balanceBase(0n, micros("600"), micros("400"))).toBe(micros("1000"));
    expect(balanceBase(micros("-500"), micros("-256.65"), 0n)).toBe(0n);
  });
});

describe("balanceReason", () => {
  const base = micros("1000");
  test.each([
    ["a debt comes before everything else", "0", "-5", "3", "debt"],
    ["money held for messages on their way, with enough otherwise", "0", "900", "880", "on_hold"],
    ["spent, when even without holds it is low", "0", "100", "80", "spent"],
    ["spent, without holds", "10", "0", "0", "spent"],
  ])("%s · U5", (_, initial, additional, onHold, reason) => {
    const balance = { initial: micros(initial), additional: micros(additional), onHold: micros(onHold) };
    expect(balanceReason(balance, base)).toBe(reason);
  });
});

function always(initialBalance: bigint, initialCarriesOver = false) {
  return () => ({ initialBalance, initialCarriesOver });
}

describe("runway", () => {
  const given = {
    initial: 0n,
    additional: 0n,
    onHold: 0n,
    perDay: micros("100"),
    termsIn: always(0n),
    today: "2026-11-20",
  };

  test("additional balance lasts across the month's end", () => {
    expect(runway({ ...given, additional: micros("1300") })).toEqual({ kind: "until", day: "2026-12-03" });
  });

  test("what is on hold is not there to be spent", () => {
    expect(runway({ ...given, additional: micros("1300"), onHold: micros("1000") })).toEqual({
      kind: "until",
      day: "2026-11-23",
    });
  });

  test("what is on hold is paid from the initial balance first, as charges are", () => {
    // 500 on hold and 1,100 of November come out of 2,000; 400 expire and December's 500 are there whole.
    expect(
      runway({ ...given, initial: micros("2000"), onHold: micros("500"), termsIn: always(micros("500")) }),
    ).toEqual({ kind: "until", day: "2026-12-06" });
  });

  test("an initial balance that expires is replaced by the new month's", () => {
    // 11 days of November cost 1,100 of 2,000; the rest expires and December brings 500.
    expect(runway({ ...given, initial: micros("2000"), termsIn: always(micros("500")) })).toEqual({
      kind: "until",
      day: "2026-12-06",
    });
    // Carried over, the 900 that are left come on top.
    expect(runway({ ...given, initial: micros("2000"), termsIn: always(micros("500"), true) })).toEqual({
      kind: "until",
      day: "2026-12-15",
    });
  });

  test("every month is that of its own package, and the one that ends says what carries over", () => {
    const none = { initialBalance: 0n, initialCarriesOver: false };
    // November's 900 carry over into December, whose package grants nothing and lets nothing carry over.
    const carrying = (month: string) => (month === "2026-11" ? { ...none, initialCarriesOver: true } : none);
    expect(runway({ ...given, initial: micros("2000"), termsIn: carrying })).toEqual({
      kind: "until",
      day: "2026-12-10",
    });
    // December brings 3,100 and January, on another package, 500.
    const shrinking = (month: string) => ({
      ...none,
      initialBalance: micros(month === "2026-12" ? "3100" : "500"),
    });
    expect(runway({ ...given, initial: micros("1100"), termsIn: shrinking })).toEqual({
      kind: "until",
      day: "2027-01-06",
    });
  });

  test("a grant that pays for every month lasts beyond a year", () => {
    expect(runway({ ...given, initial: micros("1100"), termsIn: always(micros("3100")) }).kind).toBe(
      "beyond",
    );
  });

  test("nothing spent and nothing left are told apart", () => {
    expect(runway({ ...given, additional: 1n, perDay: 0n })).toEqual({ kind: "idle" });
    expect(runway({ ...given, additional: -1n, perDay: 0n })).toEqual({ kind: "over" });
  });

  test("more balance never lasts shorter", () => {
    const amount = fc.bigInt({ min: 0n, max: micros("100000") });
    fc.assert(
      fc.property(
        amount,
        amount,
        amount,
        fc.bigInt({ min: 1n, max: micros("5000") }),
        (a, more, grant, perDay) => {
          const day = (additional: bigint) => {
            const result = runway({ ...given, additional, termsIn: always(grant), perDay });
            return result.kind === "until" ? result.day : result.kind === "over" ? "" : "9999";
          };
          expect(day(a + more) >= day(a)).toBe(true);
        },
      ),
    );
  });
});

test("daysBetween counts calendar days, whatever the clocks do", () => {
  expect(daysBetween("2026-03-28", "2026-03-30")).toBe(2);
  expect(daysBetween("2026-11-22", "2026-11-22")).toBe(0);
});

test("unitsFor says how many units a balance pays for, none for a debt", () => {
  expect(unitsFor(micros("58633"), micros("586.33"))).toBe(100);
  expect(unitsFor(micros("58632.99"), micros("586.33"))).toBe(99);
  expect(unitsFor(micros("-1"), micros("586.33"))).toBe(0);
  expect(unitsFor(micros("1"), 0n)).toBeNull();
});
