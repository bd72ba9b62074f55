import type { CategoryScheme, Scheme } from "@/db/schema/rating";
import type { Micros } from "@/lib/money/money";
import type { Day } from "@/lib/time/period";

/** Of the units of a month after the first `above`, each costs `unitPrice`. */
export type Tier = { readonly above: number; readonly unitPrice: Micros };

/** What one unit costs in a market, in the book's currency. Tiers are sorted by `above`, empty by default. */
export type Price = { readonly unitPrice: Micros; readonly tiers: readonly Tier[] };

/** The scheme and prices of a price book from a local day at 00:00 until its next version. */
export type PriceVersion = {
  readonly id: number;
  readonly effectiveFrom: Day;
  readonly scheme: Scheme;
  /** Keys are made by `priceKey`. */
  readonly prices: ReadonlyMap<string, Price>;
};

/** A named list of dated price versions in one currency. Versions are sorted by `effectiveFrom`. */
export type PriceBook = {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly revision: number;
  readonly currency: string;
  readonly versions: readonly PriceVersion[];
};

/** From a day on, numbers that begin with a prefix belong to a market; the country finds it for user ids. */
export type MarketPrefix = {
  readonly callingPrefix: string;
  readonly effectiveFrom: Day;
  /** ISO 3166. */
  readonly country: string;
  readonly market: string;
};

/** The market table, laid out so that a number is found in a few look-ups. Made by `indexMarkets`. */
export type Markets = {
  readonly byPrefix: ReadonlyMap<string, readonly MarketPrefix[]>;
  readonly byCountry: ReadonlyMap<string, readonly MarketPrefix[]>;
  readonly longestPrefix: number;
};

/** Where a recipient belongs, and the calling prefix (or country) that says so: "" for the market `Other`. */
export type FoundMarket = { readonly market: string; readonly prefix: string };

/** The market of every recipient that the table does not name (whatsapp.md, Market). */
export const OTHER_MARKET = "Other";

const BY_MESSAGE: CategoryScheme = { unit: "message" };
const DIGITS = /^\d+$/;
const USER_ID = /^([A-Z]{2})\./;
const ELSEWHERE: FoundMarket = { market: OTHER_MARKET, prefix: "" };

/** Where a version keeps the price of a category in a market. */
export function priceKey(market: string, category: string): string {
  return `${market}\u0000${category}`;
}

/** The two parts of a `priceKey`. */
export function splitPriceKey(key: string): { market: string; category: string } {
  const [market = "", category = ""] = key.split("\u0000");
  return { market, category };
}

/**
 * The version that prices what occurred on a day: the newest that has begun. A version begins at 00:00 of its day
 * in the organization's zone. Undefined before the first version.
 */
export function versionInForce(book: PriceBook, day: Day): PriceVersion | undefined {
  return newestBegun(book.versions, day, (version) => version.effectiveFrom);
}

/**
 * The price book that an organization uses on a day: the newest assignment that has begun. Before the first one
 * its first book holds, so that a late event from before the start is priced too. Undefined without assignments.
 *
 * @param assignments oldest first
 */
export function bookInForce<A extends { readonly fromDay: Day }>(
  assignments: readonly A[],
  day: Day,
): A | undefined {
  return newestBegun(assignments, day, (assignment) => assignment.fromDay) ?? assignments[0];
}

function newestBegun<Row>(rows: readonly Row[], day: Day, from: (row: Row) => Day): Row | undefined {
  let found: Row | undefined;
  for (const row of rows) {
    if (from(row) > day) break;
    found = row;
  }
  return found;
}

/** Sorts the market table into an index. Rows may come in any order. */
export function indexMarkets(rows: readonly MarketPrefix[]): Markets {
  const byPrefix = new Map<string, MarketPrefix[]>();
  const byCountry = new Map<string, MarketPrefix[]>();
  let longestPrefix = 0;
  const sorted = [...rows].sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1));
  for (const row of sorted) {
    append(byPrefix, row.callingPrefix, row);
    append(byCountry, row.country, row);
    longestPrefix = Math.max(longestPrefix, row.callingPrefix.length);
  }
  return { byPrefix, byCountry, longestPrefix };
}

function append<Row>(map: Map<string, Row[]>, key: string, row: Row): void {
  const rows = map.get(key);
  if (rows) rows.push(row);
  else map.set(key, [row]);
}

/**
 * The market that a WhatsApp recipient belongs to on a day.
 *
 * Phone numbers (digits, without +) go by the longest calling prefix in force on that day. The table begins at
 * some day: when none of a number's prefixes has begun yet, the first of them to begin serves the days before it.
 * Recipients known only by a user id ("ID.1A2b…") go by the country in front of the dot. Everything else, and
 * whatever the table does not name, is `Other`. Source: whatsapp.md, Market.
 */
export function marketOf(contact: string, day: Day, markets: Markets): FoundMarket {
  const country = USER_ID.exec(contact)?.[1];
  if (country) return marketOfCountry(country, day, markets);
  if (!DIGITS.test(contact)) return ELSEWHERE;
  let first: MarketPrefix | undefined;
  for (let length = Math.min(markets.longestPrefix, contact.length); length > 0; length--) {
    const rows = markets.byPrefix.get(contact.slice(0, length));
    if (!rows) continue;
    const row = newestBegun(rows, day, (candidate) => candidate.effectiveFrom);
    if (row) return { market: row.market, prefix: row.callingPrefix };
    first = earlier(first, rows[0]);
  }
  return first ? { market: first.market, prefix: first.callingPrefix } : ELSEWHERE;
}

/** A country with several prefixes is in the market of the longest that has begun, else of the first to begin. */
function marketOfCountry(country: string, day: Day, markets: Markets): FoundMarket {
  const rows = markets.byCountry.get(country);
  if (!rows) return ELSEWHERE;
  let found: MarketPrefix | undefined;
  for (const row of rows) {
    if (row.effectiveFrom > day) break;
    if (!found || row.callingPrefix.length >= found.callingPrefix.length) found = row;
  }
  const market = (found ?? rows[0])?.market ?? OTHER_MARKET;
  return { market, prefix: country };
}

function earlier(
  known: MarketPrefix | undefined,
  candidate: MarketPrefix | undefined,
): MarketPrefix | undefined {
  if (!known || !candidate) return known ?? candidate;
  return candidate.effectiveFrom < known.effectiveFrom ? candidate : known;
}

/** The price of a category in a market. Undefined when the version has none: the charge is then parked as unpriced. */
export function priceOf(version: PriceVersion, market: string, category: string): Price | undefined {
  return version.prices.get(priceKey(market, category));
}

/**
 * What the next unit of a month costs when `unitsBefore` units were counted before it. Only the units inside the
 * higher band get the lower price; those before keep theirs (whatsapp.md, Volume tiers).
 */
export function tieredPrice(price: Price, unitsBefore: number): Micros {
  let unitPrice = price.unitPrice;
  for (const tier of price.tiers) {
    if (unitsBefore < tier.above) break;
    unitPrice = tier.unitPrice;
  }
  return unitPrice;
}

/** How a version counts a category; one that its scheme does not name is counted by message and never free. */
export function schemeOf(version: PriceVersion, category: string): CategoryScheme {
  return Object.hasOwn(version.scheme, category) ? (version.scheme[category] ?? BY_MESSAGE) : BY_MESSAGE;
}

/** One spelling per category: Meta writes both authentication-international and authentication_international. */
export function canonicalCategory(category: string): string {
  const lower = category.trim().toLowerCase();
  return lower === "authentication_international" ? "authentication-international" : lower;
}

/** One line of the preview of a publication: null where there is no price. */
export type PriceChange = {
  readonly market: string;
  readonly category: string;
  readonly before: Micros | null;
  readonly after: Micros | null;
};

/** What would be different from a version that is in force, by market and category; equal prices are left out (A3). */
export function priceChanges(
  before: PriceVersion | undefined,
  after: readonly { readonly market: string; readonly category: string; readonly unitPrice: Micros }[],
): PriceChange[] {
  const known = new Map(before?.prices ?? []);
  const changes: PriceChange[] = [];
  for (const { market, category, unitPrice } of after) {
    const key = priceKey(market, category);
    const old = known.get(key)?.unitPrice ?? null;
    known.delete(key);
    if (old !== unitPrice) changes.push({ market, category, before: old, after: unitPrice });
  }
  for (const [key, { unitPrice }] of known)
    changes.push({ ...splitPriceKey(key), before: unitPrice, after: null });
  return changes.sort((a, b) => compareText(priceKey(a.market, a.category), priceKey(b.market, b.category)));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
