import "server-only";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { acrossOrganizations } from "@/db/client";
import type { Scheme } from "@/db/schema/rating";
import { systemMachineScope } from "@/lib/auth/scope";
import { type Micros, micros } from "@/lib/money/money";
import { type CardPrice, parseRateCard } from "@/lib/rating/meta-card";
import { loadMarkets, type Publication, publishVersion } from "@/lib/rating/rating";
import { type Markets, marketOf } from "@/lib/rating/rules";
import { addDays, type Day } from "@/lib/time/period";

/** The price books that come with the product: Meta's list prices, without a management fee. */
export const STANDARD_BOOKS = { IDR: "standard-idr", USD: "standard-usd" } as const;

const FOLDER = join(process.cwd(), "db", "standard-prices");
const BUSINESS = ["marketing", "utility", "authentication", "authentication-international"] as const;

/** Meta's constant rate, at which its rupiah prices of 2023 and 2024 were made. Rupiah per dollar. */
const RUPIAH_PER_DOLLAR = 14_266n;

/** The schemes that Meta has had, by the day from which they hold. Source: whatsapp.md, Schemes by date. */
const SCHEMES: Readonly<Record<Day, Scheme>> = {
  "2023-06-01": scheme("conversation", { unit: "conversation", free_per_number_and_month: 1000 }),
  "2024-06-01": scheme("conversation", { unit: "conversation", free_per_number_and_month: 1000 }),
  "2024-11-01": scheme("conversation", { unit: "conversation" }),
  "2025-07-01": {
    ...scheme("message", { unit: "conversation" }),
    utility: { unit: "message", free_in_window: true },
  },
  "2026-10-01": {
    ...scheme("message", { unit: "message", free_per_number_and_month: 1000 }),
    utility: { unit: "message", free_in_window: false },
  },
};

/** Where authentication-international has a price: from 2024-06-01 (whatsapp.md, Prices). */
const INTERNATIONAL_FROM = "2024-06-01";
/** From this day on the cards themselves price service messages; before, a service unit costs nothing more. */
const SERVICE_PRICED_FROM = "2026-10-01";

/** What Indonesia cost while Meta charged by conversation; later days are as in the cards. */
const INDONESIA: Readonly<Record<"IDR" | "USD", Readonly<Record<string, string>>>> = {
  IDR: { marketing: "586.33", utility: "285.30", authentication: "428.00", service: "271.10" },
  USD: { marketing: "0.0411", utility: "0.0200", authentication: "0.0300", service: "0.0190" },
};
const INDONESIA_UNTIL = "2025-07-01";
const INDONESIA_SERVICE_UNTIL = "2024-11-01";

/**
 * Publishes the standard price books in rupiah and dollars. Versions that are there already stay as they are, so it
 * may run at every start.
 *
 * @throws Refusal version_in_use when somebody published other prices under a standard book's name and day.
 */
export async function loadStandardPrices(): Promise<void> {
  const cards = await readCards();
  const publisher = systemMachineScope("standard-prices", "admin");
  await acrossOrganizations(async (tx) => {
    for (const publication of standardPublications(cards, await loadMarkets(tx))) {
      await publishVersion(tx, publisher, publication);
    }
  });
}

/** Meta's scheme on a day; undefined before 2023-06-01. */
export function standardScheme(day: Day): Scheme | undefined {
  const from = Object.keys(SCHEMES).findLast((candidate) => candidate <= day);
  return from === undefined ? undefined : SCHEMES[from];
}

type Cards = { readonly [Card in "old" | "new" | "oldIndonesia" | "newIndonesia"]: readonly CardPrice[] };

async function readCards(): Promise<Cards> {
  const read = async (name: string) => parseRateCard(await readFile(join(FOLDER, name), "utf8")).prices;
  return {
    old: await read("meta-2026-01-01-usd.csv"),
    new: await read("meta-2026-10-01-usd.csv"),
    oldIndonesia: await read("meta-2026-07-01-idr-indonesia.csv"),
    newIndonesia: await read("meta-2026-10-01-idr-indonesia.csv"),
  };
}

function standardPublications(cards: Cards, markets: Markets): Publication[] {
  return (["IDR", "USD"] as const).flatMap((currency) =>
    Object.entries(SCHEMES).map(([effectiveFrom, schemeOfDay]) => ({
      slug: STANDARD_BOOKS[currency],
      name: `Meta list prices, ${currency}`,
      currency,
      effectiveFrom,
      scheme: schemeOfDay,
      prices: pricesOf(currency, effectiveFrom, cards, markets),
    })),
  );
}

function pricesOf(currency: "IDR" | "USD", day: Day, cards: Cards, markets: Markets): CardPrice[] {
  const priced = day >= SERVICE_PRICED_FROM;
  const prices = new Map<string, Micros>();
  const put = ({ market, category, unitPrice }: CardPrice) => prices.set(`${market}\n${category}`, unitPrice);
  const inDollars = priced ? cards.new : withSplitMarkets(cards.old, markets);
  for (const row of inDollars) {
    put(currency === "USD" ? row : { ...row, unitPrice: row.unitPrice * RUPIAH_PER_DOLLAR });
    if (!priced) put({ market: row.market, category: "service", unitPrice: 0n });
  }
  if (currency === "IDR") (priced ? cards.newIndonesia : cards.oldIndonesia).forEach(put);
  if (day < INDONESIA_UNTIL) {
    for (const [category, amount] of Object.entries(INDONESIA[currency])) {
      if (category === "service" && day >= INDONESIA_SERVICE_UNTIL) continue;
      put({ market: "Indonesia", category, unitPrice: micros(amount) });
    }
  }
  return [...prices]
    .map(([key, unitPrice]) => {
      const [market = "", category = ""] = key.split("\n");
      return { market, category, unitPrice };
    })
    .filter(({ category }) => category !== "authentication-international" || day >= INTERNATIONAL_FROM);
}

/** A market that the card does not have yet costs what the market cost from which it was split off. */
function withSplitMarkets(card: readonly CardPrice[], markets: Markets): CardPrice[] {
  const known = new Set(card.map(({ market }) => market));
  const parents = new Map<string, string>();
  for (const { callingPrefix, effectiveFrom, market } of [...markets.byPrefix.values()].flat()) {
    if (known.has(market) || parents.has(market)) continue;
    parents.set(market, marketOf(callingPrefix, addDays(effectiveFrom, -1), markets).market);
  }
  const split = [...parents].flatMap(([market, parent]) =>
    card.filter((row) => row.market === parent).map((row) => ({ ...row, market })),
  );
  return [...card, ...split];
}

function scheme(unit: "conversation" | "message", service: Scheme[string]): Scheme {
  return { ...Object.fromEntries(BUSINESS.map((category) => [category, { unit }])), service };
}
