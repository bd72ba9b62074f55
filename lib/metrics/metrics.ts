import "server-only";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { logFault } from "@/lib/log";

/** What may label a series: few values each, never a customer's data. */
type RequestLabels = { readonly route: string; readonly method: string; readonly status: number };

type Meters = {
  readonly registry: Registry;
  readonly requests: Histogram<"route" | "method" | "status">;
  readonly events: Counter<"outcome">;
  readonly faults: Counter<"event">;
  readonly webhooks: Counter<"outcome">;
  readonly refusals: Counter<"route" | "code">;
  readonly eventLag: Histogram;
  readonly chargeErrors: Counter;
  readonly monthsOpened: Counter;
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
      refusals: new Counter({
        name: "kuota_refusals_total",
        help: "Machine requests refused, by route and code: holds for want of balance, overload, limits.",
        labelNames: ["route", "code"],
        registers,
      }),
      eventLag: new Histogram({
        name: "kuota_event_lag_seconds",
        help: "Age of the oldest event of each transaction when it is charged; live organizations only.",
        buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 3_600, 86_400],
        registers,
      }),
      chargeErrors: new Counter({
        name: "kuota_charge_errors_total",
        help: "Transactions of usage events that failed; nothing of them was recorded.",
        registers,
      }),
      monthsOpened: new Counter({
        name: "kuota_months_opened_total",
        help: "Months opened for organizations.",
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

/** A machine's request was refused. `route` is its pattern. */
export function countRefusal(route: string, code: string): void {
  meters().refusals.inc({ route, code });
}

/** Events are charged, the oldest of them so long after it happened. */
export function observeLag(milliseconds: number): void {
  meters().eventLag.observe(Math.max(0, milliseconds) / 1_000);
}

/** A transaction of usage events failed. */
export function countChargeError(): void {
  meters().chargeErrors.inc();
}

/** So many months of an organization were opened. */
export function countMonthsOpened(months: number): void {
  meters().monthsOpened.inc(months);
}

/** An unexpected error was logged under this name. */
export function countFault(event: string): void {
  meters().faults.inc({ event });
}

/**
 * Figures read at every scrape. Registering one again replaces it. One that cannot be read in time is not a number: a
 * database that is away must not hide what the process itself knows.
 */
export function observe(figures: readonly ObservedFigure[]): void {
  const { registry } = meters();
  for (const { name, help, read } of figures) {
    registry.removeSingleMetric(name);
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await readInTime(read));
      },
    });
  }
}

async function readInTime(read: ObservedFigure["read"]): Promise<number> {
  let patience: NodeJS.Timeout | undefined;
  const late = new Promise<number>((resolve) => {
    patience = setTimeout(() => resolve(Number.NaN), PATIENCE_MS);
  });
  try {
    return await Promise.race([read(), late]);
  } catch (error) {
    logFault("metrics.unreadable", error);
    return Number.NaN;
  } finally {
    clearTimeout(patience);
  }
}

const PATIENCE_MS = 2_000;

/** Everything measured in this process, in the text format of Prometheus. */
export async function metricsText(): Promise<{ readonly contentType: string; readonly body: string }> {
  const { registry } = meters();
  return { contentType: registry.contentType, body: await registry.metrics() };
}
