import { describe, expect, test } from "vitest";
import { micros } from "@/lib/money/money";
import type { Level } from "@/lib/reports/rules";
import { alertSettingsInput, endpointInput } from "./input";
import { edgesBetween, isMailed, levelAfter, MOST_ATTEMPTS, retryAt } from "./rules";

describe("the level to remember", () => {
  test.each<[Level, string, string, Level]>([
    ["enough", "40", "100", "enough"],
    ["enough", "39.999999", "100", "low"],
    ["enough", "0", "100", "used_up"],
    ["enough", "-5", "0", "used_up"],
    ["low", "40", "100", "low"],
    ["low", "44.999999", "100", "low"],
    ["low", "45", "100", "enough"],
    ["low", "0", "100", "used_up"],
    ["used_up", "0.999999", "100", "used_up"],
    ["used_up", "1", "100", "low"],
    ["used_up", "42", "100", "low"],
    ["used_up", "45", "100", "enough"],
    ["used_up", "0", "0", "used_up"],
    ["enough", "0", "0", "enough"],
    ["used_up", "5", "5", "enough"],
  ])("after %s, with %s of %s left: %s", (before, left, base, after) => {
    const below = { percent: 40, amount: null };
    expect(levelAfter(before, micros(left), micros(base), below)).toBe(after);
  });

  test.each<[Level, string, Level]>([
    ["enough", "999.99", "low"],
    ["low", "1049.99", "low"],
    ["low", "1050", "enough"],
  ])("with an amount of 1,000 as threshold, after %s, with %s left: %s", (before, left, after) => {
    const below = { percent: 0, amount: micros("1000") };
    expect(levelAfter(before, micros(left), micros("100000"), below)).toBe(after);
  });

  test("a threshold of all of it is passed again when all of it is there", () => {
    expect(levelAfter("low", 100n, 100n, { percent: 100, amount: null })).toBe("enough");
  });
});

test.each<[Level, Level, string[]]>([
  ["enough", "enough", []],
  ["enough", "low", ["low"]],
  ["enough", "used_up", ["low", "used_up"]],
  ["low", "used_up", ["used_up"]],
  ["used_up", "low", ["recovered"]],
  ["used_up", "enough", ["recovered"]],
])("from %s to %s crosses %j", (before, after, edges) => {
  expect(edgesBetween(before, after)).toEqual(edges);
});

test("a webhook is tried ten times within about three days, and then given up", () => {
  const now = new Date("2026-11-02T05:00:00Z");
  const waits = Array.from({ length: MOST_ATTEMPTS }, (_, index) => {
    const at = retryAt(index + 1, now, 0);
    return at && (at.getTime() - now.getTime()) / 1_000;
  });
  expect(waits).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, null]);
  expect(retryAt(1, now, 1)?.getTime()).toBe(now.getTime() + 5_500);
});

test("who is told that it is used up is not also mailed that it is low", () => {
  const both = ["balance.low", "balance.depleted"] as const;
  expect(isMailed("balance.low", "used_up", both)).toBe(false);
  expect(isMailed("balance.depleted", "used_up", both)).toBe(true);
  expect(isMailed("balance.low", "used_up", ["balance.low"])).toBe(true);
  expect(isMailed("balance.low", "low", both)).toBe(true);
  expect(isMailed("top_up.paid", undefined, both)).toBe(false);
});

describe("what strangers send", () => {
  test.each([
    "nonsense",
    "",
    "ftp://example.com/",
    "javascript:alert(1)",
    "http://[::1",
    "https://xn--/",
    "https://exa mple.com",
    "https://user:word@example.com/",
    "https://example.com/#part",
    `https://example.com/${"a".repeat(500)}`,
  ])("%s is no address of an endpoint", (url) => {
    expect(endpointInput.safeParse({ url, types: "balance.low" }).success).toBe(false);
  });

  test("an address is taken as it is, and one choice is as good as a list", () => {
    const given = { url: "https://example.com/a?b=c", types: "balance.low" };
    expect(endpointInput.parse(given)).toEqual({ ...given, types: ["balance.low"] });
    expect(endpointInput.safeParse({ ...given, types: [] }).success).toBe(false);
    expect(endpointInput.safeParse({ ...given, types: "alert.test" }).success).toBe(false);
  });

  test("addresses are read by comma, semicolon or line, each once", () => {
    const { addresses } = alertSettingsInput.parse({
      low_percent: "40",
      addresses: "A@example.com, b@example.com;\n a@example.com",
    });
    expect(addresses).toEqual(["a@example.com", "b@example.com"]);
  });

  test.each([
    { low_percent: "101" },
    { low_percent: "12.5" },
    { low_percent: "40", low_amount: "-1" },
    { low_percent: "40", members: ["x"] },
    { low_percent: "40", addresses: "nobody" },
  ])("%j is refused", (given) => {
    expect(alertSettingsInput.safeParse(given).success).toBe(false);
  });
});
