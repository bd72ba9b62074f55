import "server-only";
import { subscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";
import { logFault, logNotice } from "@/lib/log";

/** How long requests under way, downloads among them, may take to their end once the server is told to stop. */
const LONGEST_DRAIN_MS = 20_000;
/** How long pools and the rest may take to close after that. */
const LONGEST_CLOSE_MS = 8_000;
/** A connection that is kept without a request is closed this often while the last requests end. */
const IDLE_CHECK_MS = 50;

type Shutdown = {
  isStopping: boolean;
  readonly servers: Set<Server>;
  /** What never ends by itself, and is ended first. */
  readonly endless: Set<() => void>;
  /** What the requests need until they are answered, by name. */
  readonly closings: Map<string, () => Promise<unknown>>;
};

// One state per process, however many bundles import this file.
const shared = globalThis as typeof globalThis & { kuotaShutdown?: Shutdown };
shared.kuotaShutdown ??= { isStopping: false, servers: new Set(), endless: new Set(), closings: new Map() };
const state = shared.kuotaShutdown;

/** True once the server was told to stop: it takes nothing new, and begins nothing on its own. */
export function isStopping(): boolean {
  return state.isStopping;
}

/** Has something without an end of its own, such as a stream of changes, ended when the server stops. @returns forgets it again */
export function endAtShutdown(end: () => void): () => void {
  if (state.isStopping) end();
  else state.endless.add(end);
  return () => void state.endless.delete(end);
}

/** How many things without an end are open, such as streams of changes; for metrics. */
export function countEndless(): number {
  return state.endless.size;
}

/** Has something closed when the last request was answered. Given again under the same name, it takes the place of the first. */
export function closeAfterRequests(name: string, close: () => Promise<unknown>): void {
  state.closings.set(name, close);
}

/**
 * Ends this process in order on SIGTERM and SIGINT, with exit code 0: takes no new connections, ends what is endless, lets
 * requests under way end, closes what they needed. What is not over after 20 seconds is broken off, so that a file
 * cut short does not look whole. Called once, when the server starts; Next must have been told to leave signals alone.
 */
export function watchSignals(): void {
  subscribe("http.server.request.start", (message) => {
    state.servers.add((message as { server: Server }).server);
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (!state.isStopping) void stop(signal).finally(() => process.exit(0));
    });
  }
}

async function stop(signal: string): Promise<void> {
  state.isStopping = true;
  const began = performance.now();
  logNotice("server.stopping", { signal, streams: state.endless.size });
  const drained = Promise.all([...state.servers].map(drain));
  for (const end of state.endless) end();
  const broken = (await Promise.race([drained.then(() => false), after(LONGEST_DRAIN_MS)])) !== false;
  if (broken) for (const server of state.servers) server.closeAllConnections();
  await Promise.race([closeAll(), after(LONGEST_CLOSE_MS)]);
  logNotice("server.stopped", { broken, milliseconds: Math.round(performance.now() - began) });
}

async function drain(server: Server): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(idle);
}

/** One after the other, as they were given. */
async function closeAll(): Promise<void> {
  for (const [name, close] of state.closings) {
    await close().catch((error: unknown) => logFault("server.close_failed", error, { part: name }));
  }
}

function after(milliseconds: number): Promise<true> {
  return new Promise((resolve) => setTimeout(() => resolve(true), milliseconds).unref());
}
