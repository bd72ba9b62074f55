import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import type { Scheme } from "@/db/schema/rating";
import { Refusal } from "@/lib/errors";
import {
  type CardPrice,
  type ManagementFee,
  parseRateCard,
  type RateCard,
  withManagementFee,
} from "@/lib/rating/meta-card";
import {
  findPriceBook,
  loadMarkets,
  loadPriceBooks,
  type Publication,
  type PublishedPrice,
} from "@/lib/rating/rating";
import {
  OTHER_MARKET,
  type PriceChange,
  type PriceVersion,
  priceChanges,
  priceKey,
  splitPriceKey,
  versionInForce,
} from "@/lib/rating/rules";
import type { Day } from "@/lib/time/period";
import { type Outcome, type Provisioner, putPriceVersion } from "./provisioning";
import { standardScheme } from "./standard-prices";

/** What staff give to import one of Meta's rate cards (A3). */
export type CardImport = {
  /** The file's text. */
  readonly card: string;
  /** Slug; a new book takes the card's currency. */
  readonly book: string;
  /** Where nothing is given, the day that the card names. */
  readonly from: Day | null;
  readonly fee: ManagementFee;
};

/** What an import would publish, and what would be different from the prices in force on that day. */
export type CardPreview = {
  readonly publication: Publication;
  readonly changes: readonly PriceChange[];
  /** Markets of the card that no calling code belongs to: their prices would never be used. */
  readonly unknownMarkets: readonly string[];
};

/**
 * What importing a card would publish: the prices in force on the day, overlaid with the card's, fee included.
 *
 * A market that the card does not list keeps its prices. In a market that it lists, a category marked n/a has no
 * price any more; a category that is n/a throughout (service, before Meta priced it) is not the card's business and
 * keeps its prices. The scheme is that of the version in force, in a new book Meta's of the day.
 *
 * @throws Refusal invalid_input for a card that can not be read or a day that nobody names; conflict when the card
 * is in another currency than the book
 */
export async function previewRateCard(_provisioner: Provisioner, wanted: CardImport): Promise<CardPreview> {
  const card = parseRateCard(wanted.card);
  const effectiveFrom = wanted.from ?? card.effectiveFrom;
  if (!effectiveFrom) {
    throw new Refusal("invalid_input", "The card names no day from which it holds: say from when.");
  }
  return acrossOrganizations(async (tx) => {
    const before = await versionBefore(tx, wanted.book, effectiveFrom, card);
    const prices = overlay(before, withManagementFee(card.prices, wanted.fee));
    return {
      publication: {
        slug: wanted.book,
        currency: card.currency,
        effectiveFrom,
        scheme: before?.scheme ?? schemeFor(effectiveFrom),
        prices,
      },
      changes: priceChanges(before, prices),
      unknownMarkets: await marketsWithoutNumbers(tx, card),
    };
  });
}

/** Publishes what `previewRateCard` shows. @throws Refusal as `previewRateCard` and `putPriceVersion` */
export async function importRateCard(
  provisioner: Provisioner,
  wanted: CardImport,
): Promise<CardPreview & { readonly outcome: Outcome }> {
  const preview = await previewRateCard(provisioner, wanted);
  return { ...preview, outcome: await putPriceVersion(provisioner, preview.publication) };
}

async function versionBefore(
  tx: Transaction,
  slug: string,
  day: Day,
  card: RateCard,
): Promise<PriceVersion | undefined> {
  const found = await findPriceBook(tx, slug);
  if (!found) return undefined;
  if (found.currency !== card.currency) {
    throw new Refusal(
      "conflict",
      `The card is in ${card.currency}, the price book ${slug} in ${found.currency}.`,
    );
  }
  const book = (await loadPriceBooks(tx, [found.id])).get(found.id);
  return book && versionInForce(book, day);
}

function overlay(before: PriceVersion | undefined, card: readonly CardPrice[]): PublishedPrice[] {
  const markets = new Set(card.map(({ market }) => market));
  const categories = new Set(card.map(({ category }) => category));
  const prices = new Map<string, PublishedPrice>();
  for (const [key, { unitPrice, tiers }] of before?.prices ?? []) {
    const { market, category } = splitPriceKey(key);
    if (markets.has(market) && categories.has(category)) continue;
    prices.set(key, { market, category, unitPrice, ...(tiers.length > 0 ? { tiers } : {}) });
  }
  for (const row of card) prices.set(priceKey(row.market, row.category), row);
  return [...prices.values()];
}

function schemeFor(day: Day): Scheme {
  const scheme = standardScheme(day);
  if (scheme) return scheme;
  throw new Refusal("invalid_input", "There is no scheme for prices from before June 2023.");
}

async function marketsWithoutNumbers(tx: Transaction, card: RateCard): Promise<string[]> {
  const markets = await loadMarkets(tx);
  const known = new Set([...markets.byPrefix.values()].flat().map(({ market }) => market));
  known.add(OTHER_MARKET);
  return [...new Set(card.prices.map(({ market }) => market))].filter((market) => !known.has(market));
}
