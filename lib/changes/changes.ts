import "server-only";
import { listenClient } from "@/db/client";
import { logFault } from "@/lib/log";
import { systemNow } from "@/lib/time/clock";

const CHANNEL = "kuota_changes";
const AT_MOST_EVERY = 300;
/** More pages than anybody looks at; each holds a connection of the server. */
const MOST_PLACES_OF_ONE = 20;
/** By how much the clocks of two instances may differ: the page may have been made by another one. */
const CLOCKS_APART_MS = 1_000;
/** Over how long those are told who may have missed something, so that a restart is not followed by all pages at once. */
const SPREAD_MS = 5_000;

type Listening = { readonly client: unknown; readonly started: Promise<unknown> };
type Changes = {
  readonly announced: Set<number>;
  /** Who wants to know, by organization. */
  readonly listeners: Map<number, Set<() => void>>;
  /** How many places each person has taken. */
  readonly places: Map<string, number>;
  /** When each organization's last change was heard of, by this process's clock. */
  readonly heard: Map<number, number>;
  /** Since when nothing was missed. */
  hearsSince: number;
  listening: Listening | null;
};

// One throttle and one line to the database per process, however many bundles import this file.
const shared = globalThis as typeof globalThis & { kuotaChanges?: Changes };
shared.kuotaChanges ??= {
  announced: new Set(),
  listeners: new Map(),
  places: new Map(),
  heard: new Map(),
  hearsSince: Number.POSITIVE_INFINITY,
  listening: null,
};
const state = shared.kuotaChanges;

/**
 * Tells every instance, a few times a second at the most, that an organization's figures changed. Called after the
 * commit, never within a transaction: NOTIFY would make all commits wait for each other. A lost announcement costs a
 * page some freshness, nothing else.
 */
export function announceChange(organizationId: number): void {
  if (state.announced.has(organizationId)) return;
  state.announced.add(organizationId);
  setTimeout(() => {
    state.announced.delete(organizationId);
    listenClient()
      .notify(CHANNEL, String(organizationId))
      .catch((error: unknown) => logFault("change could not be announced", error, { organizationId }));
  }, AT_MOST_EVERY).unref();
}

/**
 * Calls `changed` whenever the organization's figures changed or may have changed, until the returned function is
 * called: at once when that was between `since` and now, in the next seconds when nobody here can know. All listeners
 * share one LISTEN, which the driver renews with its connection: it would forget how to end those that were its own.
 *
 * @param since when what the listener knows began to be read (ms since 1970); NaN when nothing before now concerns it
 */
export async function listenForChanges(
  organizationId: number,
  since: number,
  changed: () => void,
): Promise<() => void> {
  const ofOrganization = state.listeners.get(organizationId) ?? new Set();
  state.listeners.set(organizationId, ofOrganization.add(changed));
  const forget = () => {
    const left = state.listeners.get(organizationId);
    left?.delete(changed);
    if (left?.size === 0) state.listeners.delete(organizationId);
  };
  try {
    await listen();
  } catch (error) {
    forget();
    throw error;
  }
  const lastHeard = state.heard.get(organizationId) ?? Number.NEGATIVE_INFINITY;
  if (since < lastHeard + CLOCKS_APART_MS) changed();
  else if (since < state.hearsSince) tellSoon(organizationId, changed);
  return forget;
}

/** Unless it has left by then. */
function tellSoon(organizationId: number, changed: () => void): void {
  setTimeout(() => {
    if (state.listeners.get(organizationId)?.has(changed)) changed();
  }, Math.random() * SPREAD_MS).unref();
}

/**
 * Takes a person one of the places from which to listen in this process, before anything else is done for them.
 *
 * @returns gives the place back, to be called once; null when the person has taken 20 already.
 */
export function takeListeningPlace(person: string): (() => void) | null {
  const taken = state.places.get(person) ?? 0;
  if (taken >= MOST_PLACES_OF_ONE) return null;
  state.places.set(person, taken + 1);
  return () => {
    const left = (state.places.get(person) ?? 1) - 1;
    if (left > 0) state.places.set(person, left);
    else state.places.delete(person);
  };
}

/** How many listen in this process. */
export function countListeners(): number {
  return [...state.listeners.values()].reduce((sum, { size }) => sum + size, 0);
}

/** Once for each pool of connections. */
function listen(): Promise<unknown> {
  const client = listenClient();
  if (state.listening?.client === client) return state.listening.started;
  const hear = (payload: string) => {
    const organizationId = Number(payload);
    state.heard.set(organizationId, systemNow().getTime());
    for (const changed of state.listeners.get(organizationId) ?? []) changed();
  };
  let hasMissed = false;
  const hearAnew = () => {
    state.hearsSince = systemNow().getTime();
    // Whatever was announced while the connection was away is lost: everybody looks for themselves.
    for (const [organizationId, listeners] of hasMissed ? state.listeners : []) {
      for (const changed of listeners) tellSoon(organizationId, changed);
    }
    hasMissed = true;
  };
  state.hearsSince = Number.POSITIVE_INFINITY;
  const started = client.listen(CHANNEL, hear, hearAnew);
  const listening = { client, started };
  state.listening = listening;
  started.catch(() => {
    if (state.listening === listening) state.listening = null;
  });
  return started;
}
