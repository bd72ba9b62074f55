import "server-only";
import type { LookupAddress } from "node:dns";
import { Resolver } from "node:dns/promises";
import { type ClientRequest, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { env } from "@/lib/env";
import { monotonicMilliseconds } from "@/lib/time/clock";
import { addressIn, isPublicAddress, isThisMachine } from "./addresses";

/** What came of sending one body to one address. `failure` is null when it was taken (2xx). */
export type Answer = {
  readonly status: number | null;
  readonly failure: Failure | null;
  readonly milliseconds: number;
};
export type Failure = "status" | "timeout" | "refused_address" | "no_such_host" | "no_connection";

const TIME_LIMIT_MS = 10_000;
/** Of an answer only the status counts; reading on would let a receiver keep us busy. */
const MOST_ANSWER_BYTES = 4_096;

/** After so long without an answer a name server is asked once more, or the next one is. */
const NAME_SERVER_MS = 3_000;

class RefusedAddress extends Error {}
class NoSuchHost extends Error {}

/** Whether webhooks may go to this machine itself: outside production, and where the operator says so (demo, tests). */
export function mayReachThisMachine(): boolean {
  return env().NODE_ENV !== "production" || env().LOCAL_WEBHOOKS === "yes";
}

/**
 * Posts a body. Connects only to public addresses: each address that the name leads to is checked as the connection is
 * made, so that a name cannot lead elsewhere after it was saved. Follows no redirect, waits 10 seconds at the most, and
 * never fails.
 */
export async function postBody(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Answer> {
  const begun = monotonicMilliseconds();
  const ended = (status: number | null, failure: Failure | null): Answer => ({
    status,
    failure,
    milliseconds: Math.round(monotonicMilliseconds() - begun),
  });
  try {
    const status = await post(new URL(url), headers, body);
    return ended(status, status >= 200 && status < 300 ? null : "status");
  } catch (error) {
    return ended(null, failureOf(error));
  }
}

function post(url: URL, headers: Readonly<Record<string, string>>, body: string): Promise<number> {
  const isLocal = mayReachThisMachine() && isThisMachine(url.hostname);
  const literal = addressIn(url.hostname);
  if (!isLocal && (url.protocol !== "https:" || (literal !== null && !isPublicAddress(literal)))) {
    throw new RefusedAddress("not a public address");
  }
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const outgoing: ClientRequest = send(url, {
      method: "POST",
      agent: false,
      headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
      ...(isLocal ? {} : { lookup: lookUpPublic }),
    });
    outgoing.on("error", reject);
    outgoing.on("response", (answer) => {
      resolve(answer.statusCode ?? 0);
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MOST_ANSWER_BYTES) outgoing.destroy();
      });
      answer.on("error", reject);
    });
    outgoing.end(body);
  });
}

/** Looks a name up and hands over its addresses only if all of them are public. */
const lookUpPublic: LookupFunction = (hostname, options, callback) => {
  publicAddressesOf(hostname).then(
    ([first, ...others]) => {
      if (options.all) callback(null, [first, ...others]);
      else callback(null, first.address, first.family);
    },
    (error: Error) => callback(error, []),
  );
};

/**
 * Asks the name servers itself. The system's own look-up holds one of the process's few threads for as long as a name server
 * says nothing: four such names would keep everybody's webhooks, mails and connections waiting.
 */
async function publicAddressesOf(hostname: string): Promise<[LookupAddress, ...LookupAddress[]]> {
  const names = new Resolver({ timeout: NAME_SERVER_MS, tries: 2 });
  const answers = await Promise.allSettled([names.resolve4(hostname), names.resolve6(hostname)]);
  const [first, ...others] = answers
    .flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []))
    .map((address) => ({ address, family: isIP(address) }));
  if (!first) throw new NoSuchHost(`${hostname} leads to no address`);
  if (![first, ...others].every(({ address }) => isPublicAddress(address))) {
    throw new RefusedAddress(`${hostname} leads to an address that is not public`);
  }
  return [first, ...others];
}

function failureOf(error: unknown): Failure {
  if (error instanceof RefusedAddress) return "refused_address";
  if (!(error instanceof Error)) return "no_connection";
  if (error.name === "AbortError" || error.name === "TimeoutError") return "timeout";
  return error instanceof NoSuchHost ? "no_such_host" : "no_connection";
}
