/** What the driver knows: what it sent, what was acknowledged, and what must therefore be there in the end. */
export class Tally {
  /** Events acknowledged, by organization. */
  readonly events = new Map<string, number>();
  /** Micros paid to the stand-in, net of tax, by organization. */
  readonly paid = new Map<string, bigint>();
  readonly counts = {
    batches: 0,
    resent: 0,
    repeated: 0,
    holds: 0,
    pages: 0,
    exports: 0,
    topUps: 0,
    streams: 0,
  };
  /** Requests without an answer, or with one that says "later", while something was down. */
  unanswered = 0;
  /** What must not be: each with what was seen. */
  readonly problems: string[] = [];
  #calmAt = 0;
  #isDown = false;

  /** From here on the app or its database is down. */
  down(): void {
    this.#isDown = true;
  }

  up(): void {
    this.#isDown = false;
    this.#calmAt = performance.now() + RECOVERY_MS;
  }

  /** A request failed that was sent at `since`: expected if something was down meanwhile, a problem if not. */
  failed(what: string, error: unknown, since: number): void {
    if (this.#isDown || since < this.#calmAt) this.unanswered += 1;
    else
      this.wrong(`${what} failed while everything was up: ${error instanceof Error ? error.message : error}`);
  }

  wrong(problem: string): void {
    this.problems.push(problem.slice(0, 300));
  }

  addEvents(slug: string, count: number): void {
    this.events.set(slug, (this.events.get(slug) ?? 0) + count);
  }

  addPayment(slug: string, micros: bigint): void {
    this.paid.set(slug, (this.paid.get(slug) ?? 0n) + micros);
  }
}

/** So long after a restart a connection may still turn out to be broken. */
const RECOVERY_MS = 3_000;
