import "server-only";
import { inOrganization, type Transaction } from "@/db/client";
import { openAccount } from "@/lib/holds/holds";
import { saveBook } from "@/lib/ledger/ledger";
import { observeLag } from "@/lib/metrics/metrics";
import { type Organization, readOrganization } from "@/lib/organizations/organizations";
import { organizationNow } from "@/lib/time/clock";
import type { UnreadableEvent, UsageEvent } from "./message";
import {
  insertEventKeys,
  type MessageLocation,
  selectEventKeys,
  selectMessages,
  selectUnpriced,
} from "./messages/store";
import { prepare, prepareFor, save } from "./preparing";
import { applyEvents, reprice } from "./rules";

/** What became of an event. */
export type Outcome = "accepted" | "duplicate" | "in_the_future" | "unreadable";

/** What a batch holds: events, and what can only be repeats of events. */
export type ToldEvent = UsageEvent | UnreadableEvent;

/** How far ahead of the organization's clock an event may be (contracts.md). */
const MOST_AHEAD = 5 * 60_000;

/**
 * Records a batch of one organization's events in the given transaction: remembers the events, takes the ledger, reads
 * what decides them in a few statements, decides in memory, writes in a few statements.
 *
 * Events are remembered before the ledger is taken, so that the next batch of a busy organization does so while this
 * one holds it. Whoever waits for another's event holds no ledger yet: the two never wait for each other.
 */
export async function recordBatch(
  tx: Transaction,
  organizationId: number,
  batch: readonly ToldEvent[],
): Promise<Outcome[]> {
  const before = await readOrganization(tx, organizationId);
  const horizon = organizationNow(before.clock).getTime() + MOST_AHEAD;
  const outcomes = batch.map((event): Outcome => {
    if (event.kind === "unreadable") return "unreadable";
    return event.at > horizon ? "in_the_future" : "accepted";
  });
  // Sent together, one behind the other.
  const [, { organization, book, now }] = await Promise.all([
    markDuplicates(tx, organizationId, batch, outcomes),
    takeAccount(tx, before),
  ]);
  await markRefusedRepeats(tx, organizationId, batch, outcomes);
  const events = batch.flatMap((event, index) =>
    outcomes[index] === "accepted" && event.kind !== "unreadable" ? [event] : [],
  );
  if (events.length === 0) {
    await saveBook(tx, book);
    return outcomes;
  }
  const bench = await prepare(tx, organization, book, now, events);
  applyEvents(bench, events.filter(isAboutARecipient));
  await save(tx, bench);
  if (organization.clock === null) {
    observeLag(now.getTime() - events.reduce((oldest, { at }) => Math.min(oldest, at), now.getTime()));
  }
  return outcomes;
}

/** A group's status as a whole names no member: it is remembered, and that is all. */
function isAboutARecipient(event: UsageEvent): boolean {
  return event.contact !== "";
}

async function takeAccount(tx: Transaction, before: Organization) {
  const book = await openAccount(tx, before, organizationNow(before.clock));
  // A test organization's clock may have moved while this waited for the ledger.
  const organization = before.clock === null ? before : await readOrganization(tx, before.id);
  return { organization, book, now: organizationNow(organization.clock) };
}

async function markDuplicates(
  tx: Transaction,
  organizationId: number,
  batch: readonly ToldEvent[],
  outcomes: Outcome[],
): Promise<void> {
  const positions: number[] = [];
  const seen = new Set<string>();
  batch.forEach((event, index) => {
    if (outcomes[index] !== "accepted") return;
    const key = textOf(event);
    if (seen.has(key)) outcomes[index] = "duplicate";
    else positions.push(index);
    seen.add(key);
  });
  if (positions.length === 0) return;
  const keys = positions.flatMap((index) => batch[index] ?? []);
  for (const n of await insertEventKeys(tx, organizationId, keys)) outcomes[positions[n] ?? -1] = "duplicate";
}

/** A repeat is a duplicate, whatever it says: also when it says what would be refused. */
async function markRefusedRepeats(
  tx: Transaction,
  organizationId: number,
  batch: readonly ToldEvent[],
  outcomes: Outcome[],
): Promise<void> {
  const refused = batch.flatMap((event, index) =>
    outcomes[index] === "in_the_future" || outcomes[index] === "unreadable"
      ? [{ source: event.source, id: event.id, index }]
      : [],
  );
  if (refused.length === 0) return;
  const acceptedAt = new Map<string, number>();
  batch.forEach((event, index) => {
    if (outcomes[index] === "accepted") acceptedAt.set(textOf(event), index);
  });
  for (const n of await selectEventKeys(tx, organizationId, refused)) {
    const repeat = refused[n];
    // What is accepted further down in this batch was not known yet.
    if (repeat && (acceptedAt.get(textOf(repeat)) ?? -1) < repeat.index) outcomes[repeat.index] = "duplicate";
  }
}

function textOf({ source, id }: { readonly source: string; readonly id: string }): string {
  return `${source}\0${id}`;
}

/** Charges every parked message that has a price by now, oldest first. @returns how many were charged. */
export async function repriceBatch(organizationId: number): Promise<number> {
  let charged = 0;
  let after: MessageLocation | null = null;
  for (;;) {
    const last: MessageLocation | null = after;
    const done = await inOrganization(organizationId, async (tx) => {
      const { organization, book, now } = await takeAccount(tx, await readOrganization(tx, organizationId));
      const locations = await selectUnpriced(tx, organizationId, REPRICED_AT_ONCE, last);
      const parked = locations.length === 0 ? [] : await selectMessages(tx, organizationId, locations);
      const messages = parked.filter(({ charge }) => charge?.basis.unpriced !== "no_category");
      messages.sort((a, b) => (a.storedAt ?? 0) - (b.storedAt ?? 0) || a.id - b.id);
      if (messages.length > 0) {
        const bench = await prepareFor(tx, organization, book, now, messages);
        reprice(bench, messages);
        await save(tx, bench);
      } else {
        await saveBook(tx, book);
      }
      return {
        last: locations.at(-1),
        charged: messages.filter(({ charge }) => charge?.paidFrom !== "unpriced").length,
      };
    });
    charged += done.charged;
    if (!done.last) return charged;
    after = done.last;
  }
}

const REPRICED_AT_ONCE = 1_000;
