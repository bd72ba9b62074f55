import "server-only";
import { acrossOrganizations, readInOrganization } from "@/db/client";
import type { Scheme } from "@/db/schema/rating";
import type { StaffScope } from "@/lib/auth/scope";
import { findPriceBook, loadPriceBooks, type Publication } from "@/lib/rating/rating";
import { type PriceVersion, priceKey, splitPriceKey } from "@/lib/rating/rules";
import { organizationNow, systemNow } from "@/lib/time/clock";
import { addDays, type Day, dayOf, periodOfDays, startOfDay } from "@/lib/time/period";
import { type Rerated, rerate } from "./rules";
import {
  limitTime,
  selectBooks,
  selectDelivered,
  selectOrganizationsOnBook,
  selectVersionFacts,
} from "./store";

/** A price book as the list shows it. */
export type ListedBook = Awaited<ReturnType<typeof selectBooks>>[number];

/** Every price book, by slug, with the version in force on a day (A3). */
export async function listBooks(_scope: StaffScope<"back_office:read">, today: Day): Promise<ListedBook[]> {
  return acrossOrganizations((tx) => selectBooks(tx, today));
}

/** One dated version of a book. `used`: charges were priced by it, so no price in it changes any more. */
export type BookVersion = { readonly from: Day; readonly used: boolean; readonly publishedAt: Date };

/** One market's prices, in the order of `categories`; null where there is none. */
export type MarketPrices = { readonly market: string; readonly prices: readonly (bigint | null)[] };

export type BookFile = {
  readonly slug: string;
  readonly name: string;
  readonly currency: string;
  /** Newest first. */
  readonly versions: readonly BookVersion[];
  readonly shown: {
    readonly from: Day;
    readonly scheme: Scheme;
    readonly categories: readonly string[];
    readonly markets: readonly MarketPrices[];
  } | null;
};

const FIRST = ["marketing", "utility", "authentication", "authentication-international", "service"];

/**
 * A price book with one of its versions: that of `from`, else the one in force on `today`, else its first. Null when
 * there is no book of that slug.
 */
export async function readBook(
  _scope: StaffScope<"back_office:read">,
  slug: string,
  from: Day | undefined,
  today: Day,
): Promise<BookFile | null> {
  return acrossOrganizations(async (tx) => {
    const found = await findPriceBook(tx, slug);
    if (!found) return null;
    const [versions, books] = await Promise.all([
      selectVersionFacts(tx, found.id),
      loadPriceBooks(tx, [found.id]),
    ]);
    const all = books.get(found.id)?.versions ?? [];
    const shown =
      all.find(({ effectiveFrom }) => effectiveFrom === from) ??
      all.findLast(({ effectiveFrom }) => effectiveFrom <= today) ??
      all[0];
    return { ...found, versions, shown: shown ? shownVersion(shown) : null };
  });
}

function shownVersion(version: PriceVersion): NonNullable<BookFile["shown"]> {
  const keys = [...version.prices.keys()].map(splitPriceKey);
  const rank = (category: string) => (FIRST.includes(category) ? FIRST.indexOf(category) : FIRST.length);
  const categories = [...new Set(keys.map(({ category }) => category))].sort(
    (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1),
  );
  const markets = [...new Set(keys.map(({ market }) => market))].sort((a, b) => a.localeCompare(b, "en"));
  return {
    from: version.effectiveFrom,
    scheme: version.scheme,
    categories,
    markets: markets.map((market) => ({
      market,
      prices: categories.map((category) => version.prices.get(priceKey(market, category))?.unitPrice ?? null),
    })),
  };
}

/** How many days of the past an impact preview looks at. */
export const IMPACT_DAYS = 30;

/** What a publication would have changed for one client. Amounts in the client's currency. */
export type ClientImpact = Rerated & {
  readonly slug: string;
  readonly name: string;
  readonly currency: string;
};

/** What a preview found within its time. */
export type ImpactPreview = {
  /** How many clients use the book on that day. */
  readonly clients: number;
  /** Those that were rated, with the most use first. */
  readonly rated: readonly ClientImpact[];
};

const PATIENCE_MS = 2_000;
const SHORTEST_MS = 50;

/**
 * Rates the last 30 days of the clients of a book anew with a version that is not published yet (A3). Changes nothing.
 * Clients are those that use the book on the day from which the version holds. Somebody waits for the answer: when the
 * time is up, those that are left, who used the least, are not rated.
 */
export async function previewImpact(
  _scope: StaffScope<"back_office:read">,
  publication: Publication,
  patienceMs = PATIENCE_MS,
): Promise<ImpactPreview> {
  const clients = await acrossOrganizations(async (tx) => {
    const book = await findPriceBook(tx, publication.slug);
    return book ? selectOrganizationsOnBook(tx, book.id, publication.effectiveFrom) : [];
  });
  const version = toVersion(publication);
  const end = systemNow().getTime() + patienceMs;
  const rated: ClientImpact[] = [];
  for (const client of clients) {
    const left = end - systemNow().getTime();
    const groups = left < SHORTEST_MS ? null : await deliveredTo(client, left);
    if (groups === null) break;
    const { slug, name, currency } = client;
    rated.push({ slug, name, currency, ...rerate(groups, version) });
  }
  return { clients: clients.length, rated };
}

type Client = Awaited<ReturnType<typeof selectOrganizationsOnBook>>[number];

/** What a client was delivered in the last 30 days; null when reading it takes too long. */
async function deliveredTo({ id, time_zone: zone, clock }: Client, patienceMs: number) {
  const today = dayOf(organizationNow(clock === null ? null : new Date(Number(clock))), zone);
  const from = addDays(today, 1 - IMPACT_DAYS);
  const period = periodOfDays({ from: `${from.slice(0, 7)}-01`, to: today }, zone);
  try {
    return await readInOrganization(id, async (tx) => {
      await limitTime(tx, patienceMs);
      return selectDelivered(tx, id, period, startOfDay(from, zone), zone);
    });
  } catch (error) {
    if (errorCode(error) === QUERY_CANCELED) return null;
    throw error;
  }
}

const QUERY_CANCELED = "57014";

function errorCode(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function toVersion({ effectiveFrom, scheme, prices }: Publication): PriceVersion {
  return {
    id: 0,
    effectiveFrom,
    scheme,
    prices: new Map(
      prices.map(({ market, category, unitPrice, tiers }) => [
        priceKey(market, category),
        { unitPrice, tiers: tiers ?? [] },
      ]),
    ),
  };
}
