import "server-only";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What may label a series: few values each, never a customer's data. */
type RequestLabels = { readonly route: string; readonly method: string; readonly status: number };

type Meters = {
  readonly registry: Registry;
  readonly requests: Histogram<"route" | "method" | "status">;
  readonly events: Counter<"outcome">;
  readonly faults: Counter<"event">;
  readonly webhooks: Counter<"outcome">;
};

/** A figure that is read when somebody asks for the metrics. */
export type ObservedFigure = {
  readonly name: string;
  readonly help: string;
  readonly read: () => number | Promise<number>;
};

// One registry per process, however many bundles import this file.
const shared = globalThis as typeof globalThis & { kuotaMeters?: Meters };

function meters(): Meters {
  if (!shared.kuotaMeters) {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const registers = [registry];
    shared.kuotaMeters = {
      registry,
      requests: new Histogram({
        name: "kuota_request_seconds",
        help: "Machine requests answered, by route, method and status.",
        labelNames: ["route", "method", "status"],
        buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
        registers,
      }),
      events: new Counter({
        name: "kuota_events_total",
        help: "Usage events received, by outcome.",
        labelNames: ["outcome"],
        registers,
      }),
      webhooks: new Counter({
        name: "kuota_webhook_attempts_total",
        help: "Attempts to send a webhook, by outcome: delivered, failed (tried again), given_up.",
        labelNames: ["outcome"],
        registers,
      }),
      faults: new Counter({
        name: "kuota_faults_total",
        help: "Errors nobody expected, by where they were logged.",
        labelNames: ["event"],
        registers,
      }),
    };
  }
  return shared.kuotaMeters;
}

/** One machine request was answered. `route` is its pattern, never the address itself. */
export function countRequest({ route, method, status }: RequestLabels, milliseconds: number): void {
  meters().requests.observe({ route, method, status: String(status) }, milliseconds / 1000);
}

/** Events that one request brought, by what became of them. */
export function countEvents(outcomes: Readonly<Record<"accepted" | "duplicate" | "rejected", number>>): void {
  for (const [outcome, count] of Object.entries(outcomes)) {
    if (count > 0) meters().events.inc({ outcome }, count);
  }
}

/** A webhook was sent, or was not. */
export function countWebhook(outcome: "delivered" | "failed" | "given_up"): void {
  meters().webhooks.inc({ outcome });
}

/** An unexpected error was logged under this name. */
export function countFault(event: string): void {
  meters().faults.inc({ event });
}

/** Figures read at every scrape. Registering one again replaces it. */
export function observe(figures: readonly ObservedFigure[]): void {
  const { registry } = meters();
  for (const { name, help, read } of figures) {
    registry.removeSingleMetric(name);
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await read());
      },
    });
  }
}

/** Everything measured in this process, in the text format of Prometheus. */
export async function metricsText(): Promise<{ readonly contentType: string; readonly body: string }> {
  const { registry } = meters();
  return { contentType: registry.contentType, body: await registry.metrics() };
}
