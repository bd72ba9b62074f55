import fc from "fast-check";
import type { Micros } from "@/lib/metering/model/accounts";
import { HOUR, isoOf, monthOf, monthsAfter, SECOND, startOfDay } from "@/lib/metering/model/calendar";
import type { OrganizationSetup } from "@/lib/metering/model/model";
import type { Package } from "@/lib/metering/model/months";
import type { CategoryRule, Price, PriceVersion, Tier } from "@/lib/metering/model/prices";
import { CATEGORIES, MARKETS, standardScheme } from "@/lib/metering/model/standard-prices";

/** The few customers, business numbers and categories that a history keeps coming back to. */
export type Cast = { people: number[]; numbers: number[]; categories: string[] };

/**
 * An organization, its cast, and the price versions that become complete or public only later, the newest first: in
 * that order each adds prices for days that had none and changes no other.
 */
export type Setup = { organization: OrganizationSetup; cast: Cast; missing: PriceVersion[] };

export const PRICED_CATEGORIES = [...CATEGORIES, "marketing_lite"];
export const MARKET_NAMES = [...new Set(MARKETS.map(({ market }) => market))];

/**
 * Days that begin strangely (Santiago, Asunción, Beirut and Cairo jump over midnight or live it twice), days on which
 * Meta changed its scheme, and plain firsts of a month.
 */
const MOMENTS: [timeZone: string, day: string][] = [
  ["America/Asuncion", "2023-10-01"],
  ["America/Santiago", "2023-09-03"],
  ["America/Santiago", "2024-09-08"],
  ["America/Santiago", "2025-07-01"],
  ["America/Santiago", "2026-10-01"],
  ["Africa/Cairo", "2024-04-26"],
  ["Africa/Cairo", "2024-11-01"],
  ["Africa/Cairo", "2026-10-01"],
  ["Asia/Beirut", "2024-03-31"],
  ["Asia/Beirut", "2025-03-30"],
  ["Asia/Beirut", "2025-10-26"],
  ["Asia/Beirut", "2026-10-01"],
  ["Asia/Jakarta", "2023-09-01"],
  ["Asia/Jakarta", "2024-11-01"],
  ["Asia/Jakarta", "2025-07-01"],
  ["Asia/Jakarta", "2026-10-01"],
  ["Asia/Jakarta", "2026-12-01"],
  ["Asia/Kathmandu", "2024-11-01"],
  ["Asia/Kathmandu", "2025-07-01"],
  ["Asia/Kathmandu", "2026-10-01"],
];

const cast: fc.Arbitrary<Cast> = fc.record({
  people: fc.uniqueArray(fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 4, 5, 6), { minLength: 1, maxLength: 4 }),
  numbers: fc.uniqueArray(fc.constantFrom(0, 1, 1, 1, 2), { minLength: 1, maxLength: 2 }),
  categories: fc.uniqueArray(
    fc.constantFrom(
      ...[
        "service",
        "service",
        "service",
        "service",
        "marketing",
        "marketing",
        "utility",
        "utility",
        "Utility",
      ],
      ...["authentication", "authentication-international", "authentication_international"],
      ...["marketing_lite", "referral_conversion"],
    ),
    { minLength: 1, maxLength: 4 },
  ),
});

/** Prices with up to 6 decimals; now and then nothing, and a millionth. */
const price: fc.Arbitrary<Micros> = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: 1n, max: 600_000_000n }) },
  { weight: 3, arbitrary: fc.constantFrom(586_330_000n, 356_650_000n, 271_100_000n) },
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n) },
);

const noGaps: fc.Arbitrary<string[]> = fc.constant([]);
const noTiers: fc.Arbitrary<Tier[]> = fc.constant([]);

const tiers: fc.Arbitrary<Tier[]> = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 2 }), price, price)
  .map(([above, further, unitPriceMicros, last]) => [
    { above, unitPriceMicros },
    { above: above + further, unitPriceMicros: last },
  ]);

const rule: fc.Arbitrary<CategoryRule> = fc
  .record({
    unit: fc.constantFrom<CategoryRule["unit"]>("conversation", "message"),
    freeInWindow: fc.boolean(),
    freePerNumberAndMonth: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ unit, freeInWindow, freePerNumberAndMonth }) => ({
    unit,
    ...(freeInWindow ? { freeInWindow } : {}),
    ...(freePerNumberAndMonth ? { freePerNumberAndMonth } : {}),
  }));

/** Mostly what Meta's scheme of that day says with a small free number; now and then anything at all. */
function scheme(from: string): fc.Arbitrary<Record<string, CategoryRule>> {
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.integer({ min: 0, max: 3 }).map((freeUnits) => standardScheme(from, freeUnits)),
    },
    {
      weight: 1,
      arbitrary: fc.record(Object.fromEntries(PRICED_CATEGORIES.map((category) => [category, rule]))),
    },
  );
}

/** A complete version: a price for every market and category, dearer from market to market. */
export function priceVersion(from: string): fc.Arbitrary<PriceVersion> {
  const perCategory = fc.tuple(
    price,
    fc.oneof({ weight: 3, arbitrary: noTiers }, { weight: 1, arbitrary: tiers }),
  );
  return fc
    .record({ scheme: scheme(from), table: fc.tuple(...PRICED_CATEGORIES.map(() => perCategory)) })
    .map(({ scheme: rules, table }) => ({
      from,
      scheme: rules,
      prices: MARKET_NAMES.flatMap((market, dearer) =>
        PRICED_CATEGORIES.map((category, index): Price => {
          const [unitPriceMicros = 0n, lower = []] = table[index] ?? [];
          const scaled = unitPriceMicros * BigInt(dearer + 1);
          return lower.length > 0
            ? { market, category, unitPriceMicros: scaled, tiers: lower }
            : { market, category, unitPriceMicros: scaled };
        }),
      ),
    }));
}

export const packages: fc.Arbitrary<Package> = fc.record({
  uniqueVisitors: fc.integer({ min: 0, max: 4 }),
  conversations: fc.constantFrom(null, 0, 1, 2, 2, 3, 5),
  initialBalanceMicros: fc.constantFrom(0n, 350_000_001n, 900_000_000n, 3_000_000_000n, 20_000_000_000n),
  initialCarriesOver: fc.boolean(),
});

/** The versions of a book: Meta's four days, and one of its own at the moment the history is about. */
function priceBook(day: string): fc.Arbitrary<PriceVersion[]> {
  const days = [...new Set(["2023-06-01", "2024-11-01", "2025-07-01", "2026-10-01", day])].sort();
  return fc.tuple(...days.map(priceVersion));
}

/**
 * Organizations that stand near a moment, in a book that may lack prices (one in three lacks some, one in eight begins
 * only at the moment). What is lacking can be published later.
 */
export const setups: fc.Arbitrary<Setup> = fc.constantFrom(...MOMENTS).chain(([timeZone, day]) =>
  fc
    .record({
      cast,
      package: packages,
      book: priceBook(day),
      beginsAtMoment: fc.nat({ max: 7 }).map((n) => n === 7),
      gaps: fc.oneof(
        { weight: 2, arbitrary: noGaps },
        { weight: 1, arbitrary: fc.subarray([...PRICED_CATEGORIES, ...MARKET_NAMES], { maxLength: 2 }) },
      ),
      clockOffset: fc.constantFrom(
        0,
        -1,
        SECOND,
        -2 * HOUR,
        36 * HOUR,
        60 * HOUR,
        -10 * 24 * HOUR,
        20 * 24 * HOUR,
      ),
      monthsSinceStart: fc.constantFrom(0, 0, 1, 2, 2),
      authenticationInternational: fc.boolean(),
    })
    .map(({ cast: who, book, beginsAtMoment, gaps, clockOffset, monthsSinceStart, ...rest }) => {
      const now = startOfDay(day, timeZone) + clockOffset;
      const isPublic = ({ from }: PriceVersion) => !beginsAtMoment || from >= day;
      const published = book.filter(isPublic).map((version) => withoutGaps(version, gaps));
      return {
        organization: {
          ...rest,
          timeZone,
          startsOn: monthsAfter(monthOf(now, timeZone), -monthsSinceStart),
          priceBook: published,
          markets: MARKETS,
          clock: isoOf(now),
        },
        cast: who,
        missing: book.filter((version) => !isPublic(version) || gaps.length > 0).reverse(),
      };
    }),
);

function withoutGaps(version: PriceVersion, gaps: readonly string[]): PriceVersion {
  const isThere = ({ market, category }: Price) => !gaps.includes(market) && !gaps.includes(category);
  return { ...version, prices: version.prices.filter(isThere) };
}
