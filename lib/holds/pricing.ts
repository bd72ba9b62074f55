import "server-only";
import type { Transaction } from "@/db/client";
import { normalizeContact } from "@/lib/contact/contact";
import { Refusal } from "@/lib/errors";
import type { Organization } from "@/lib/organizations/organizations";
import { loadAssignedBooks, loadMarkets } from "@/lib/rating/rating";
import {
  bookInForce,
  canonicalCategory,
  type Markets,
  marketOf,
  type PriceVersion,
  priceOf,
  versionInForce,
} from "@/lib/rating/rules";
import { type Day, dayOf } from "@/lib/time/period";
import type { HoldRequest } from "./input";
import type { PricedLine } from "./rules";

/** What prices a request: the markets and the organization's prices of one day. */
export type PriceList = {
  readonly day: Day;
  readonly markets: Markets;
  /** Undefined while no version is in force. */
  readonly version: PriceVersion | undefined;
  readonly authenticationInternational: boolean;
};

/** The organization's prices of now. */
export async function loadPriceList(
  tx: Transaction,
  organization: Organization,
  now: Date,
): Promise<PriceList> {
  const day = dayOf(now, organization.timeZone);
  const [{ assignments, books }, markets] = await Promise.all([
    loadAssignedBooks(tx, organization.id),
    loadMarkets(tx),
  ]);
  const assignment = bookInForce(assignments, day);
  const book = assignment && books.get(assignment.priceBookId);
  const version = book && versionInForce(book, day);
  return { day, markets, version, authenticationInternational: organization.authenticationInternational };
}

/** One line per market and category. @throws Refusal no_price */
export function priceLines(list: PriceList, request: HoldRequest): PricedLine[] {
  const lines = new Map<string, PricedLine>();
  for (const { market, category, quantity } of wanted(list, request)) {
    const price = list.version && priceOf(list.version, market, category);
    if (!price) {
      throw new Refusal(
        "no_price",
        `There is no ${category} price for ${market} today. Ask your vendor to publish one.`,
      );
    }
    const key = `${market}\0${category}`;
    const known = lines.get(key)?.quantity ?? 0;
    lines.set(key, { market, category, quantity: known + quantity, unitPrice: price.unitPrice });
  }
  return [...lines.values()];
}

/** A group costs its members' utility price once per line, or once when no line is given. */
function* wanted(list: PriceList, request: HoldRequest): Generator<Omit<PricedLine, "unitPrice">> {
  const home = (contact: string) =>
    marketOf(normalizeContact("whatsapp", contact), list.day, list.markets).market;
  if (request.group) {
    for (let message = 0; message < Math.max(1, request.lines.length); message++) {
      for (const member of request.group.members) {
        yield { market: home(member), category: "utility", quantity: 1 };
      }
    }
    return;
  }
  for (const line of request.lines) {
    const category = pricedAs(canonicalCategory(line.category), list);
    if ("to" in line) for (const contact of line.to) yield { market: home(contact), category, quantity: 1 };
    else yield { market: line.market, category, quantity: line.quantity };
  }
}

function pricedAs(category: string, { authenticationInternational }: PriceList): string {
  const international = category === "authentication-international";
  return international && !authenticationInternational ? "authentication" : category;
}
