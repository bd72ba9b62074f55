import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases } from "@/db/client";
import { toDecimal } from "@/lib/money/money";
import { findPriceBook, loadMarkets, loadPriceBooks } from "@/lib/rating/rating";
import { marketOf, type PriceBook, priceOf, schemeOf, versionInForce } from "@/lib/rating/rules";
import { loadStandardPrices, STANDARD_BOOKS } from "./standard-prices";

afterAll(closeDatabases);

const bookOf = (slug: string) =>
  acrossOrganizations(async (tx): Promise<PriceBook> => {
    const found = await findPriceBook(tx, slug);
    const book = found && (await loadPriceBooks(tx, [found.id])).get(found.id);
    if (!book) throw new Error(`there is a book ${slug}`);
    return book;
  });

function amount(book: PriceBook, day: string, category: string, market = "Indonesia"): string | null {
  const version = versionInForce(book, day);
  const price = version && priceOf(version, market, category);
  return price ? toDecimal(price.unitPrice) : null;
}

describe("the standard price books", () => {
  test("carry Meta's dated schemes with Indonesia's list prices", async () => {
    await loadStandardPrices();
    await loadStandardPrices();
    const book = await bookOf(STANDARD_BOOKS.IDR);
    const categories = ["marketing", "utility", "authentication", "authentication-international", "service"];
    const row = (day: string) => categories.map((category) => amount(book, day, category));
    expect(amount(book, "2023-05-31", "marketing")).toBeNull();
    expect(row("2023-06-01")).toEqual(["586.33", "285.30", "428.00", null, "271.10"]);
    expect(row("2024-06-01")).toEqual(["586.33", "285.30", "428.00", "1940.13", "271.10"]);
    expect(row("2024-10-31")).toEqual(["586.33", "285.30", "428.00", "1940.13", "271.10"]);
    expect(row("2024-11-01")).toEqual(["586.33", "285.30", "428.00", "1940.13", "0.00"]);
    expect(row("2025-06-30")).toEqual(["586.33", "285.30", "428.00", "1940.13", "0.00"]);
    expect(row("2025-07-01")).toEqual(["586.33", "356.65", "356.65", "1940.13", "0.00"]);
    expect(row("2026-10-01")).toEqual(["586.33", "356.65", "356.65", "1940.13", "356.65"]);
  });

  test("count each category as Meta did on the day", async () => {
    await loadStandardPrices();
    const book = await bookOf(STANDARD_BOOKS.IDR);
    const rule = (day: string, category: string) => {
      const version = versionInForce(book, day);
      return version && schemeOf(version, category);
    };
    expect(rule("2024-10-31", "service")).toEqual({ unit: "conversation", free_per_number_and_month: 1000 });
    expect(rule("2024-11-01", "service")).toEqual({ unit: "conversation" });
    expect(rule("2025-06-30", "utility")).toEqual({ unit: "conversation" });
    expect(rule("2025-07-01", "utility")).toEqual({ unit: "message", free_in_window: true });
    expect(rule("2026-09-30", "service")).toEqual({ unit: "conversation" });
    expect(rule("2026-10-01", "utility")).toEqual({ unit: "message", free_in_window: false });
    expect(rule("2026-10-01", "service")).toEqual({ unit: "message", free_per_number_and_month: 1000 });
    expect(rule("2026-10-01", "authentication-international")).toEqual({ unit: "message" });
  });

  test("convert every other market exactly, and price markets from before they were split off", async () => {
    await loadStandardPrices();
    const rupiah = await bookOf(STANDARD_BOOKS.IDR);
    const dollars = await bookOf(STANDARD_BOOKS.USD);
    expect(amount(rupiah, "2026-10-01", "marketing", "Brazil")).toBe("891.625");
    expect(amount(dollars, "2026-10-01", "marketing", "Brazil")).toBe("0.0625");
    expect(amount(dollars, "2023-06-01", "service")).toBe("0.019");
    // Hungary left Rest of Central & Eastern Europe on 2026-07-01, the card with its own prices begins in October.
    expect(amount(rupiah, "2026-07-01", "utility", "Hungary")).toBe("302.4392");
    expect(amount(rupiah, "2026-10-01", "utility", "Hungary")).toBe("499.31");
    // n/a in the card, and nothing says what else it would cost: parked as unpriced, never guessed.
    expect(amount(rupiah, "2026-10-01", "authentication", "Brazil")).toBeNull();
  });

  test("have a price for every market of the table on every day of every version", async () => {
    await loadStandardPrices();
    const markets = await acrossOrganizations(loadMarkets);
    for (const slug of Object.values(STANDARD_BOOKS)) {
      const book = await bookOf(slug);
      for (const day of [
        "2023-06-01",
        "2024-06-01",
        "2025-12-31",
        "2026-07-01",
        "2026-09-30",
        "2026-10-01",
      ]) {
        for (const prefix of [...markets.byPrefix.keys(), "0"]) {
          const { market } = marketOf(`${prefix}55501234`, day, markets);
          for (const category of ["marketing", "utility", "service"]) {
            expect([market, category, amount(book, day, category, market)]).not.toContain(null);
          }
        }
      }
    }
  });
});
