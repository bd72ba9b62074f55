import "server-only";
import type { Transaction } from "@/db/client";
import { writeTogether } from "@/db/together";
import { loadHolds, saveHolds } from "@/lib/holds/holds";
import { bookWrites } from "@/lib/ledger/ledger";
import { type Book, move } from "@/lib/ledger/rules";
import { quotasFor } from "@/lib/months/months";
import type { Organization } from "@/lib/organizations/organizations";
import { quotaWrites } from "@/lib/quotas/quotas";
import { loadAssignedBooks, loadMarkets, markVersionsUsed } from "@/lib/rating/rating";
import { schemeOf } from "@/lib/rating/rules";
import { dayOf, type Month, monthOf } from "@/lib/time/period";
import { type Message, occurrenceOf, type UsageEvent } from "./message";
import { insertMessages, selectMessageLocations, selectMessages, updateMessages } from "./messages/store";
import {
  addToRollups,
  insertInbound,
  replaceConversations,
  selectConversations,
  selectCounters,
  selectDeliveries,
  selectVisitors,
  selectWindows,
  upsertCounters,
  upsertEntryPoints,
  upsertVisitors,
} from "./store";
import { emptyTally } from "./tally";
import { CONVERSATION_LASTS, ENTRY_ANSWER_WITHIN, LOOK_BACK, peerKey } from "./windows";
import { counterKey, messageKey, visitorKey, type Workbench } from "./workbench";

type Peer = { readonly businessNumber: string; readonly peer: string };
type Needs = {
  readonly months: ReadonlySet<Month>;
  /** Keys by `peerKey`. */
  readonly peers: ReadonlyMap<string, Peer>;
  readonly from: number;
  readonly to: number;
  readonly holds: ReadonlySet<string>;
};

/** Reads everything that decides some events, in a few statements. */
export async function prepare(
  tx: Transaction,
  organization: Organization,
  book: Book,
  now: Date,
  events: readonly UsageEvent[],
): Promise<Workbench> {
  const keys = new Map(
    events
      .filter(({ kind }) => kind !== "received" && kind !== "called")
      .map((event) => [messageKey(event.messageId, event.contact), event]),
  );
  const expected = expectedOf(needsOf(organization, events, []));
  // One journey: what the messages they are about need besides is asked for only where it lies elsewhere.
  const [locations, visitors, expectedState] = await Promise.all([
    keys.size === 0 ? [] : selectMessageLocations(tx, organization.id, [...keys.values()]),
    knownVisitors(tx, organization, events),
    readState(tx, organization, book, expected),
  ]);
  const known = locations.length === 0 ? [] : await selectMessages(tx, organization.id, locations);
  const needs = needsOf(organization, events, known);
  const isCovered = covers(expected, needs);
  const state = isCovered ? expectedState : await readState(tx, organization, book, needs);
  const bench = await workbench(tx, organization, book, now, needs, state);
  for (const message of known) bench.messages.set(messageKey(message.messageId, message.contact), message);
  const entering = events.filter(({ fromAd }) => fromAd);
  if (entering.length > 0) await loadDeliveries(tx, bench, entering);
  for (const visitor of visitors) {
    bench.visitors.set(visitorKey(visitor.month, visitor.channel, visitor.contact), visitor);
  }
  return bench;
}

/** Who comes through an ad may have been answered before the news of it came: looks for such deliveries. */
async function loadDeliveries(
  tx: Transaction,
  bench: Workbench,
  entering: readonly UsageEvent[],
): Promise<void> {
  const times = entering.map(({ at }) => at);
  const found = await selectDeliveries(
    tx,
    bench.organization.id,
    entering.map(({ businessNumber, contact }) => ({ businessNumber, peer: contact })),
    Math.min(...times),
    Math.max(...times) + ENTRY_ANSWER_WITHIN,
  );
  const byPeer = groupBy(
    found,
    ({ businessNumber, peer }) => peerKey(businessNumber, peer),
    ({ id, at }) => ({ id, at }),
  );
  for (const [key, deliveries] of byPeer) bench.storedDeliveries.set(key, deliveries);
}

/** The same for messages that are to be charged anew. */
export async function prepareFor(
  tx: Transaction,
  organization: Organization,
  book: Book,
  now: Date,
  messages: readonly Message[],
): Promise<Workbench> {
  const needs = needsOf(organization, [], messages);
  const state = await readState(tx, organization, book, needs);
  const bench = await workbench(tx, organization, book, now, needs, state);
  for (const message of messages) bench.messages.set(messageKey(message.messageId, message.contact), message);
  return bench;
}

function holdIds(events: readonly UsageEvent[], known: readonly Message[]): string[] {
  return [
    ...events.flatMap(({ hold }) => hold ?? []),
    ...known.flatMap(({ holdId, holdFreed }) => (holdFreed ? [] : (holdId ?? []))),
  ];
}

async function knownVisitors(tx: Transaction, organization: Organization, events: readonly UsageEvent[]) {
  const keys = events.flatMap((event) => {
    if (event.kind !== "received") return [];
    const month = monthOf(event.at, organization.timeZone);
    const contacts = event.formerContact === null ? [event.contact] : [event.contact, event.formerContact];
    return contacts.map((contact) => ({ month, channel: event.channel, contact }));
  });
  const distinct = new Map(keys.map((key) => [visitorKey(key.month, key.channel, key.contact), key]));
  return distinct.size === 0 ? [] : selectVisitors(tx, organization.id, [...distinct.values()]);
}

/** Which months, customers and times the events and the messages they are about touch. */
function needsOf(
  organization: Organization,
  events: readonly UsageEvent[],
  known: readonly Message[],
): Needs {
  const peers = new Map<string, Peer>();
  const months = new Set<Month>();
  let from = Number.MAX_SAFE_INTEGER;
  let to = -8.64e15;
  const see = (at: number) => {
    from = Math.min(from, at);
    to = Math.max(to, at);
    months.add(monthOf(at, organization.timeZone));
  };
  const meet = (channel: string, businessNumber: string, peer: string) => {
    if (channel === "whatsapp") peers.set(peerKey(businessNumber, peer), { businessNumber, peer });
  };
  for (const event of events) {
    see(event.at);
    meet(event.channel, event.businessNumber, event.groupId ?? event.contact);
  }
  for (const message of known) {
    see(occurrenceOf(message));
    meet(message.channel, message.businessNumber, message.groupId ?? message.contact);
  }
  return {
    months,
    peers,
    from: from - LOOK_BACK,
    to: to + CONVERSATION_LASTS,
    holds: new Set(holdIds(events, known)),
  };
}

/** What events will need most likely: most are about messages that were sent, delivered and read within a day. */
function expectedOf({ from, to, ...needs }: Needs): Needs {
  return { ...needs, from: from - EXPECTED_WITHIN, to: to + EXPECTED_WITHIN };
}

const EXPECTED_WITHIN = 86_400_000;

function covers(expected: Needs, { months, peers, from, to, holds }: Needs): boolean {
  return (
    expected.from <= from &&
    expected.to >= to &&
    [...months].every((month) => expected.months.has(month)) &&
    [...peers.keys()].every((key) => expected.peers.has(key)) &&
    [...holds].every((id) => expected.holds.has(id))
  );
}

type State = Awaited<ReturnType<typeof readState>>;

async function readState(tx: Transaction, organization: Organization, book: Book, needs: Needs) {
  const { id } = organization;
  const months = [...needs.months];
  const [{ assignments, books }, markets, quotas, counters, windows, holds] = await Promise.all([
    loadAssignedBooks(tx, id),
    loadMarkets(tx),
    quotasFor(tx, organization, book, months),
    selectCounters(tx, id, months),
    needs.peers.size === 0
      ? { inbound: [], entryPoints: [] }
      : selectWindows(tx, id, [...needs.peers.values()], needs.from, needs.to),
    loadHolds(tx, id, [...needs.holds]),
  ]);
  return { assignments, priceBooks: books, markets, quotas, counters, windows, holds };
}

async function workbench(
  tx: Transaction,
  organization: Organization,
  book: Book,
  now: Date,
  needs: Needs,
  { assignments, priceBooks, markets, quotas, counters, windows, holds }: State,
): Promise<Workbench> {
  const bench: Workbench = {
    organization,
    book,
    now,
    posting: book.nextPosting,
    assignments,
    priceBooks,
    markets,
    quotas,
    touchedQuotas: new Set(),
    counters: new Map(counters.map(({ month, counter, units }) => [counterKey(month, counter), units])),
    touchedCounters: new Set(),
    messages: new Map(),
    touchedMessages: new Set(),
    inbound: groupBy(
      windows.inbound,
      ({ businessNumber, peer }) => peerKey(businessNumber, peer),
      ({ at }) => at,
    ),
    newInbound: [],
    entryPoints: groupBy(
      windows.entryPoints,
      ({ businessNumber, contact }) => peerKey(businessNumber, contact),
      (entry) => entry,
    ),
    conversations: new Map(),
    visitors: new Map(),
    holds,
    touchedHolds: new Set(),
    usedVersions: new Set(),
    initial: book.balances.initial,
    additional: book.balances.additional,
    settled: 0n,
    storedDeliveries: new Map(),
    tally: emptyTally(),
  };
  if (countsConversations(bench, needs)) {
    const open = await selectConversations(
      tx,
      organization.id,
      [...needs.peers.values()],
      needs.from,
      needs.to,
    );
    const byPeer = groupBy(
      open,
      ({ businessNumber, contact }) => peerKey(businessNumber, contact),
      (one) => one,
    );
    for (const [key, list] of byPeer) bench.conversations.set(key, list);
  }
  return bench;
}

/** Whether any version in force at these times charges by conversation: the newest do not. */
function countsConversations(bench: Workbench, needs: Needs): boolean {
  if (needs.peers.size === 0) return false;
  const firstDay = dayOf(needs.from, bench.organization.timeZone);
  return [...bench.priceBooks.values()].some(({ versions }) =>
    versions.some(
      (version, index) =>
        (versions[index + 1]?.effectiveFrom ?? "9999") > firstDay &&
        Object.keys(version.scheme).some((category) => schemeOf(version, category).unit === "conversation"),
    ),
  );
}

function groupBy<Item, Value>(
  items: readonly Item[],
  key: (item: Item) => string,
  value: (item: Item) => Value,
): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(value(item));
    else groups.set(key(item), [value(item)]);
  }
  return groups;
}

/** Writes everything that the rules changed, the book as well, in a few statements. @throws PricesChanged */
export async function save(tx: Transaction, bench: Workbench): Promise<void> {
  const { id } = bench.organization;
  book(bench);
  const placed = [...bench.touchedMessages].map((message) => ({
    message,
    occurredAt: occurrenceOf(message),
  }));
  const added = placed.filter(({ message }) => message.storedAt === null);
  const changed = placed.filter(({ message }) => message.storedAt !== null);
  const visitors = [...bench.visitors.values()].filter((visitor) => visitor.changed);
  const entries = [...bench.entryPoints.values()].flat().filter((entry) => entry.changed);
  const conversations = [...bench.conversations.values()]
    .flat()
    .filter(({ changed, closed }) => changed || closed);
  const counters = [...bench.touchedCounters].map((key) => {
    const [month = "", counter = ""] = splitOnce(key);
    return { month, counter, units: bench.counters.get(key) ?? 0 };
  });
  const quotas = [...bench.touchedQuotas].flatMap((month) => bench.quotas.get(month) ?? []);
  const totals = [
    ...addToRollups(id, bench.tally),
    ...quotaWrites(id, quotas),
    ...(counters.length > 0 ? [upsertCounters(id, counters)] : []),
    ...bookWrites(bench.book),
  ];
  await Promise.all([
    added.length > 0 && insertMessages(tx, id, added),
    changed.length > 0 && updateMessages(tx, id, changed),
    visitors.length > 0 && upsertVisitors(tx, id, visitors),
    bench.newInbound.length > 0 && insertInbound(tx, id, bench.newInbound),
    entries.length > 0 && upsertEntryPoints(tx, id, entries),
    conversations.length > 0 && replaceConversations(tx, id, conversations),
    saveHolds(tx, id, bench.touchedHolds),
    writeTogether(tx, totals),
  ]);
  if (!(await markVersionsUsed(tx, bench.priceBooks, [...bench.usedVersions]))) throw new PricesChanged();
}

/** A price version was published anew between reading it and first charging by it: the batch must be decided again. */
export class PricesChanged extends Error {
  override readonly name = "PricesChanged";
}

/** Books what the charges of this posting took from each balance, a transfer per day and account. */
function book(bench: Workbench): void {
  const cause = `posting:${bench.posting}`;
  const draws = [...bench.tally.draws.values()].sort((a, b) => a.occurredAt - b.occurredAt);
  const transfers = draws.flatMap(({ initial, additional, occurredAt }) => [
    { account: "initial" as const, amount: initial, occurredAt: new Date(occurredAt) },
    { account: "additional" as const, amount: additional, occurredAt: new Date(occurredAt) },
  ]);
  // What is given back comes first, so that the initial balance never dips below 0 on the way.
  for (const { account, amount, occurredAt } of transfers) {
    if (amount < 0n) {
      move(bench.book, { kind: "usage", from: "usage", to: account, amount: -amount, occurredAt, cause });
    }
  }
  if (bench.settled > 0n) {
    const settlement = { kind: "settlement", from: "initial", to: "additional" } as const;
    move(bench.book, { ...settlement, amount: bench.settled, occurredAt: bench.now, cause });
  }
  for (const { account, amount, occurredAt } of transfers) {
    if (amount > 0n)
      move(bench.book, { kind: "usage", from: account, to: "usage", amount, occurredAt, cause });
  }
  bench.book.nextPosting += 1;
}

function splitOnce(key: string): string[] {
  const at = key.indexOf("\0");
  return [key.slice(0, at), key.slice(at + 1)];
}
