import { Refusal } from "@/lib/errors";
import type { UsageEvent } from "./message";

export type Outcome = "accepted" | "duplicate" | "in_the_future";

type Request = {
  readonly events: readonly UsageEvent[];
  readonly resolve: (outcomes: Outcome[]) => void;
  readonly reject: (error: unknown) => void;
};

type Queue = { readonly waiting: Request[]; working: boolean };
type Work = (events: UsageEvent[]) => Promise<Outcome[]>;

/** Events that one transaction takes at the most, unless a single request brings more. */
const LARGEST_BATCH = 2_000;
/** Events that may wait in this process before new ones are turned away. */
const MOST_WAITING = 60_000;

// One set of queues per process, however many bundles import this file.
const shared = globalThis as typeof globalThis & {
  kuotaQueues?: { queues: Map<number, Queue>; waiting: { events: number } };
};
shared.kuotaQueues ??= { queues: new Map(), waiting: { events: 0 } };
const { queues, waiting } = shared.kuotaQueues;

/**
 * Puts requests of one organization that arrive while its ledger is busy into one transaction: the commit is what
 * costs, not the event. Requests keep their order; each gets its own outcomes. When a combined transaction fails,
 * its requests are tried one by one, so that only those at fault fail.
 *
 * @throws Refusal overloaded when too much is waiting already; nothing was recorded.
 */
export async function combine(
  organizationId: number,
  events: readonly UsageEvent[],
  work: Work,
): Promise<Outcome[]> {
  if (events.length === 0) return [];
  if (waiting.events + events.length > MOST_WAITING) {
    throw new Refusal("overloaded", "Too many events are waiting. Send this batch again in a moment.", {
      retryAfterSeconds: 1,
    });
  }
  waiting.events += events.length;
  const outcomes = new Promise<Outcome[]>((resolve, reject) => {
    const queue = queueOf(organizationId);
    queue.waiting.push({ events, resolve, reject });
    if (!queue.working) void drain(organizationId, queue, work);
  });
  return outcomes.finally(() => {
    waiting.events -= events.length;
  });
}

/** Events that wait or are being worked on in this process; for metrics. */
export function waitingEvents(): number {
  return waiting.events;
}

function queueOf(organizationId: number): Queue {
  let queue = queues.get(organizationId);
  if (!queue) {
    queue = { waiting: [], working: false };
    queues.set(organizationId, queue);
  }
  return queue;
}

async function drain(organizationId: number, queue: Queue, work: Work): Promise<void> {
  queue.working = true;
  while (queue.waiting.length > 0) await workOff(takeBatch(queue), work);
  queue.working = false;
  queues.delete(organizationId);
}

function takeBatch(queue: Queue): Request[] {
  let events = 0;
  let requests = 0;
  for (const request of queue.waiting) {
    if (requests > 0 && events + request.events.length > LARGEST_BATCH) break;
    events += request.events.length;
    requests++;
  }
  return queue.waiting.splice(0, requests);
}

async function workOff(requests: readonly Request[], work: Work): Promise<void> {
  try {
    const outcomes = await work(requests.flatMap(({ events }) => events));
    let position = 0;
    for (const { events, resolve } of requests) {
      resolve(outcomes.slice(position, position + events.length));
      position += events.length;
    }
  } catch (error) {
    const [only, ...others] = requests;
    if (only && others.length === 0) {
      only.reject(error);
      return;
    }
    for (const request of requests) await workOff([request], work);
  }
}
