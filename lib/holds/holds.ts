import "server-only";
import { createHash, randomBytes } from "node:crypto";
import { inOrganization, type Transaction } from "@/db/client";
import type { Scope } from "@/lib/auth/scope";
import { normalizeContact } from "@/lib/contact/contact";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { saveBook } from "@/lib/ledger/ledger";
import { available, type Book } from "@/lib/ledger/rules";
import { type Micros, sum, toDecimal } from "@/lib/money/money";
import { touch } from "@/lib/months/months";
import { type Organization, priceBooksOf, readOrganization } from "@/lib/organizations/organizations";
import { loadMarkets, loadPriceBooks } from "@/lib/rating/rating";
import { bookInForce, canonicalCategory, marketOf, priceOf, versionInForce } from "@/lib/rating/rules";
import { organizationNow } from "@/lib/time/clock";
import { dayOf } from "@/lib/time/period";
import type { HoldRequest } from "./input";
import { closeHold, type Hold, LARGEST_GROUP, lineAmount, type PricedLine } from "./rules";
import {
  expireHolds,
  insertHold,
  selectHold,
  selectHoldByKey,
  selectHolds,
  selectNextExpiry,
  selectOpenHolds,
  updateHolds,
} from "./store";

/**
 * Takes the organization's ledger with everything due by now done: months opened, lapsed holds expired. Every use of
 * the balance begins here and ends with `saveBook`.
 */
export async function openAccount(tx: Transaction, organization: Organization, now: Date): Promise<Book> {
  const book = await touch(tx, organization, now);
  if (book.nextHoldExpiry !== null && book.nextHoldExpiry <= now) {
    book.onHold -= await expireHolds(tx, organization.id, now);
    book.nextHoldExpiry = await selectNextExpiry(tx, organization.id);
  }
  return book;
}

/** The holds that charges name, changed in memory by `freePart` and written back with `saveHolds`. */
export async function loadHolds(
  tx: Transaction,
  organizationId: number,
  ids: readonly string[],
): Promise<Map<string, Hold>> {
  if (ids.length === 0) return new Map();
  return new Map((await selectHolds(tx, organizationId, ids)).map((hold) => [hold.id, hold]));
}

export async function saveHolds(
  tx: Transaction,
  organizationId: number,
  holds: Iterable<Hold>,
): Promise<void> {
  const changed = [...holds];
  if (changed.length > 0) await updateHolds(tx, organizationId, changed);
}

/** What sending would cost, and what would be left. */
export type Estimate = {
  readonly amount: Micros;
  readonly lines: readonly PricedLine[];
  readonly availableAfter: Micros;
};

export type PlacedHold = Estimate & {
  readonly id: string;
  readonly state: Hold["state"];
  readonly remaining: Micros;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

/**
 * Reserves the price of what is about to be sent. Two requests at once can never both take the last rupiah; the
 * same key again answers with the first hold.
 *
 * @throws Refusal insufficient_balance (with required, available, shortfall), group_too_large, no_price,
 *   idempotency_conflict (the key was used for another request), suspended, payment_disputed
 */
export async function placeHold(
  scope: Scope<"holds:write">,
  request: HoldRequest,
  idempotencyKey: string,
): Promise<PlacedHold> {
  refuseLargeGroup(request);
  const { organizationId } = scope;
  const requestHash = createHash("sha256").update(JSON.stringify(request)).digest("hex");
  return inOrganization(organizationId, async (tx) => {
    const [before, earlier] = await Promise.all([
      readOrganization(tx, organizationId),
      selectHoldByKey(tx, organizationId, idempotencyKey),
    ]);
    if (earlier) return repeated(tx, organizationId, earlier, requestHash);
    const now = organizationNow(before.clock);
    const book = await openAccount(tx, before, now);
    // Asked again under the lock: the same request may have been served while this one waited.
    const raced = await selectHoldByKey(tx, organizationId, idempotencyKey);
    if (raced) return repeated(tx, organizationId, raced, requestHash);
    if (before.suspendedAt)
      throw new Refusal("suspended", "The organization is suspended; nothing can be reserved.");
    refuseDisputed(book);
    const lines = await priceLines(tx, before, request, now);
    const amount = sum(lines.map(lineAmount));
    refuseShortfall(before, amount, available(book));
    book.onHold += amount;
    const expiresAt = new Date(now.getTime() + request.expires_in * 1_000);
    if (book.nextHoldExpiry === null || expiresAt < book.nextHoldExpiry) book.nextHoldExpiry = expiresAt;
    const hold = {
      id: `hold_${randomBytes(15).toString("base64url")}`,
      idempotencyKey,
      requestHash,
      amount,
      reason: request.reason ?? null,
      createdAt: now,
      expiresAt,
      availableAfter: available(book),
      lines,
    };
    await Promise.all([insertHold(tx, organizationId, hold), saveBook(tx, book)]);
    return { ...hold, state: "open", remaining: amount };
  });
}

/** The same answer as a hold, with nothing reserved. @throws Refusal as `placeHold`. */
export async function estimate(scope: Scope<"holds:write">, request: HoldRequest): Promise<Estimate> {
  refuseLargeGroup(request);
  return inOrganization(scope.organizationId, async (tx) => {
    const organization = await readOrganization(tx, scope.organizationId);
    const now = organizationNow(organization.clock);
    const book = await openAccount(tx, organization, now);
    const lines = await priceLines(tx, organization, request, now);
    const amount = sum(lines.map(lineAmount));
    await saveBook(tx, book);
    refuseDisputed(book);
    refuseShortfall(organization, amount, available(book));
    return { amount, lines, availableAfter: available(book) - amount };
  });
}

/** @throws Refusal not_found */
export async function findHold(scope: Scope<"holds:write">, id: string): Promise<PlacedHold> {
  return inOrganization(scope.organizationId, async (tx) => {
    const organization = await readOrganization(tx, scope.organizationId);
    await saveBook(tx, await openAccount(tx, organization, organizationNow(organization.clock)));
    return view(tx, scope.organizationId, id);
  });
}

/** Gives back what a hold still reserves. Releasing a closed hold changes nothing. @throws Refusal not_found */
export async function releaseHold(scope: Scope<"holds:write">, id: string): Promise<PlacedHold> {
  const { organizationId } = scope;
  return inOrganization(organizationId, async (tx) => {
    const organization = await readOrganization(tx, organizationId);
    const now = organizationNow(organization.clock);
    const book = await openAccount(tx, organization, now);
    const hold = (await loadHolds(tx, organizationId, [id])).get(id);
    if (!hold) throw new Refusal("not_found", "There is no such hold.");
    if (hold.state === "open") {
      closeHold(book, hold, "released", now);
      await saveHolds(tx, organizationId, [hold]);
    }
    await saveBook(tx, book);
    return view(tx, organizationId, id);
  });
}

/** Open holds, the one that ends first on top; at most `limit`. The caller has opened the account. */
export async function openHolds(tx: Transaction, organizationId: number, limit: number) {
  return selectOpenHolds(tx, organizationId, limit);
}

async function repeated(
  tx: Transaction,
  organizationId: number,
  earlier: { id: string; requestHash: string },
  requestHash: string,
): Promise<PlacedHold> {
  if (earlier.requestHash !== requestHash) {
    throw new Refusal(
      "idempotency_conflict",
      "This Idempotency-Key was used for another hold. Use a new key.",
    );
  }
  return view(tx, organizationId, earlier.id);
}

async function view(tx: Transaction, organizationId: number, id: string): Promise<PlacedHold> {
  const [hold, [detail]] = await Promise.all([
    selectHold(tx, organizationId, id),
    selectHolds(tx, organizationId, [id]),
  ]);
  if (!hold || !detail) throw new Refusal("not_found", "There is no such hold.");
  return { ...hold, lines: detail.lines };
}

function refuseLargeGroup(request: HoldRequest): void {
  const members = request.group?.members.length ?? 0;
  if (members > LARGEST_GROUP) {
    throw new Refusal(
      "group_too_large",
      `A group has at most ${LARGEST_GROUP} members; this one has ${members}.`,
    );
  }
}

/** While the payer's bank withholds the money of a top-up, nothing new is sent on credit (stripe.md, Dispute). */
function refuseDisputed(book: Book): void {
  if (book.openDisputes === 0) return;
  throw new Refusal(
    "payment_disputed",
    "A payment of this organization is disputed; nothing can be reserved until the bank has decided.",
  );
}

function refuseShortfall({ slug }: Organization, required: Micros, spendable: Micros): void {
  if (required <= spendable) return;
  const topUp = new URL(`/o/${slug}/package-usage/top-up`, env().NEXTAUTH_URL);
  topUp.searchParams.set("balance", toDecimal(required - spendable));
  throw new Refusal(
    "insufficient_balance",
    "The WhatsApp balance does not cover this. Top up the shortfall first.",
    {
      members: {
        required: toDecimal(required),
        available: toDecimal(spendable),
        shortfall: toDecimal(required - spendable),
        /** Where a person finds the form filled in with exactly this. */
        top_up_url: topUp.href,
      },
    },
  );
}

/** Prices a request at the organization's prices of now, one line per market and category. */
async function priceLines(
  tx: Transaction,
  organization: Organization,
  request: HoldRequest,
  now: Date,
): Promise<PricedLine[]> {
  const day = dayOf(now, organization.timeZone);
  const [assignments, markets] = await Promise.all([priceBooksOf(tx, organization.id), loadMarkets(tx)]);
  const assignment = bookInForce(assignments, day);
  const book = assignment && (await loadPriceBooks(tx, [assignment.priceBookId])).get(assignment.priceBookId);
  const version = book && versionInForce(book, day);
  const lines = new Map<string, PricedLine>();
  for (const { market, category, quantity } of wanted(
    request,
    (contact) => marketOf(normalizeContact("whatsapp", contact), day, markets).market,
  )) {
    const priced = pricedAs(category, organization);
    const price = version && priceOf(version, market, priced);
    if (!price) {
      throw new Refusal(
        "no_price",
        `There is no ${priced} price for ${market} today. Ask your vendor to publish one.`,
      );
    }
    const key = `${market}\0${priced}`;
    const known = lines.get(key)?.quantity ?? 0;
    lines.set(key, { market, category: priced, quantity: known + quantity, unitPrice: price.unitPrice });
  }
  return [...lines.values()];
}

function pricedAs(category: string, organization: Organization): string {
  const international = category === "authentication-international";
  return international && !organization.authenticationInternational ? "authentication" : category;
}

/** A group costs its members' utility price once per line, or once when no line is given. */
function* wanted(request: HoldRequest, marketOfContact: (contact: string) => string) {
  if (request.group) {
    for (let message = 0; message < Math.max(1, request.lines.length); message++) {
      for (const member of request.group.members) {
        yield { market: marketOfContact(member), category: "utility", quantity: 1 };
      }
    }
    return;
  }
  for (const line of request.lines) {
    const category = canonicalCategory(line.category);
    if ("to" in line) {
      for (const contact of line.to) yield { market: marketOfContact(contact), category, quantity: 1 };
    } else {
      yield { market: line.market, category, quantity: line.quantity };
    }
  }
}
