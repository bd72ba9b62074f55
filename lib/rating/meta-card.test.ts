import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Refusal } from "@/lib/errors";
import { micros, toDecimal } from "@/lib/money/money";
import { parseRateCard, withManagementFee } from "./meta-card";

const read = (name: string) => readFile(join(process.cwd(), "db", "standard-prices", name), "utf8");

function priceIn(text: string, market: string, category: string): string | undefined {
  const found = parseRateCard(text).prices.find((row) => row.market === market && row.category === category);
  return found && toDecimal(found.unitPrice);
}

function card(...rows: string[]): string {
  return ["Market,Currency,Marketing,Utility", ...rows].join("\n");
}

describe("Meta's rate card · A3", () => {
  test("is read as it is: preamble, line break in the header, n/a, $US, RP, comma thousands", async () => {
    const dollars = parseRateCard(await read("meta-2026-10-01-usd.csv"));
    expect(dollars).toMatchObject({ currency: "USD", effectiveFrom: "2026-10-01" });
    expect(new Set(dollars.prices.map(({ market }) => market)).size).toBe(47);
    expect(priceIn(await read("meta-2026-10-01-usd.csv"), "Egypt", "authentication-international")).toBe(
      "0.065",
    );
    expect(priceIn(await read("meta-2026-10-01-usd.csv"), "Brazil", "authentication")).toBeUndefined();

    const rupiah = parseRateCard(await read("meta-2026-07-01-idr-indonesia.csv"));
    expect(rupiah).toEqual({
      currency: "IDR",
      effectiveFrom: "2026-07-01",
      prices: [
        { market: "Indonesia", category: "marketing", unitPrice: 586_330_000n },
        { market: "Indonesia", category: "utility", unitPrice: 356_650_000n },
        { market: "Indonesia", category: "authentication", unitPrice: 356_650_000n },
        { market: "Indonesia", category: "authentication-international", unitPrice: 1_940_130_000n },
      ],
    });
  });

  test("survives a byte-order mark, CRLF, semicolons, tabs and a header without a preamble", () => {
    const crlf = `\uFEFF${card('India,$US,0.0118,"1,234.5"').replaceAll("\n", "\r\n")}\r\n`;
    expect(priceIn(crlf, "India", "utility")).toBe("1234.50");
    const semicolons = "Market;Currency;Marketing\nIndonesia;RP;586,33\nIndia;Rp;1.940,13\nBrazil;IDR;12";
    expect(priceIn(semicolons, "Indonesia", "marketing")).toBe("586.33");
    expect(priceIn(semicolons, "India", "marketing")).toBe("1940.13");
    expect(priceIn("Market\tCurrency\tMarketing\nIndia\tUSD\t0.5", "India", "marketing")).toBe("0.50");
  });

  test("rows without prices (notes under the table) are passed over", () => {
    const { prices } = parseRateCard(card("India,$US,0.0118,n/a", "Rates exclude taxes,,,", ",,,"));
    expect(prices).toHaveLength(1);
  });

  test.each([
    ["no header", "a,b\nc,d", "no header row"],
    ["no market", card(), "no market"],
    ["an unknown currency", card("India,Q$,1,1"), 'unknown currency "Q$"'],
    ["mixed currencies", card("India,$US,1,1", "Brazil,RP,1,1"), "mixes currencies"],
    ["a market twice", card("India,$US,1,1", "India,$US,2,2"), "India is in the card twice"],
    ["a word for a price", card("India,$US,one,1"), '"one" is not a price (India, marketing)'],
    ["a negative price", card("India,$US,-1,1"), '"-1" is not a price'],
    ["too many decimals", card("India,$US,0.1234567,1"), "is not a price"],
    ["odd thousands", card('India,$US,"1,94",1'), "is not a price"],
    ["a guess between separators", "Market;Currency;Marketing\nIndia;USD;1,940", "is not a price"],
    ["prices of nobody", card(",$US,1,1"), "no market"],
    ["a category twice", "Market,Currency,Utility,utility\nIndia,$US,1,1", "utility twice"],
    ["a broken quote", 'Market,Currency,Utility\nIndia,$US,"1', "not readable as CSV"],
    ["no currency column", "Market,Utility\nIndia,1", "no column Currency"],
  ])("is refused with %s", (_what, text, detail) => {
    expect(() => parseRateCard(text)).toThrow(Refusal);
    expect(() => parseRateCard(text)).toThrow(detail);
  });

  test("a card that names no day leaves the day to the importer", () => {
    expect(parseRateCard(card("India,$US,1,1")).effectiveFrom).toBeNull();
    expect(parseRateCard(`Effective 1 April 2027\n${card("India,$US,1,1")}`).effectiveFrom).toBe(
      "2027-04-01",
    );
    expect(parseRateCard(`Effective February 30 2027\n${card("India,$US,1,1")}`).effectiveFrom).toBeNull();
  });
});

describe("the management fee", () => {
  const list = [
    { market: "Indonesia", category: "marketing", unitPrice: micros("586.33") },
    { market: "Indonesia", category: "utility", unitPrice: micros("356.65") },
  ];
  const fee = (percent: string, fixed: [string, string][] = []) => ({
    percent: micros(percent),
    fixed: new Map(fixed.map(([category, amount]) => [category, micros(amount)])),
  });

  test("is exact: percent first, then the fixed part of the category", () => {
    const prices = withManagementFee(list, fee("12.5", [["utility", "10"]]));
    expect(prices.map(({ unitPrice }) => toDecimal(unitPrice))).toEqual(["659.62125", "411.23125"]);
  });

  test("is rounded once, half up, to 6 decimals", () => {
    const price = (unitPrice: bigint, percent: string) =>
      withManagementFee([{ market: "m", category: "c", unitPrice }], fee(percent))[0]?.unitPrice;
    expect(price(1n, "50")).toBe(2n);
    expect(price(1n, "49.999999")).toBe(1n);
    expect(price(333_333n, "33.333333")).toBe(444_444n);
    expect(price(0n, "15")).toBe(0n);
  });
});
