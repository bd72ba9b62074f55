import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { isIPv6, type Socket } from "node:net";
import { env } from "@/lib/env";

/** What is known of the request being served, wherever the code that serves it stands. */
export type RequestFacts = {
  /** Ties together every log line of one request; from `X-Request-Id` where a proxy gave one. */
  readonly id: string;
  /** Where it came from: the peer, or what the trusted proxies say. */
  readonly address: string;
  readonly method: string;
  /** Path and query as the browser asked, "/o/acme/package-usage/conversation?from=…". */
  readonly path: string;
};

/** `refuseWith`: answers with this status where Next would with a 500. */
type Store = RequestFacts & { readonly refuseWith?: (status: number) => void };
type Shared = typeof globalThis & {
  kuotaRequests?: AsyncLocalStorage<Store>;
  kuotaRequestsWatched?: true;
};

// One store per process: the bundles of routes and of instrumentation each have a copy of this file.
const shared = globalThis as Shared;
shared.kuotaRequests ??= new AsyncLocalStorage<Store>();
const requests = shared.kuotaRequests;

/** How long the rest of a body that nobody wants may keep coming. */
const LONGEST_REST_MS = 5_000;

type Started = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: Server;
};
type Finished = { readonly request: IncomingMessage; readonly socket: Socket };

/**
 * Longer than balancers and proxies keep an unused connection, most of them a minute: were it closed here first, now and
 * then just as it is used again, the request on it would fail with nobody's fault.
 */
const KEEP_ALIVE_MS = 75_000;

/** Null outside of a request: scripts, timers, tests. */
export function currentRequest(): RequestFacts | null {
  return requests.getStore() ?? null;
}

/** Runs `work` as part of a request. For servers that are not Node's own, and for tests. */
export function duringRequest<T>(facts: RequestFacts, work: () => T): T {
  return requests.run(facts, work);
}

/**
 * Notes the facts of every request that Node's HTTP server takes from now on, keeps connections for long enough, and closes
 * those that would be stuck. Called once, when the server starts.
 */
export function watchRequests(): void {
  if (shared.kuotaRequestsWatched) return;
  shared.kuotaRequestsWatched = true;
  subscribe("http.server.request.start", (message) => {
    const { request, response, server } = message as Started;
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    request.url = readableAddress(request.url ?? "/");
    requests.enterWith({
      id: requestId(request.headers["x-request-id"]),
      address: requestAddress(
        request.socket.remoteAddress ?? "",
        request.headers["x-forwarded-for"],
        env().TRUSTED_PROXIES,
      ),
      method: request.method ?? "GET",
      path: request.url,
      refuseWith: (status) => replaceFailure(response, status),
    });
  });
  subscribe("http.server.response.finish", (message) => {
    const { request, socket } = message as Finished;
    // Of what nobody began to read, Node takes the rest by itself.
    if (!request.complete && request.readableDidRead) closeBehindAnswer(socket);
  });
}

/**
 * A body that was refused half-way, being too large, would hold its connection, and its sender, for as long as both live.
 * Closed at once, what is still on its way would break the connection before the answer is read.
 */
function closeBehindAnswer(socket: Socket): void {
  socket.end();
  // Node reads again when a paused connection is resumed, and hands what it reads to the request until told otherwise.
  const drop = () => void socket.removeAllListeners("data").on("data", () => undefined);
  if (socket.isPaused()) socket.once("resume", drop).resume();
  else drop();
  setTimeout(() => socket.destroy(), LONGEST_REST_MS).unref();
}

/**
 * What nobody expected while answering a request may be the request's own fault: a form that is broken off or too large, of
 * another site, or not of ours. Next answers those with a 500, and nothing tells them from its other errors but what they
 * say and where they were thrown. Such a request is answered with 400 or 413 instead.
 *
 * @param kind Next's word for where it happened
 * @returns whether it was
 */
export function refuseMalformed(error: unknown, method: string, kind: string): boolean {
  if (method !== "POST" || !(error instanceof Error)) return false;
  const isNexts = /[/_]next[/_]dist[/_]/.test(firstFrame(error));
  const isUnreadable =
    isNexts && (kind === "action" || error.name === "SyntaxError" || error.message === "Invalid URL");
  if (!isUnreadable && !UNREADABLE.test(error.message)) return false;
  requests.getStore()?.refuseWith?.(error.message.startsWith("Body exceeded") ? 413 : 400);
  return true;
}

const UNREADABLE =
  /^(Body exceeded |Failed to parse body as FormData|Invalid Server Actions request|Multipart: |Malformed |Unexpected end of form)/;

/** Where an error was thrown, leaving out Node's own functions; empty when they alone are known. */
function firstFrame({ stack = "" }: Error): string {
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return frames.find((line) => !/\(?node:|<anonymous>/.test(line)) ?? "";
}

function replaceFailure(response: ServerResponse, status: number): void {
  const writeHead = response.writeHead.bind(response) as (
    given: number,
    ...rest: unknown[]
  ) => ServerResponse;
  response.writeHead = (given: number, ...rest: unknown[]) =>
    writeHead(given === 500 ? status : given, ...rest);
}

/**
 * An address in which each part of the path can be decoded: where percent signs are not followed by what they announce
 * they stand for themselves. Next would answer with a 500, before any route of ours.
 */
export function readableAddress(address: string): string {
  const end = address.search(/[?#]|$/);
  const parts = address.slice(0, end).split("/");
  return (
    parts.map((part) => (isDecodable(part) ? part : part.replaceAll("%", "%25"))).join("/") +
    address.slice(end)
  );
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** Anybody may write X-Forwarded-For; only as many of its last entries as there are trusted proxies are believed. */
export function requestAddress(
  peer: string,
  forwardedFor: string | string[] | undefined,
  trustedProxies: number,
): string {
  const hops = [forwardedFor ?? []].flat().join(",").split(",");
  const addresses = [...hops.map((hop) => hop.trim()).filter((hop) => hop !== ""), peer];
  return (addresses.at(-1 - trustedProxies) ?? addresses[0] ?? peer).replace(/^::ffff:(?=\d+\.)/i, "");
}

/**
 * Whom a limit per address counts: an IPv4 address, or an IPv6 network of 64 bits, in which one customer of a provider has
 * as many addresses as it likes.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [before = [], after = []] = address.split("::").map((part) => part.split(":").filter(Boolean));
  const leftOut = Array<string>(8 - before.length - after.length).fill("0");
  const network = [...before, ...leftOut, ...after].slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}

function requestId(given: string | string[] | undefined): string {
  return typeof given === "string" && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
}
