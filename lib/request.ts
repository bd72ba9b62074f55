import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
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

type Shared = typeof globalThis & {
  kuotaRequests?: AsyncLocalStorage<RequestFacts>;
  kuotaRequestsWatched?: true;
};

// One store per process: the bundles of routes and of instrumentation each have a copy of this file.
const shared = globalThis as Shared;
shared.kuotaRequests ??= new AsyncLocalStorage<RequestFacts>();
const requests = shared.kuotaRequests;

/** Null outside of a request: scripts, timers, tests. */
export function currentRequest(): RequestFacts | null {
  return requests.getStore() ?? null;
}

/** Runs `work` as part of a request. For servers that are not Node's own, and for tests. */
export function duringRequest<T>(facts: RequestFacts, work: () => T): T {
  return requests.run(facts, work);
}

/** Notes the facts of every request that Node's HTTP server takes from now on. Called once, when the server starts. */
export function watchRequests(): void {
  if (shared.kuotaRequestsWatched) return;
  shared.kuotaRequestsWatched = true;
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
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
    });
  });
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
  return (addresses.at(-1 - trustedProxies) ?? addresses[0] ?? peer).replace(/^::ffff:/, "");
}

function requestId(given: string | string[] | undefined): string {
  return typeof given === "string" && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
}
