import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, type Transaction } from "@/db/client";
import { systemMachineScope } from "@/lib/auth/scope";
import { micros, toDecimal } from "@/lib/money/money";
import { findPriceBook, loadPriceBooks, markVersionsUsed, type Publication, publishVersion } from "./rating";
import { type PriceBook, priceOf, versionInForce } from "./rules";

afterAll(closeDatabases);

const platform = systemMachineScope("test", "admin");

function publication(extra: Partial<Publication> = {}): Publication {
  return {
    slug: `book-${randomUUID()}`,
    currency: "IDR",
    effectiveFrom: "2026-10-01",
    scheme: { marketing: { unit: "message" }, service: { unit: "message", free_per_number_and_month: 1000 } },
    prices: [{ market: "Indonesia", category: "marketing", unitPrice: micros("586.33") }],
    ...extra,
  };
}

const publish = (wanted: Publication) =>
  acrossOrganizations((tx) => publishVersion(tx, platform, wanted)).then(({ outcome }) => outcome);

async function read(tx: Transaction, slug: string): Promise<PriceBook> {
  const found = await findPriceBook(tx, slug);
  const book = found && (await loadPriceBooks(tx, [found.id])).get(found.id);
  if (!book) throw new Error(`there is a book ${slug}`);
  return book;
}

const bookOf = (slug: string) => acrossOrganizations((tx) => read(tx, slug));

/** Marks every version of the book as used by a charge. */
async function charge(slug: string): Promise<void> {
  const marked = await acrossOrganizations(async (tx) => {
    const book = await read(tx, slug);
    const ids = book.versions.map(({ id }) => id);
    return markVersionsUsed(tx, new Map([[book.id, book]]), ids);
  });
  expect(marked).toBe(true);
}

function amount(book: PriceBook, day: string, category: string, market = "Indonesia"): string | null {
  const version = versionInForce(book, day);
  const price = version && priceOf(version, market, category);
  return price ? toDecimal(price.unitPrice) : null;
}

describe("publishing · A3", () => {
  test("is idempotent, and replaces what no charge was priced by", async () => {
    const first = publication();
    expect(await publish(first)).toBe("created");
    expect(await publish(first)).toBe("unchanged");
    const dearer = [{ market: "Indonesia", category: "marketing", unitPrice: micros("600") }];
    expect(await publish({ ...first, prices: dearer })).toBe("replaced");
    expect(amount(await bookOf(first.slug), "2026-11-01", "marketing")).toBe("600.00");
    expect(await publish({ ...first, prices: [] })).toBe("replaced");
    expect(amount(await bookOf(first.slug), "2026-11-01", "marketing")).toBeNull();
  });

  test("what charges were priced by never changes; missing prices and later days may be added", async () => {
    const first = publication();
    await publish(first);
    await charge(first.slug);
    expect(await publish(first)).toBe("unchanged");
    const [marketing] = first.prices;
    if (!marketing) throw new Error("there is a price");
    const utility = { market: "Indonesia", category: "utility", unitPrice: micros("356.65") };
    for (const change of [
      { prices: [{ ...marketing, unitPrice: micros("586.34") }] },
      { prices: [] },
      { prices: [{ ...marketing, tiers: [{ above: 10, unitPrice: micros("1") }] }] },
      { scheme: { ...first.scheme, utility: { unit: "message" as const } } },
      { scheme: { ...first.scheme, service: { unit: "message" as const } } },
      { prices: [utility] },
    ]) {
      await expect(publish({ ...first, ...change })).rejects.toMatchObject({ code: "version_in_use" });
    }
    expect(await publish({ ...first, prices: [marketing, utility] })).toBe("extended");
    const later = { ...first, effectiveFrom: "2026-12-01", prices: [utility] };
    expect(await publish(later)).toBe("created");
    const book = await bookOf(first.slug);
    expect(amount(book, "2026-11-30", "marketing")).toBe("586.33");
    expect(amount(book, "2026-12-01", "marketing")).toBeNull();
    expect(amount(book, "2026-12-01", "utility")).toBe("356.65");
  });

  test("a setting left out of a scheme is its default", async () => {
    const first = publication({ scheme: { utility: { unit: "message" } }, prices: [] });
    await publish(first);
    await charge(first.slug);
    const spelledOut = { unit: "message" as const, free_in_window: false, free_per_number_and_month: 0 };
    expect(await publish({ ...first, scheme: { utility: spelledOut } })).toBe("unchanged");
  });

  test("a book keeps its currency", async () => {
    const first = publication();
    await publish(first);
    await expect(publish({ ...first, currency: "USD" })).rejects.toMatchObject({ code: "conflict" });
  });

  test("tiers come back sorted and exact", async () => {
    const tiers = [
      { above: 2_000_000, unitPrice: micros("300") },
      { above: 750_000, unitPrice: micros("338.8175") },
    ];
    const first = publication({
      prices: [{ market: "Indonesia", category: "utility", unitPrice: micros("356.65"), tiers }],
    });
    await publish(first);
    expect(await publish(first)).toBe("unchanged");
    const version = versionInForce(await bookOf(first.slug), "2026-11-01");
    expect(version && priceOf(version, "Indonesia", "utility")?.tiers).toEqual(tiers.toReversed());
  });

  test("publications at once leave one version with the prices of one of them", async () => {
    const first = publication();
    const amounts = ["1", "2", "3", "4"];
    await Promise.all(
      amounts.map((text) =>
        publish({
          ...first,
          prices: [{ market: "Indonesia", category: "marketing", unitPrice: micros(text) }],
        }),
      ),
    );
    const book = await bookOf(first.slug);
    expect(book.versions).toHaveLength(1);
    expect(amounts.map((text) => `${text}.00`)).toContain(amount(book, "2026-11-01", "marketing"));
  });
});

describe("prices held in memory", () => {
  test("are read once and again only when a publication changed them", async () => {
    const first = publication();
    await publish(first);
    expect(await bookOf(first.slug)).toBe(await bookOf(first.slug));
    const before = await bookOf(first.slug);
    await publish({ ...first, effectiveFrom: "2027-01-01" });
    expect(await bookOf(first.slug)).not.toBe(before);
  });

  test("never survive a publication that was rolled back", async () => {
    const first = publication();
    await publish(first);
    const withAmount = (text: string) => ({
      ...first,
      prices: [{ market: "Indonesia", category: "marketing", unitPrice: micros(text) }],
    });
    await expect(
      acrossOrganizations(async (tx) => {
        await publishVersion(tx, platform, withAmount("999"));
        expect(amount(await read(tx, first.slug), "2026-11-01", "marketing")).toBe("999.00");
        throw new Error("rolled back");
      }),
    ).rejects.toThrow("rolled back");
    await publish(withAmount("7"));
    expect(amount(await bookOf(first.slug), "2026-11-01", "marketing")).toBe("7.00");
  });

  test("a first charge at prices that were replaced meanwhile is sent back", async () => {
    const first = publication();
    await publish(first);
    const stale = await bookOf(first.slug);
    await publish({ ...first, prices: [] });
    const marked = acrossOrganizations(async (tx) =>
      markVersionsUsed(
        tx,
        new Map([[stale.id, stale]]),
        stale.versions.map(({ id }) => id),
      ),
    );
    expect(await marked).toBe(false);
  });
});
