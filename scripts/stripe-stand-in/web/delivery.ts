import type { Event } from "../world/objects";
import { signatureHeader } from "./signature";
import { type DeliverySwitches, switchesFor, usualDelivery } from "./switches";

/** One attempt to bring one event, or the reason why there was none. */
export type Delivery = {
  event: string;
  type: string;
  outcome: "delivered" | "refused" | "unreachable" | "lost" | "held" | "answer_lost";
  /** 1 for the first. */
  attempt: number;
  status: number | null;
  error: string | null;
  at: string;
};

/** Where webhooks go and how stubbornly. */
export type DeliveryOptions = {
  url: string | undefined;
  secrets: string[];
  /** Milliseconds before each further attempt; after the last one the event is given up. */
  retryDelaysMs: number[];
};

/** Within one step of the stand-in, such as a payment, events are gathered and sent together. */
type Waiting = { event: Event; switches: DeliverySwitches };

const answerMs = 10_000;
const longestRecord = 5000;

/** Sends events as signed webhooks, with the faults that are switched on. */
export class Deliverer {
  readonly record: Delivery[] = [];
  switches: DeliverySwitches = { ...usualDelivery };
  readonly #options: DeliveryOptions;
  readonly #closing = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #unsettled = new Map<string, Promise<void>>();
  #gathered: Waiting[] = [];
  #held: Event[] = [];

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Changes where webhooks go, for an app that starts after the stand-in. */
  pointTo(url: string | undefined, secrets: string[] | undefined): void {
    this.#options.url = url ?? this.#options.url;
    this.#options.secrets = secrets ?? this.#options.secrets;
  }

  /** Takes a new event; it is sent once the present step is over. */
  take(event: Event): void {
    const { url } = this.#options;
    if (url === undefined || this.#closing.signal.aborted) return;
    event.pending_webhooks = 1;
    if (this.#gathered.length === 0) setImmediate(() => this.#sendGathered());
    this.#gathered.push({ event, switches: { ...switchesFor(this.switches, event.type) } });
  }

  /** Sends events that were held back. @returns how many */
  release(order: "created" | "reverse"): number {
    const events = order === "reverse" ? this.#held.reverse() : this.#held;
    this.#held = [];
    let before: Promise<void> = Promise.resolve();
    for (const event of events) {
      before = before.then(() => this.#bring(event, usualDelivery));
      this.#settleWith(event.id, before);
    }
    return events.length;
  }

  /** Sends an event again, as the dashboard's "Resend" does, in so many copies at once. */
  async redeliver(event: Event, copies = 1): Promise<Delivery[]> {
    return Promise.all(Array.from({ length: copies }, () => this.#attempt(event, 1)));
  }

  /**
   * Resolves when the first attempts of these events are over. What is lost, delayed or held back is not waited
   * for, nor are further attempts.
   */
  async settled(events: string[]): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(events.map((id) => this.#unsettled.get(id)));
  }

  close(): void {
    this.#closing.abort();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #sendGathered(): void {
    const waiting = this.#gathered;
    this.#gathered = [];
    const inTurn = waiting.filter(({ switches }) => switches.reorder).reverse();
    for (const { event, switches } of waiting) if (!switches.reorder) this.#start(event, switches, null);
    let before: Promise<void> = Promise.resolve();
    for (const { event, switches } of inTurn) before = this.#start(event, switches, before);
  }

  #start(event: Event, switches: DeliverySwitches, before: Promise<void> | null): Promise<void> {
    if (switches.lose) {
      this.#note(event, "lost", 0);
      return before ?? Promise.resolve();
    }
    if (switches.hold) {
      this.#held.push(event);
      this.#note(event, "held", 0);
      return before ?? Promise.resolve();
    }
    const brought = (async () => {
      await before;
      if (switches.delayMs > 0) await this.#pause(switches.delayMs);
      await this.#bring(event, switches);
    })();
    if (switches.delayMs === 0) this.#settleWith(event.id, brought);
    return brought;
  }

  #settleWith(id: string, brought: Promise<void>): void {
    const settled = brought.finally(() => this.#unsettled.delete(id));
    this.#unsettled.set(id, settled);
  }

  async #bring(event: Event, switches: DeliverySwitches): Promise<void> {
    const copies = Array.from({ length: 1 + switches.duplicate }, () => this.#try(event, switches.retry, 1));
    await Promise.all(copies);
  }

  /** One attempt; further ones follow by themselves and are not waited for. */
  async #try(event: Event, answersToLose: number, attempt: number): Promise<void> {
    const delivery = await this.#attempt(event, attempt, answersToLose > 0);
    if (delivery.outcome === "delivered") return;
    const delay = this.#options.retryDelaysMs[attempt - 1];
    if (delay === undefined || this.#closing.signal.aborted) return;
    void this.#pause(delay).then(() => this.#try(event, Math.max(0, answersToLose - 1), attempt + 1));
  }

  async #attempt(event: Event, attempt: number, loseAnswer = false): Promise<Delivery> {
    const { url, secrets } = this.#options;
    const body = JSON.stringify(event, null, 2);
    if (url === undefined)
      return this.#note(event, "unreachable", attempt, null, "no webhook address is set");
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        redirect: "manual",
        signal: AbortSignal.any([AbortSignal.timeout(answerMs), this.#closing.signal]),
        headers: {
          "content-type": "application/json; charset=utf-8",
          "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
          "stripe-signature": signatureHeader(body, secrets, Math.floor(Date.now() / 1000)),
        },
      });
      await response.arrayBuffer();
      const good = response.ok && !loseAnswer;
      if (good) event.pending_webhooks = 0;
      const outcome = good ? "delivered" : loseAnswer ? "answer_lost" : "refused";
      return this.#note(event, outcome, attempt, response.status);
    } catch (error) {
      return this.#note(
        event,
        "unreachable",
        attempt,
        null,
        error instanceof Error ? error.message : String(error),
      );
    }
  }

  #note(
    event: Event,
    outcome: Delivery["outcome"],
    attempt: number,
    status: number | null = null,
    error: string | null = null,
  ): Delivery {
    const at = new Date(Date.now()).toISOString();
    const delivery: Delivery = { event: event.id, type: event.type, outcome, attempt, status, error, at };
    this.record.push(delivery);
    if (this.record.length > longestRecord) this.record.shift();
    return delivery;
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, milliseconds);
      this.#timers.add(timer);
    });
  }
}
