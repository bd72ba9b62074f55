import { describe, expect, test } from "vitest";
import { micros } from "@/lib/money/money";
import {
  bookInForce,
  canonicalCategory,
  indexMarkets,
  marketOf,
  type PriceBook,
  type PriceVersion,
  priceChanges,
  priceKey,
  priceOf,
  schemeOf,
  tieredPrice,
  versionInForce,
} from "./rules";

function version(effectiveFrom: string, extra: Partial<PriceVersion> = {}): PriceVersion {
  return { id: 1, effectiveFrom, scheme: {}, prices: new Map(), ...extra };
}

describe("versionInForce", () => {
  const book: PriceBook = {
    id: 1,
    slug: "b",
    name: "b",
    revision: 1,
    currency: "IDR",
    versions: [version("2023-06-01"), version("2024-11-01"), version("2026-10-01")],
  };

  test.each([
    ["2023-05-31", undefined],
    ["2023-06-01", "2023-06-01"],
    ["2024-10-31", "2023-06-01"],
    ["2024-11-01", "2024-11-01"],
    ["2026-09-30", "2024-11-01"],
    ["2026-10-01", "2026-10-01"],
    ["2031-01-01", "2026-10-01"],
  ])("a price holds from its very day and not one before: %s", (day, expected) => {
    expect(versionInForce(book, day)?.effectiveFrom).toBe(expected);
  });
});

describe("bookInForce", () => {
  const assignments = [
    { fromDay: "2026-03-01", priceBookId: 1 },
    { fromDay: "2026-05-10", priceBookId: 2 },
  ];

  test.each([
    ["2026-05-09", 1],
    ["2026-05-10", 2],
    ["2027-01-01", 2],
    ["2026-02-28", 1],
  ])("the latest assignment holds, and the first one also before it: %s", (day, expected) => {
    expect(bookInForce(assignments, day)?.priceBookId).toBe(expected);
  });

  test("without an assignment there is no book", () => {
    expect(bookInForce([], "2026-01-01")).toBeUndefined();
  });
});

describe("marketOf", () => {
  const row = (callingPrefix: string, country: string, market: string, effectiveFrom = "2025-07-01") => ({
    callingPrefix,
    country,
    market,
    effectiveFrom,
  });
  const markets = indexMarkets([
    row("1", "US", "North America"),
    row("1787", "PR", "Rest of Latin America"),
    row("1939", "PR", "Rest of Latin America"),
    row("62", "ID", "Indonesia"),
    row("212", "MA", "Morocco", "2026-10-01"),
    row("212", "MA", "Rest of Africa"),
    row("7", "RU", "Russia"),
    row("76", "KZ", "Kazakhstan", "2026-10-01"),
    row("77", "KZ", "Kazakhstan", "2026-10-01"),
    row("999", "XX", "New Land", "2030-01-01"),
  ]);

  test.each([
    ["6281234567890", "2026-11-02", "Indonesia", "62"],
    ["12025550123", "2026-11-02", "North America", "1"],
    ["17875550123", "2026-11-02", "Rest of Latin America", "1787"],
    ["212600000000", "2026-09-30", "Rest of Africa", "212"],
    ["212600000000", "2026-10-01", "Morocco", "212"],
    ["77011234567", "2026-09-30", "Russia", "7"],
    ["77011234567", "2026-10-01", "Kazakhstan", "77"],
    ["6281234567890", "2023-06-01", "Indonesia", "62"],
    ["212600000000", "2023-06-01", "Rest of Africa", "212"],
    ["77011234567", "2023-06-01", "Russia", "7"],
    ["999123456", "2026-01-01", "New Land", "999"],
    ["5", "2026-11-02", "Other", ""],
    ["", "2026-11-02", "Other", ""],
    ["+6281234567890", "2026-11-02", "Other", ""],
    ["ID.13491208655302741918", "2026-11-02", "Indonesia", "ID"],
    ["PR.1", "2026-11-02", "Rest of Latin America", "PR"],
    ["MA.1", "2026-09-30", "Rest of Africa", "MA"],
    ["MA.1", "2026-10-01", "Morocco", "MA"],
    ["MA.1", "2024-10-01", "Rest of Africa", "MA"],
    ["ZZ.1", "2026-10-01", "Other", ""],
  ])("%s on %s is in %s", (contact, day, market, prefix) => {
    expect(marketOf(contact, day, markets)).toEqual({ market, prefix });
  });
});

describe("prices", () => {
  const priced = version("2026-10-01", {
    scheme: { service: { unit: "message", free_per_number_and_month: 1000 } },
    prices: new Map([
      [
        priceKey("Indonesia", "utility"),
        {
          unitPrice: micros("356.65"),
          tiers: [
            { above: 750_000, unitPrice: micros("338.8175") },
            { above: 2_000_000, unitPrice: micros("300") },
          ],
        },
      ],
    ]),
  });

  test("a market never borrows another market's price", () => {
    expect(priceOf(priced, "Indonesia", "utility")?.unitPrice).toBe(356_650_000n);
    expect(priceOf(priced, "Other", "utility")).toBeUndefined();
    expect(priceOf(priced, "Indonesia", "marketing")).toBeUndefined();
  });

  test.each([
    [0, "356.65"],
    [749_999, "356.65"],
    [750_000, "338.8175"],
    [1_999_999, "338.8175"],
    [2_000_000, "300"],
  ])("only units inside the higher band get the lower price: after %i units", (before, expected) => {
    const price = priceOf(priced, "Indonesia", "utility");
    expect(price && tieredPrice(price, before)).toBe(micros(expected));
  });

  test("a category that the scheme does not name is counted by message", () => {
    expect(schemeOf(priced, "service")).toEqual({ unit: "message", free_per_number_and_month: 1000 });
    expect(schemeOf(priced, "group_marketing")).toEqual({ unit: "message" });
    expect(schemeOf(priced, "toString")).toEqual({ unit: "message" });
  });

  test("both spellings of authentication-international are one category", () => {
    expect(canonicalCategory("authentication_international")).toBe("authentication-international");
    expect(canonicalCategory(" Authentication-International ")).toBe("authentication-international");
    expect(canonicalCategory("marketing_lite")).toBe("marketing_lite");
  });

  test("a preview names every price that would be new, different or gone · A3", () => {
    const after = [
      { market: "Indonesia", category: "utility", unitPrice: micros("400") },
      { market: "India", category: "utility", unitPrice: micros("20") },
    ];
    expect(priceChanges(priced, after)).toEqual([
      { market: "India", category: "utility", before: null, after: micros("20") },
      { market: "Indonesia", category: "utility", before: micros("356.65"), after: micros("400") },
    ]);
    expect(priceChanges(priced, [])).toEqual([
      { market: "Indonesia", category: "utility", before: micros("356.65"), after: null },
    ]);
    expect(priceChanges(undefined, after)).toHaveLength(2);
  });
});
