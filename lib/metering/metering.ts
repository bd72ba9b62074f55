import "server-only";
import { setImmediate } from "node:timers/promises";
import { acrossOrganizations, inOrganization } from "@/db/client";
import type { MachineScope, Scope } from "@/lib/auth/scope";
import { announceChange } from "@/lib/changes/changes";
import { combiner } from "@/lib/combining/combining";
import { turnstile } from "@/lib/combining/turnstile";
import { Refusal } from "@/lib/errors";
import { countChargeError } from "@/lib/metrics/metrics";
import { findOrganizations } from "@/lib/organizations/organizations";
import { parseCloudEvent } from "./cloudevents";
import type { UsageEvent } from "./message";
import { PricesChanged } from "./preparing";
import { type Outcome, recordBatch, repriceBatch, type ToldEvent } from "./recording";

/** How many events one request may bring. */
export const MOST_EVENTS = 1_000;

/** How many events are read before others get their turn: about a millisecond's work. */
const SLICE = 250;

export type RejectedEvent = {
  readonly index: number;
  readonly id?: string;
  readonly code: string;
  readonly detail: string;
};

export type Recorded = {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly RejectedEvent[];
};

type Indexed = {
  readonly index: number;
  readonly event: ToldEvent;
  /** Why it is refused unless it is a repeat; null for what can be recorded. */
  readonly refusal: RejectedEvent | null;
};

/**
 * Records what happened to messages: each event once for ever, each message and recipient charged at most once.
 * What is accepted is charged, counted and visible when this returns (M1). A bad item never blocks a good one.
 * Sending the same items again changes nothing.
 *
 * @param items CloudEvents as they came; at most MOST_EVENTS
 * @throws Refusal too_many_events; overloaded when more is waiting than can be worked off soon. An error of the
 *   database leaves some organizations' items recorded and the rest not: send all again.
 */
export async function recordEvents(
  scope: MachineScope<"events:write">,
  items: readonly unknown[],
): Promise<Recorded> {
  if (items.length > MOST_EVENTS) {
    throw new Refusal(
      "too_many_events",
      `A batch holds at most ${MOST_EVENTS} events; this one has ${items.length}.`,
    );
  }
  const { bySubject, rejected } = await (items.length > SLICE
    ? large(() => readItems(items))
    : readItems(items));
  const organizations = await organizationIds(scope, [...bySubject.keys()]);
  let accepted = 0;
  let duplicates = 0;
  const recordings = [...bySubject].map(async ([slug, list]) => {
    const organizationId = organizations.get(slug);
    if (organizationId === undefined) {
      const detail = `There is no organization "${slug}" that this key may write to.`;
      for (const { index, event, refusal } of list)
        rejected.push(refusal ?? rejection(index, event.id, "unknown_organization", detail));
      return;
    }
    const outcomes = await recordFor(
      organizationId,
      list.map(({ event }) => event),
    );
    list.forEach(({ index, event, refusal }, position) => {
      const outcome = outcomes[position];
      if (outcome === "accepted") accepted++;
      else if (outcome === "duplicate") duplicates++;
      else rejected.push(refusal ?? rejection(index, event.id, "in_the_future", IN_THE_FUTURE));
    });
  });
  await Promise.all(recordings);
  rejected.sort((a, b) => a.index - b.index);
  return { accepted, duplicates, rejected };
}

const large = turnstile();

/**
 * Spares a flooded server the parsing of what it would refuse: looks at the text that a large batch begins with for the
 * organization that it is about.
 *
 * @throws Refusal overloaded when nothing more is taken for that organization
 */
export function refuseEarly(scope: MachineScope<"events:write">, beginning: string): void {
  const slug = /"subject"\s*:\s*"([^"\\]+)"/.exec(beginning)?.[1];
  const organizationId = scope.onlyOrganizationId ?? (slug === undefined ? undefined : knownIds.get(slug));
  if (organizationId !== undefined) recordings.mustHaveRoom(organizationId);
}

/** What was sent, by the organization it is about; rejected is what does not even say which event it is. */
async function readItems(items: readonly unknown[]) {
  const rejected: RejectedEvent[] = [];
  const bySubject = new Map<string, Indexed[]>();
  for (const [index, item] of items.entries()) {
    // A large batch lets small requests of others through between its slices.
    if (index > 0 && index % SLICE === 0) await setImmediate();
    const parsed = parseCloudEvent(item);
    if (parsed.ok) {
      append(bySubject, parsed.subject, { index, event: parsed.event, refusal: null });
      continue;
    }
    const refusal = rejection(index, parsed.id, parsed.code, parsed.detail);
    if (parsed.identity === null) {
      rejected.push(refusal);
      continue;
    }
    const { subject, source, id } = parsed.identity;
    append(bySubject, subject, { index, event: { kind: "unreadable", source, id }, refusal });
  }
  return { bySubject, rejected };
}

const IN_THE_FUTURE = "time is more than 5 minutes ahead of the organization's clock.";

/** Records events that another door has read (webhooks). Outcomes come in the order of the events. */
export async function recordOwnEvents(scope: Scope<"events:write">, events: readonly UsageEvent[]) {
  return recordFor(scope.organizationId, events);
}

/** Charges what waited for a price that is published now. Called after a price version is published. */
export async function chargeUnpriced(scope: Scope<"events:write">): Promise<number> {
  return repriceBatch(scope.organizationId);
}

async function recordFor(organizationId: number, events: readonly ToldEvent[]): Promise<Outcome[]> {
  const outcomes = await recordings.combine(organizationId, events);
  announceChange(organizationId);
  return outcomes;
}

const recordings = combiner<ToldEvent, Outcome>({
  name: "recordings",
  largestBatch: 1_000,
  mostWaiting: 60_000,
  mostWaitingOfOne: 8_000,
  besideFrom: 500,
  givesWay: true,
  work: recordAtCurrentPrices,
});

/** Events that wait or are being recorded in this process; for metrics. */
export const waitingEvents = recordings.waiting;

async function recordAtCurrentPrices(
  organizationId: number,
  batch: readonly ToldEvent[],
): Promise<Outcome[]> {
  for (;;) {
    try {
      return await inOrganization(organizationId, (tx) => recordBatch(tx, organizationId, batch));
    } catch (error) {
      if (error instanceof PricesChanged) continue;
      countChargeError();
      throw error;
    }
  }
}

/** Slugs that the key may write to. Ids never change, slugs of existing organizations neither. */
async function organizationIds(
  scope: MachineScope<"events:write">,
  slugs: string[],
): Promise<Map<string, number>> {
  const missing = slugs.filter((slug) => !knownIds.has(slug));
  if (missing.length > 0) {
    const found = await acrossOrganizations((tx) => findOrganizations(tx, missing));
    for (const [slug, { id }] of found) knownIds.set(slug, id);
  }
  const visible = slugs.flatMap((slug): [string, number][] => {
    const id = knownIds.get(slug);
    const hidden = id === undefined || (scope.onlyOrganizationId !== null && scope.onlyOrganizationId !== id);
    return hidden ? [] : [[slug, id]];
  });
  return new Map(visible);
}

const knownIds = new Map<string, number>();

function rejection(index: number, id: string | undefined, code: string, detail: string): RejectedEvent {
  return id === undefined ? { index, code, detail } : { index, id, code, detail };
}

function append(map: Map<string, Indexed[]>, key: string, item: Indexed): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}
