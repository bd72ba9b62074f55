import "server-only";
import { createHash, randomBytes } from "node:crypto";
import { inOrganization, type Transaction } from "@/db/client";
import type { Scope } from "@/lib/auth/scope";
import { combiner } from "@/lib/combining/combining";
import { invariant, Refusal } from "@/lib/errors";
import { saveBook } from "@/lib/ledger/ledger";
import { available, type Book } from "@/lib/ledger/rules";
import { type Micros, sum } from "@/lib/money/money";
import { touch } from "@/lib/months/months";
import { type Organization, readOrganization } from "@/lib/organizations/organizations";
import { organizationNow } from "@/lib/time/clock";
import type { HoldRequest } from "./input";
import { loadPriceList, type PriceList, priceLines } from "./pricing";
import { type FirstRefusal, recordRefusal, shortfallOf } from "./refusals";
import { closeHold, type Hold, LARGEST_GROUP, lineAmount, type PricedLine } from "./rules";
import {
  expireHolds,
  insertHolds,
  type StoredHold,
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
  const requestHash = createHash("sha256").update(JSON.stringify(request)).digest("hex");
  return served(scope, { request, idempotencyKey, requestHash });
}

/** Gives back what a hold still reserves. Releasing a closed hold changes nothing. @throws Refusal not_found */
export async function releaseHold(scope: Scope<"holds:write">, id: string): Promise<PlacedHold> {
  return served(scope, { release: id });
}

type Placing = {
  readonly request: HoldRequest;
  readonly idempotencyKey: string;
  readonly requestHash: string;
};
type Wish = Placing | { readonly release: string };

/** Holds of one organization that come while its ledger is busy are placed and released in one transaction. */
const wishes = combiner<Wish, PlacedHold | Refusal>({
  name: "holds",
  largestBatch: 200,
  mostWaiting: 5_000,
  mostWaitingOfOne: 2_000,
  givesWay: true,
  work: (organizationId, batch) => inOrganization(organizationId, (tx) => serve(tx, organizationId, batch)),
});

async function served({ organizationId }: Scope<"holds:write">, wish: Wish): Promise<PlacedHold> {
  const [answer] = await wishes.combine(organizationId, [wish]);
  if (!answer || answer instanceof Refusal) throw answer;
  return answer;
}

/** What a transaction works on while it serves wishes. */
type Desk = {
  readonly organization: Organization;
  readonly now: Date;
  readonly book: Book;
  readonly prices: PriceList | undefined;
  readonly byId: Map<string, StoredHold>;
  readonly byKey: Map<string, StoredHold>;
  readonly placed: StoredHold[];
  readonly changed: Set<StoredHold>;
  /** The first that was refused for want of balance since one was granted. */
  refused: FirstRefusal | null;
};

/** Serves wishes in their order, each as if it came alone. One that is refused changes nothing. */
async function serve(tx: Transaction, organizationId: number, batch: readonly Wish[]) {
  const organization = await readOrganization(tx, organizationId);
  const now = organizationNow(organization.clock);
  const book = await openAccount(tx, organization, now);
  const ids = batch.flatMap((wish) => ("release" in wish ? [wish.release] : []));
  const keys = batch.flatMap((wish) => ("release" in wish ? [] : [wish.idempotencyKey]));
  const [known, prices] = await Promise.all([
    selectHolds(tx, organizationId, ids, keys),
    keys.length > 0 ? loadPriceList(tx, organization, now) : undefined,
  ]);
  const byId = new Map(known.map((hold) => [hold.id, hold]));
  const byKey = new Map(known.map((hold) => [hold.idempotencyKey, hold]));
  const desk: Desk = {
    organization,
    now,
    book,
    prices,
    byId,
    byKey,
    placed: [],
    changed: new Set(),
    refused: null,
  };
  const answers = batch.map((wish) => {
    try {
      return view("release" in wish ? release(desk, wish.release) : place(desk, wish));
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  });
  if (desk.refused) await recordRefusal(tx, desk, desk.refused);
  await Promise.all([
    insertHolds(tx, organizationId, desk.placed),
    saveHolds(tx, organizationId, desk.changed),
    saveBook(tx, book),
  ]);
  return answers;
}

function place(desk: Desk, { request, idempotencyKey, requestHash }: Placing): StoredHold {
  const { book, organization, now } = desk;
  const earlier = desk.byKey.get(idempotencyKey);
  if (earlier && earlier.requestHash !== requestHash) {
    throw new Refusal(
      "idempotency_conflict",
      "This Idempotency-Key was used for another hold. Use a new key.",
    );
  }
  if (earlier) return earlier;
  if (organization.suspendedAt) {
    throw new Refusal("suspended", "The organization is suspended; nothing can be reserved.");
  }
  refuseDisputed(book);
  invariant(desk.prices, "prices are loaded for whoever places");
  const lines = priceLines(desk.prices, request);
  const amount = sum(lines.map(lineAmount));
  const shortfall = shortfallOf(organization, amount, available(book));
  if (shortfall) {
    if (book.holdRefusedAt === null) desk.refused ??= { refusal: shortfall, reason: request.reason ?? null };
    book.holdRefusedAt ??= now;
    throw shortfall;
  }
  book.holdRefusedAt = null;
  book.onHold += amount;
  const expiresAt = new Date(now.getTime() + request.expires_in * 1_000);
  if (book.nextHoldExpiry === null || expiresAt < book.nextHoldExpiry) book.nextHoldExpiry = expiresAt;
  const hold: StoredHold = {
    id: `hold_${randomBytes(15).toString("base64url")}`,
    idempotencyKey,
    requestHash,
    amount,
    remaining: amount,
    state: "open",
    reason: request.reason ?? null,
    createdAt: now,
    expiresAt,
    closedAt: null,
    availableAfter: available(book),
    lines: lines.map((line, index) => ({ ...line, line: index, remainingQuantity: line.quantity })),
  };
  desk.byKey.set(idempotencyKey, hold);
  desk.placed.push(hold);
  return hold;
}

function release({ byId, book, now, changed }: Desk, id: string): StoredHold {
  const hold = byId.get(id);
  if (!hold) throw new Refusal("not_found", "There is no such hold.");
  if (hold.state === "open") {
    closeHold(book, hold, "released", now);
    changed.add(hold);
  }
  return hold;
}

function view({ lines, ...hold }: StoredHold): PlacedHold {
  return {
    ...hold,
    lines: lines.map(({ market, category, quantity, unitPrice }) => ({
      market,
      category,
      quantity,
      unitPrice,
    })),
  };
}

/** The same answer as a hold, with nothing reserved. @throws Refusal as `placeHold`. */
export async function estimate(scope: Scope<"holds:write">, request: HoldRequest): Promise<Estimate> {
  refuseLargeGroup(request);
  return inOrganization(scope.organizationId, async (tx) => {
    const organization = await readOrganization(tx, scope.organizationId);
    const now = organizationNow(organization.clock);
    const book = await openAccount(tx, organization, now);
    const lines = priceLines(await loadPriceList(tx, organization, now), request);
    const amount = sum(lines.map(lineAmount));
    await saveBook(tx, book);
    refuseDisputed(book);
    const shortfall = shortfallOf(organization, amount, available(book));
    if (shortfall) throw shortfall;
    return { amount, lines, availableAfter: available(book) - amount };
  });
}

/** @throws Refusal not_found */
export async function findHold(scope: Scope<"holds:write">, id: string): Promise<PlacedHold> {
  return inOrganization(scope.organizationId, async (tx) => {
    const organization = await readOrganization(tx, scope.organizationId);
    await saveBook(tx, await openAccount(tx, organization, organizationNow(organization.clock)));
    const [hold] = await selectHolds(tx, scope.organizationId, [id]);
    if (!hold) throw new Refusal("not_found", "There is no such hold.");
    return view(hold);
  });
}

/** Open holds, the one that ends first on top; at most `limit`. The caller has opened the account. */
export async function openHolds(tx: Transaction, organizationId: number, limit: number) {
  return selectOpenHolds(tx, organizationId, limit);
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
