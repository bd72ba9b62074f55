import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { logFault } from "@/lib/log";
import { isStopping } from "@/lib/shutdown";
import { systemNow } from "@/lib/time/clock";
import { type DueKey, lockDue, type QueueTable, type Room } from "./store";

export type { DueKey } from "./store";

/** What waits in the database to be sent, how much of it one process sends at once, and how. */
export type Queue<T extends { readonly organizationId: number }> = {
  readonly name: "mail" | "webhook";
  /** How much may be under way in one process. */
  readonly most: number;
  /** How much of that may be one organization's. */
  readonly mostOfOne: number;
  /** Takes what is due, no more than there is room for, so that nobody else takes it for a while. */
  claim(now: Date, room: Room): Promise<T[]>;
  /** @returns whether it arrived */
  send(item: T): Promise<boolean>;
};

type State = {
  /** How much of each organization is under way. */
  readonly underWay: Map<number, number>;
  lastClaim: Promise<unknown>;
  /** What sends, whether a timer began it or a request that waits for nothing. */
  readonly runs: Set<Promise<number>>;
};

/** While the slow ones take their time, what comes meanwhile is looked for this often. */
const LOOK_AGAIN_MS = 1_000;

// One state per process, however many bundles import this file.
const shared = globalThis as typeof globalThis & { kuotaQueues?: Map<string, State> };

/**
 * Sends what is due, in fair turns: no organization has more than its share under way, who has the least goes first,
 * and nobody waits for another's slow receiver. What falls due meanwhile is sent too, until nothing is due and all that
 * was begun here has ended. Begins nothing more once the server is to stop. What could not be sent for a fault of our
 * own is logged, and left to whoever finds it due again.
 *
 * @returns how much arrived
 */
export function sendDue<T extends { readonly organizationId: number }>(
  queue: Queue<T>,
  now: Date,
): Promise<number> {
  const { runs } = stateOf(queue.name);
  const run = sendInTurns(queue, now).finally(() => runs.delete(run));
  runs.add(run);
  return run;
}

/** Done when nothing of this process is under way any more: what was sent is written down before the databases close. */
export async function untilSent(): Promise<void> {
  const states = [...(shared.kuotaQueues?.values() ?? [])];
  await Promise.allSettled(states.flatMap(({ runs }) => [...runs]));
}

async function sendInTurns<T extends { readonly organizationId: number }>(
  queue: Queue<T>,
  now: Date,
): Promise<number> {
  const sending = new Set<Promise<void>>();
  let arrived = 0;
  const begin = (item: T) => {
    const work = queue
      .send(item)
      .then((hasArrived) => {
        if (hasArrived) arrived += 1;
      })
      .catch((error: unknown) => {
        logFault(`${queue.name}.failed`, error, { organizationId: item.organizationId });
      })
      .finally(() => {
        sending.delete(work);
        count(queue, item, -1);
      });
    sending.add(work);
  };
  try {
    for (let at = now; !isStopping(); at = systemNow()) {
      const wasIdle = sending.size === 0;
      const claimed = await claimInTurn(queue, at);
      for (const item of claimed) begin(item);
      if (claimed.length > 0) continue;
      if (wasIdle) break;
      if (sending.size > 0) await Promise.race([...sending, untilNextLook()]);
    }
  } finally {
    await Promise.all(sending);
  }
  return arrived;
}

/**
 * How a queue takes what is due out of its table, for as long as an attempt may last: another process finds it due again
 * after that.
 *
 * @param take counts an attempt of each row, puts its time off until then, and reads what there is to send
 */
export function claimFrom<T>(
  table: QueueTable,
  leaseMs: number,
  take: (tx: Transaction, due: readonly DueKey[], until: Date) => Promise<T[]>,
): (now: Date, room: Room) => Promise<T[]> {
  return (now, room) =>
    acrossOrganizations(async (tx) => {
      const due = await lockDue(tx, table, now, room);
      return due.length === 0 ? [] : take(tx, due, new Date(systemNow().getTime() + leaseMs));
    });
}

/** One after the other in this process, so that each knows what those before it have under way. */
function claimInTurn<T extends { readonly organizationId: number }>(
  queue: Queue<T>,
  now: Date,
): Promise<T[]> {
  const state = stateOf(queue.name);
  const claim = state.lastClaim.then(async () => {
    const underWay = [...state.underWay].map(([organizationId, count]) => ({ organizationId, count }));
    const all = queue.most - underWay.reduce((sum, { count }) => sum + count, 0);
    if (all <= 0) return [];
    const claimed = await queue.claim(now, { all, ofOne: queue.mostOfOne, underWay });
    for (const item of claimed) count(queue, item, 1);
    return claimed;
  });
  state.lastClaim = claim.catch(() => {});
  return claim;
}

function count(
  { name }: { readonly name: string },
  { organizationId }: { readonly organizationId: number },
  more: 1 | -1,
): void {
  const { underWay } = stateOf(name);
  const under = (underWay.get(organizationId) ?? 0) + more;
  if (under > 0) underWay.set(organizationId, under);
  else underWay.delete(organizationId);
}

function stateOf(name: string): State {
  shared.kuotaQueues ??= new Map();
  const state = shared.kuotaQueues.get(name) ?? {
    underWay: new Map(),
    lastClaim: Promise.resolve(),
    runs: new Set(),
  };
  shared.kuotaQueues.set(name, state);
  return state;
}

function untilNextLook(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS).unref());
}
