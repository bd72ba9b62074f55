import { setTimeout } from "node:timers/promises";
import { isOutage, Refusal } from "@/lib/errors";

type Request<Item, Outcome> = {
  readonly items: readonly Item[];
  readonly resolve: (outcomes: Outcome[]) => void;
  readonly reject: (error: unknown) => void;
};

type Queue<Item, Outcome> = {
  readonly waiting: Request<Item, Outcome>[];
  /** Pieces of work under way. */
  working: number;
  /** Items that wait or are being worked on. */
  items: number;
  /** Requests of which a part is done or under way, and the rest waits. */
  divided: number;
};

type Rules<Item, Outcome> = {
  /** Names the queues, which all bundles of one process share. */
  readonly name: string;
  /** Items that one transaction takes at the most, unless a single request brings more. */
  readonly largestBatch: number;
  /**
   * Items that wait from which a second piece of work of the same key begins beside the first: what it does before it needs
   * what both need (a lock) then costs no time of its own. Never, where it is left out.
   */
  readonly besideFrom?: number;
  /** Items that may wait in this process before new ones are turned away. */
  readonly mostWaiting: number;
  /** Of them, items of one key: one that floods leaves room for the others. All of them where it is left out. */
  readonly mostWaitingOfOne?: number;
  /** Whether keys are organizations, of which one that floods gives way to the others: in all such kinds of work alike. */
  readonly givesWay?: boolean;
  /** Does all of a batch or, when it throws, nothing. @returns an outcome for each item, in order. */
  readonly work: (key: number, items: Item[]) => Promise<Outcome[]>;
};

export type Combiner<Item, Outcome> = {
  /**
   * Has the items worked off together with those that other requests of the same key bring meanwhile; or, while the key
   * floods and others have small work, in pieces, one behind the other. Then what came first may be done and the rest
   * have failed: send all again.
   *
   * @throws Refusal overloaded when too much is waiting already; nothing was done.
   */
  readonly combine: (key: number, items: readonly Item[]) => Promise<Outcome[]>;
  /** @throws Refusal overloaded when not even one more item of the key would be taken. */
  readonly mustHaveRoom: (key: number) => void;
  /** Items that wait or are being worked on in this process; for metrics. */
  readonly waiting: () => number;
};

/** From so many items on that wait or are being worked on, a key counts as flooding; with fewer, its work is small. */
const FLOOD = 500;
/** Until others have brought no small work for this long, a flooding key works in pieces of so many items… */
const OTHERS_REMEMBERED_MS = 500;
const PIECE = 250;
/** …and steps back after a piece for so many times as long as it took, where others have brought some this lately. */
const OTHERS_HERE_MS = 100;
const STEPS_BACK = 3;
const LONGEST_PAUSE_MS = 300;

const LONGEST_RETRY_SECONDS = 3;

type Pending<Item, Outcome> = { readonly queues: Map<number, Queue<Item, Outcome>>; items: number };

/** When a key last brought small work, and when another one did before it. */
type SmallWork = { latest: Brought; ofAnother: Brought };
type Brought = { readonly key: number | null; readonly at: number };
type Shared = { readonly pending: Map<string, Pending<unknown, unknown>>; readonly small: SmallWork };

// One for all bundles of the process, and for all kinds of work of organizations: events give way to holds, too.
const never: Brought = { key: null, at: Number.NEGATIVE_INFINITY };
const shared = globalThis as typeof globalThis & { kuotaCombining?: Shared };
shared.kuotaCombining ??= { pending: new Map(), small: { latest: never, ofAnother: never } };
const { pending, small } = shared.kuotaCombining;

/**
 * Puts requests of one key (an organization) that arrive while another is being worked on into one transaction: the
 * commit is what costs, not the item. Requests keep their order; each gets its own outcomes. When combined work fails,
 * its requests are tried one by one, so that only those at fault fail; while the database is away all of them fail.
 */
export function combiner<Item, Outcome>(rules: Rules<Item, Outcome>): Combiner<Item, Outcome> {
  const known = pending.get(rules.name) as Pending<Item, Outcome> | undefined;
  const mine: Pending<Item, Outcome> = known ?? { queues: new Map(), items: 0 };
  pending.set(rules.name, mine as Pending<unknown, unknown>);
  const requireRoom = (key: number, count: number) => {
    const ofOne = mine.queues.get(key)?.items ?? 0;
    if (
      mine.items + count > rules.mostWaiting ||
      ofOne + count > (rules.mostWaitingOfOne ?? rules.mostWaiting)
    ) {
      throw new Refusal("overloaded", "Too much is waiting already. Send this again in a moment.", {
        // Those that are turned away together do not all come back in the same instant.
        retryAfterSeconds: 1 + Math.floor(Math.random() * LONGEST_RETRY_SECONDS),
      });
    }
  };
  return {
    waiting: () => mine.items,
    mustHaveRoom: (key) => requireRoom(key, 1),
    combine: async (key, items) => {
      if (items.length === 0) return [];
      requireRoom(key, items.length);
      mine.items += items.length;
      const queue = queueOf(mine, key);
      queue.items += items.length;
      if (rules.givesWay && !floods(queue)) makeWayFor(key);
      const outcomes = new Promise<Outcome[]>((resolve, reject) => {
        queue.waiting.push({ items, resolve, reject });
        if (isWorthBeginning(key, queue, rules)) void drain(mine, key, queue, rules);
      });
      return outcomes.finally(() => {
        mine.items -= items.length;
        queue.items -= items.length;
      });
    },
  };
}

function queueOf<Item, Outcome>({ queues }: Pending<Item, Outcome>, key: number): Queue<Item, Outcome> {
  let queue = queues.get(key);
  if (!queue) {
    queue = { waiting: [], working: 0, items: 0, divided: 0 };
    queues.set(key, queue);
  }
  return queue;
}

function isWorthBeginning<Item, Outcome>(
  key: number,
  queue: Queue<Item, Outcome>,
  rules: Rules<Item, Outcome>,
): boolean {
  if (queue.working !== 1 || rules.besideFrom === undefined) return queue.working === 0;
  return queue.divided === 0 && itemsOf(queue.waiting) >= rules.besideFrom && !mustGiveWay(key, queue, rules);
}

function floods({ items }: { readonly items: number }): boolean {
  return items >= FLOOD;
}

/** Somebody acts for an organization, if only to look at it: others that flood give way for a moment. */
export function makeWayFor(organizationId: number): void {
  if (small.latest.key !== organizationId) small.ofAnother = small.latest;
  small.latest = { key: organizationId, at: performance.now() };
}

function mustGiveWay<Item, Outcome>(
  key: number,
  queue: Queue<Item, Outcome>,
  rules: Rules<Item, Outcome>,
): boolean {
  return rules.givesWay === true && floods(queue) && sinceOthers(key) < OTHERS_REMEMBERED_MS;
}

/** Milliseconds since another key brought small work. */
function sinceOthers(key: number): number {
  const { at } = small.latest.key === key ? small.ofAnother : small.latest;
  return performance.now() - at;
}

function itemsOf<Item, Outcome>(requests: readonly Request<Item, Outcome>[]): number {
  return requests.reduce((sum, { items }) => sum + items.length, 0);
}

async function drain<Item, Outcome>(
  mine: Pending<Item, Outcome>,
  key: number,
  queue: Queue<Item, Outcome>,
  rules: Rules<Item, Outcome>,
): Promise<void> {
  queue.working += 1;
  while (queue.waiting.length > 0) {
    const began = performance.now();
    const inPieces = mustGiveWay(key, queue, rules);
    // Pieces of one request come one behind the other: the last that works goes on.
    if (inPieces && queue.working > 1) break;
    if (inPieces) divideFirst(queue);
    await workOff(takeBatch(queue, inPieces ? PIECE : rules.largestBatch), (items) => rules.work(key, items));
    if (!inPieces) continue;
    const pause = Math.min(STEPS_BACK * (performance.now() - began), LONGEST_PAUSE_MS);
    if (sinceOthers(key) < OTHERS_HERE_MS) await setTimeout(pause);
  }
  queue.working -= 1;
  if (queue.working === 0) mine.queues.delete(key);
}

/** Makes two requests of the first that waits, if it is larger than a piece. It is answered when both are done. */
function divideFirst<Item, Outcome>(queue: Queue<Item, Outcome>): void {
  const { waiting } = queue;
  const [request] = waiting;
  if (!request || request.items.length <= PIECE) return;
  const parts: Request<Item, Outcome>[] = [];
  const answers = [request.items.slice(0, PIECE), request.items.slice(PIECE)].map(
    (items) => new Promise<Outcome[]>((resolve, reject) => parts.push({ items, resolve, reject })),
  );
  waiting.splice(0, 1, ...parts);
  queue.divided += 1;
  // What came behind in a request is not done before what came first: once a piece has failed the rest has failed.
  answers[0]?.catch((error: unknown) => {
    const [, rest] = parts;
    const at = rest ? waiting.indexOf(rest) : -1;
    if (at >= 0) for (const part of waiting.splice(at, 1)) part.reject(error);
  });
  void Promise.allSettled(answers).then((settled) => {
    queue.divided -= 1;
    const failed = settled.find(({ status }) => status === "rejected") as PromiseRejectedResult | undefined;
    if (failed) request.reject(failed.reason);
    else request.resolve(settled.flatMap((part) => (part.status === "fulfilled" ? part.value : [])));
  });
}

function takeBatch<Item, Outcome>(queue: Queue<Item, Outcome>, largest: number): Request<Item, Outcome>[] {
  let items = 0;
  let requests = 0;
  for (const request of queue.waiting) {
    if (requests > 0 && items + request.items.length > largest) break;
    items += request.items.length;
    requests++;
  }
  return queue.waiting.splice(0, requests);
}

async function workOff<Item, Outcome>(
  requests: readonly Request<Item, Outcome>[],
  work: (items: Item[]) => Promise<Outcome[]>,
): Promise<void> {
  try {
    const outcomes = await work(requests.flatMap(({ items }) => items));
    let position = 0;
    for (const { items, resolve } of requests) {
      resolve(outcomes.slice(position, position + items.length));
      position += items.length;
    }
  } catch (error) {
    if (requests.length === 1 || isOutage(error)) {
      for (const { reject } of requests) reject(error);
      return;
    }
    for (const request of requests) await workOff([request], work);
  }
}
