import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeDatabases } from "@/db/client";
import { micros, toDecimal } from "@/lib/money/money";
import { putPriceVersion } from "./provisioning";
import { type CardImport, importRateCard, previewRateCard } from "./rate-cards";
import { platform, uniqueSlug } from "./testing";

afterAll(closeDatabases);

let dollars: string;
let rupiah: string;
beforeAll(async () => {
  dollars = await readFile("db/standard-prices/meta-2026-10-01-usd.csv", "utf8");
  rupiah = await readFile("db/standard-prices/meta-2026-10-01-idr-indonesia.csv", "utf8");
});

const fee = (percent: string) => ({ percent: micros(percent), fixed: new Map<string, bigint>() });

async function preview(wanted: Omit<CardImport, "fee"> & { percent?: string }) {
  const { percent = "0", ...rest } = wanted;
  const { publication, changes, unknownMarkets } = await previewRateCard(platform, {
    ...rest,
    fee: fee(percent),
  });
  const price = (market: string, category: string) => {
    const found = publication.prices.find((row) => row.market === market && row.category === category);
    return found ? toDecimal(found.unitPrice) : null;
  };
  return { publication, changes, unknownMarkets, price };
}

describe("importing Meta's rate card · A3", () => {
  test("publishes the card with the fee, from the card's day, once", async () => {
    const book = uniqueSlug("book");
    const wanted = { card: dollars, book, from: null, fee: fee("12.5") };
    const first = await importRateCard(platform, wanted);
    expect(first.outcome).toBe("created");
    expect(first.publication).toMatchObject({ effectiveFrom: "2026-10-01", currency: "USD" });
    expect(first.publication.scheme.service).toEqual({ unit: "message", free_per_number_and_month: 1000 });
    expect(first.changes).toHaveLength(first.publication.prices.length);
    const again = await importRateCard(platform, wanted);
    expect([again.outcome, again.changes]).toEqual(["unchanged", []]);
    const { price } = await preview({ card: dollars, book, from: null, percent: "12.5" });
    expect(price("Indonesia", "marketing")).toBe("0.046238");
  });

  test("markets that the card does not list keep their prices", async () => {
    const book = uniqueSlug("book");
    await putPriceVersion(platform, {
      slug: book,
      currency: "IDR",
      effectiveFrom: "2026-01-01",
      scheme: { service: { unit: "conversation" } },
      prices: [
        { market: "Indonesia", category: "utility", unitPrice: micros("300") },
        { market: "Indonesia", category: "marketing_lite", unitPrice: micros("200") },
        { market: "Brazil", category: "utility", unitPrice: micros("97.0088") },
      ],
    });
    const { publication, changes, price } = await preview({ card: rupiah, book, from: "2026-10-01" });
    expect(price("Brazil", "utility")).toBe("97.0088");
    expect(price("Indonesia", "marketing_lite")).toBe("200.00");
    expect(price("Indonesia", "utility")).toBe("356.65");
    expect(publication.scheme).toEqual({ service: { unit: "conversation" } });
    expect(changes.map(({ market, category }) => `${market} ${category}`)).toEqual([
      "Indonesia authentication",
      "Indonesia authentication-international",
      "Indonesia marketing",
      "Indonesia service",
      "Indonesia utility",
    ]);
  });

  test("n/a in one market takes the price away, n/a throughout says nothing about the category", async () => {
    const book = uniqueSlug("book");
    await putPriceVersion(platform, {
      slug: book,
      currency: "USD",
      effectiveFrom: "2026-01-01",
      scheme: {},
      prices: [
        { market: "Brazil", category: "authentication", unitPrice: micros("0.0068") },
        { market: "Brazil", category: "service", unitPrice: 0n },
      ],
    });
    expect((await preview({ card: dollars, book, from: null })).price("Brazil", "authentication")).toBeNull();
    const old = await readFile("db/standard-prices/meta-2026-01-01-usd.csv", "utf8");
    expect((await preview({ card: old, book, from: "2026-02-01" })).price("Brazil", "service")).toBe("0.00");
  });

  test("a market that no number belongs to is pointed out", async () => {
    const card = "Market,Currency,Utility\nAtlantis,$US,1\nIndonesia,$US,1";
    const { unknownMarkets } = await preview({ card, book: uniqueSlug("book"), from: "2027-01-01" });
    expect(unknownMarkets).toEqual(["Atlantis"]);
  });

  test("refuses a card without a day, in another currency, or from before there was a scheme", async () => {
    const card = "Market,Currency,Utility\nIndonesia,$US,1";
    await expect(preview({ card, book: uniqueSlug("book"), from: null })).rejects.toMatchObject({
      code: "invalid_input",
    });
    await expect(preview({ card, book: uniqueSlug("book"), from: "2023-05-31" })).rejects.toMatchObject({
      code: "invalid_input",
    });
    const book = uniqueSlug("book");
    await importRateCard(platform, { card: rupiah, book, from: null, fee: fee("0") });
    await expect(preview({ card, book, from: "2027-01-01" })).rejects.toMatchObject({ code: "conflict" });
  });
});
