import type { Micros } from "@/lib/metering/model/accounts";
import type { Day } from "@/lib/metering/model/calendar";

/** How a version counts one category. A category that the scheme does not name is counted by message. */
export type CategoryRule = {
  unit: "conversation" | "message";
  freeInWindow?: boolean;
  freePerNumberAndMonth?: number;
};

/** A lower price for the units after the first `above` of a month. */
export type Tier = { above: number; unitPriceMicros: Micros };

export type Price = { market: string; category: string; unitPriceMicros: Micros; tiers?: Tier[] };

/** One dated version of a price book, in force from 00:00 of a local day until the next one. */
export type PriceVersion = { from: Day; scheme: Record<string, CategoryRule>; prices: Price[] };

/** From a day on, numbers that begin with a prefix belong to a market; `country` finds it for user ids. */
export type MarketPrefix = { prefix: string; country: string; market: string; from: Day };

/** The market of every number that no prefix in force covers. */
export const OTHER_MARKET = "Other";

/** The version in force on a day: the newest that has begun. */
export function versionInForce(versions: readonly PriceVersion[], day: Day): PriceVersion | undefined {
  return newest(versions, day);
}

/**
 * The market of a WhatsApp contact on a day: by longest prefix in force, or by the country in front of the dot
 * for a contact known by its user id alone.
 */
export function marketOf(contact: string, day: Day, markets: readonly MarketPrefix[]): string {
  const country = /^([A-Z]{2})\./.exec(contact)?.[1];
  const candidates = country
    ? markets.filter((row) => row.country === country)
    : markets.filter((row) => /^\d+$/.test(contact) && contact.startsWith(row.prefix));
  const inForce = candidates.filter((row) => row.from <= day);
  const longest = Math.max(...inForce.map((row) => row.prefix.length));
  const rows = inForce.filter((row) => row.prefix.length === longest);
  return newest(rows, day)?.market ?? OTHER_MARKET;
}

/** The price row for a market and category; there is no falling back to another market. */
export function priceOf(version: PriceVersion, market: string, category: string): Price | undefined {
  return version.prices.find((price) => price.market === market && price.category === category);
}

/** What the n-th unit of a month costs: marginal, so earlier units keep their price. */
export function bandPrice(price: Price, ordinal: number): Micros {
  const reached = (price.tiers ?? []).filter((tier) => ordinal > tier.above);
  return reached.sort((a, b) => b.above - a.above)[0]?.unitPriceMicros ?? price.unitPriceMicros;
}

function newest<Row extends { from: Day }>(rows: readonly Row[], day: Day): Row | undefined {
  return rows.filter((row) => row.from <= day).sort((a, b) => (a.from < b.from ? 1 : -1))[0];
}
