import "server-only";
import { readInOrganization } from "@/db/client";
import type { Scope } from "@/lib/auth/scope";
import type { Micros } from "@/lib/money/money";
import { organizationOf } from "@/lib/organizations/organizations";
import { loadAssignedBooks } from "@/lib/rating/rating";
import { type PriceVersion, priceKey, schemeOf, splitPriceKey } from "@/lib/rating/rules";
import { organizationNow } from "@/lib/time/clock";
import { type Day, dayOf } from "@/lib/time/period";

/** When a version holds for the organization: before today, today, or from a day that has not come yet. */
export type VersionState = "past" | "in_force" | "future";

export type ListedVersion = {
  readonly from: Day;
  readonly state: VersionState;
  readonly book: string;
};

/** One market's price per category; null where the version has none. */
export type PriceRow = { readonly market: string; readonly prices: readonly (PriceCell | null)[] };
export type PriceCell = {
  readonly unitPrice: Micros;
  readonly tiers: readonly { readonly above: number; readonly unitPrice: Micros }[];
};

/** How a category is counted and when it is free. */
export type CategoryRule = {
  readonly category: string;
  readonly unit: "message" | "conversation";
  readonly freeInWindow: boolean;
  readonly freePerNumberAndMonth: number;
};

export type PriceTable = {
  readonly currency: string;
  /** Newest first. */
  readonly versions: readonly ListedVersion[];
  readonly shown: ListedVersion;
  readonly categories: readonly CategoryRule[];
  readonly rows: readonly PriceRow[];
};

/** The order in which people expect the categories; the rest follow by name. */
const FIRST = ["marketing", "utility", "authentication", "authentication-international", "service"];

/**
 * The price table of the organization (U11): the version in force or, if `from` names one, another of those that held or
 * will hold for it. Null when the organization has no price book.
 */
export async function readPriceTable(
  scope: Scope<"usage:read">,
  from: Day | undefined,
): Promise<PriceTable | null> {
  const { timeZone, clock } = await organizationOf(scope);
  const today = dayOf(organizationNow(clock), timeZone);
  const dated = await readInOrganization(scope.organizationId, async (tx) => {
    const { assignments, books } = await loadAssignedBooks(tx, scope.organizationId);
    return assignments.flatMap((assignment, index) => {
      const book = books.get(assignment.priceBookId);
      const until = assignments[index + 1]?.fromDay;
      return book ? versionsWithin(book, index === 0 ? "0000-01-01" : assignment.fromDay, until) : [];
    });
  });
  const inForce = dated.findLast((version) => version.from <= today) ?? dated[0];
  if (!inForce) return null;
  const shown = dated.find((version) => version.from === from) ?? inForce;
  const list = ({ from: day, book }: DatedVersion): ListedVersion => ({
    from: day,
    book,
    state: day === inForce.from ? "in_force" : day > today ? "future" : "past",
  });
  return {
    currency: shown.currency,
    versions: dated.map(list).reverse(),
    shown: list(shown),
    ...tableOf(shown.version),
  };
}

type DatedVersion = {
  readonly from: Day;
  readonly book: string;
  readonly currency: string;
  readonly version: PriceVersion;
};

/** The versions of a book that hold while it is assigned; the one in force on the first day begins on that day. */
function versionsWithin(
  book: { name: string; currency: string; versions: readonly PriceVersion[] },
  from: Day,
  until: Day | undefined,
): DatedVersion[] {
  return book.versions.flatMap((version, index) => {
    const next = book.versions[index + 1]?.effectiveFrom;
    const begins = version.effectiveFrom < from ? from : version.effectiveFrom;
    const isOver = next !== undefined && next <= from;
    if (isOver || (until !== undefined && begins >= until)) return [];
    return [{ from: begins, book: book.name, currency: book.currency, version }];
  });
}

function tableOf(version: PriceVersion): Pick<PriceTable, "categories" | "rows"> {
  const keys = [...version.prices.keys()].map(splitPriceKey);
  const known = new Set([...keys.map(({ category }) => category), ...Object.keys(version.scheme)]);
  const others = [...known].filter((category) => !FIRST.includes(category)).sort();
  const categories = [...FIRST.filter((category) => known.has(category)), ...others];
  const markets = [...new Set(keys.map(({ market }) => market))].sort(byMarket);
  return {
    categories: categories.map((category) => {
      const scheme = schemeOf(version, category);
      return {
        category,
        unit: scheme.unit,
        freeInWindow: scheme.free_in_window ?? false,
        freePerNumberAndMonth: scheme.free_per_number_and_month ?? 0,
      };
    }),
    rows: markets.map((market) => ({
      market,
      prices: categories.map((category) => version.prices.get(priceKey(market, category)) ?? null),
    })),
  };
}

/** By name; "Other" and the "Rest of …" markets come last, as on Meta's card. */
function byMarket(a: string, b: string): number {
  const rank = (market: string) => (market === "Other" ? 2 : market.startsWith("Rest of") ? 1 : 0);
  return rank(a) - rank(b) || a.localeCompare(b, "en");
}
