import type { AddressInfo } from "node:net";
import { Deliverer } from "./web/delivery";
import { Outage } from "./web/outage";
import { standInServer } from "./web/server";
import { checkedSwitches, type DeliverySwitches, usualDelivery } from "./web/switches";
import { expireIfDue, resumeCheckouts } from "./world/checkout";
import { loadTables, tableSaver } from "./world/state-file";
import type { Behaviour, Tables, World } from "./world/world";

/** How a stand-in is started; all but the port can be left out. */
export type StandInOptions = {
  /** 0: any free port. */
  port: number;
  /** Where webhooks go; absent: nowhere, until `POST /_stand-in/webhook` says. */
  webhookUrl?: string | undefined;
  /** What webhooks are signed with; several secrets, separated by commas, give several signatures. */
  webhookSecret?: string | undefined;
  /** The only key that the API takes; absent: any test key. */
  secretKey?: string | undefined;
  deliver?: Partial<DeliverySwitches> | undefined;
  behaviour?: Partial<Behaviour> | undefined;
  /** Milliseconds before each further attempt to deliver an event that was not answered with 2xx. */
  retryDelaysMs?: number[] | undefined;
  /** A JSON file that keeps everything over a restart. */
  stateFile?: string | undefined;
};

/** A stand-in that runs in this process. */
export type StandIn = {
  port: number;
  url: string;
  /** Calls a control endpoint, such as `control("sessions/cs_…/complete")`. @throws Error unless it answers 2xx */
  control(
    path: string,
    wishes?: Record<string, unknown>,
    method?: "GET" | "POST" | "DELETE",
  ): Promise<Controlled>;
  close(): Promise<void>;
};

/** What a control endpoint answers: the object concerned, and the events it caused. */
export type Controlled = { result: unknown; events: { id: string; type: string }[] };

const usualBehaviour: Behaviour = { laterStepMs: 3000, refunds: "succeed", redirectWaitMs: 10_000 };
const usualRetryDelaysMs = [1000, 5000, 15_000, 60_000, 300_000, 900_000];
const expiryCheckMs = 5000;

/**
 * Starts a local stand-in for Stripe on 127.0.0.1 that the real SDK and the real Stripe CLI can talk to.
 * @throws Error when the port is taken, a switch is unknown or the state file is damaged
 */
export async function startStripeStandIn(options: StandInOptions): Promise<StandIn> {
  const tables = loadTables(options.stateFile);
  const saver = tableSaver(tables, options.stateFile);
  const deliverer = new Deliverer({
    url: options.webhookUrl,
    secrets: options.webhookSecret?.split(",") ?? [],
    retryDelaysMs: options.retryDelaysMs ?? usualRetryDelaysMs,
  });
  deliverer.switches = { ...usualDelivery, ...checkedSwitches(options.deliver ?? {}) };
  const timers = new Set<NodeJS.Timeout>();
  const world = newWorld(tables, options.behaviour, timers, deliverer, saver.changed);
  const server = standInServer({ world, deliverer, outage: new Outage() }, options.secretKey);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  world.url = `http://127.0.0.1:${port}`;
  resumeCheckouts(world);
  const expiry = setInterval(() => {
    for (const session of tables.sessions.values()) expireIfDue(world, session);
  }, expiryCheckMs);
  return {
    port,
    url: world.url,
    control: (path, wishes, method) => controlStandIn(world.url, path, wishes, method),
    close: async () => {
      clearInterval(expiry);
      for (const timer of timers) clearTimeout(timer);
      deliverer.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      saver.flush();
    },
  };
}

function newWorld(
  tables: Tables,
  behaviour: Partial<Behaviour> | undefined,
  timers: Set<NodeJS.Timeout>,
  deliverer: Deliverer,
  changed: () => void,
): World {
  return {
    tables,
    behaviour: { ...usualBehaviour, ...behaviour },
    url: "",
    cause: { id: null, idempotency_key: null },
    now: () => Math.floor(Date.now() / 1000),
    onEvent: (event) => {
      deliverer.take(event);
      changed();
    },
    onChange: changed,
    later: (milliseconds, step) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        step();
        changed();
      }, milliseconds);
      timers.add(timer);
    },
  };
}

/**
 * Calls a control endpoint of a stand-in that may run in another process.
 * @throws Error with its message unless it answers 2xx
 */
export async function controlStandIn(
  url: string,
  path: string,
  wishes: Record<string, unknown> = {},
  method: "GET" | "POST" | "DELETE" = "POST",
): Promise<Controlled> {
  const query = method === "GET" ? `?${new URLSearchParams(wishes as Record<string, string>)}` : "";
  const response = await fetch(`${url}/_stand-in/${path}${query}`, {
    method,
    ...(method === "POST"
      ? { headers: { "content-type": "application/json" }, body: JSON.stringify(wishes) }
      : {}),
  });
  const answer: Controlled & { error?: string } = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${answer.error ?? response.status}`);
  return answer;
}
