import "server-only";
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { z } from "zod";
import { readBytes } from "@/app/api/body";
import { bodiless } from "@/app/bodiless";
import { authorizeKey, narrowToOrganization } from "@/lib/auth/api-keys";
import type { Permission } from "@/lib/auth/permissions";
import type { Scope } from "@/lib/auth/scope";
import { turnstile } from "@/lib/combining/turnstile";
import { type FieldError, isOutage, Refusal } from "@/lib/errors";
import { logFault } from "@/lib/log";
import { countRefusal, countRequest } from "@/lib/metrics/metrics";
import { idempotencyKeyInput } from "@/lib/provisioning/input";
import { currentRequest } from "@/lib/request";
import { slugInput } from "@/lib/text/input";
import { monotonicMilliseconds } from "@/lib/time/clock";
import { fieldErrors, problem } from "./problem";

/** Bodies that configure something are small; events have a limit of their own. */
const MOST_BYTES = 4 * 1_048_576;

/**
 * Answers a machine's request: what `work` returns, a refusal as its problem document, and anything else as a 500
 * that tells nothing and is logged. Every answer carries the request's id.
 *
 * @param route the pattern of the address, for the metrics
 */
export async function answer(
  request: Request,
  route: string,
  work: () => Promise<Response>,
): Promise<Response> {
  const began = monotonicMilliseconds();
  const id = currentRequest()?.id ?? randomUUID();
  const response = await work().catch(async (error: unknown) => {
    if (isOverload(error) && isLarge(request)) await setTimeout(TURNED_AWAY_AFTER_MS);
    return refuse(error, route, id);
  });
  response.headers.set("x-request-id", id);
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  const { method } = request;
  countRequest({ route, method, status: response.status }, monotonicMilliseconds() - began);
  return bodiless(request, response);
}

/** Reading large bodies only to turn them away costs too: who does not wait before sending again is made to. */
const TURNED_AWAY_AFTER_MS = 1_000;

function isOverload(error: unknown): boolean {
  return error instanceof Refusal && error.code === "overloaded";
}

/** A body that does not say how long it is may be. */
function isLarge({ headers, body }: Request): boolean {
  return body !== null && Number(headers.get("content-length") ?? Number.POSITIVE_INFINITY) > LARGE_BYTES;
}

function refuse(error: unknown, route: string, requestId: string): Response {
  if (error instanceof Refusal) {
    countRefusal(route, error.code);
    return problem(error, requestId);
  }
  logFault("api.failed", error, { route, requestId });
  const outage = isOutage(error);
  const refusal = outage
    ? new Refusal("overloaded", "The database can not serve right now. Send the request again.", {
        retryAfterSeconds: 2,
      })
    : new Refusal("internal_error", "Something went wrong on our side. Send the request again.");
  return problem(refusal, requestId);
}

/**
 * What a key may do for the organization in the address.
 *
 * @throws Refusal unauthenticated, forbidden, organization_not_found
 */
export async function authorizeFor<P extends Permission>(
  request: Request,
  slug: string,
  ...permissions: P[]
): Promise<Scope<P>> {
  const scope = await authorizeKey(request.headers.get("authorization"), ...permissions);
  return narrowToOrganization(scope, readSlug(slug));
}

/** @throws Refusal organization_not_found for what cannot be the name of an organization */
export function readSlug(text: string): string {
  const slug = slugInput.safeParse(text);
  if (!slug.success) {
    throw new Refusal("organization_not_found", "There is no organization of this name for this key.");
  }
  return slug.data;
}

/**
 * The name of a package, a price book or a version in the address.
 *
 * @throws Refusal invalid_input with the pointer of the parameter
 */
export function readParameter<T>(schema: z.ZodType<T>, name: string, value: string | null): T {
  const result = schema.safeParse(value ?? undefined);
  if (result.success) return result.data;
  throw invalid(fieldErrors(result.error, name));
}

/**
 * The query of the address, checked.
 *
 * @throws Refusal invalid_input naming every bad parameter
 */
export function readQuery<T>(request: Request, schema: z.ZodType<T>): T {
  const result = schema.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  if (result.success) return result.data;
  throw invalid(fieldErrors(result.error));
}

/**
 * A JSON body that a schema has checked.
 *
 * @throws Refusal unsupported_media_type, payload_too_large, malformed_body, invalid_input naming every bad field
 */
export async function readJson<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const result = schema.safeParse(await readAnyJson(request, ["application/json"], MOST_BYTES));
  if (result.success) return result.data;
  throw invalid(fieldErrors(result.error));
}

/** The media type of a request's body, and its parameters ("charset=utf-8"), in small letters. */
export function contentTypeOf({ headers }: Request): string[] {
  return (headers.get("content-type") ?? "").split(";").map((part) => part.trim().toLowerCase());
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * @param glance sees the text that a large body begins with before it is parsed; what it throws is thrown on
 * @throws Refusal unsupported_media_type, payload_too_large, malformed_body
 */
export async function readAnyJson(
  request: Request,
  mediaTypes: readonly string[],
  mostBytes: number,
  glance: (beginning: string) => void = () => {},
): Promise<unknown> {
  const [mediaType = "", ...parameters] = contentTypeOf(request);
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  if (!mediaTypes.includes(mediaType) || (charset && !/^charset="?utf-?8"?$/.test(charset))) {
    throw new Refusal("unsupported_media_type", `Send ${mediaTypes.join(" or ")} in UTF-8.`);
  }
  const bytes = await readBytes(request, mostBytes);
  if (bytes.byteLength <= LARGE_BYTES) return parseJson(bytes);
  glance(Buffer.from(bytes.subarray(0, GLANCE_BYTES)).toString("latin1"));
  return large(() => parseJson(bytes));
}

/** Bodies from this size on are parsed one after the other, with room for everybody else in between. */
const LARGE_BYTES = 65_536;
const GLANCE_BYTES = 4_096;
const large = turnstile();

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    throw new Refusal("malformed_body", "The body is not JSON in UTF-8.");
  }
}

/** @throws Refusal invalid_input when the request cannot be told from its repeats */
export function readIdempotencyKey(request: Request): string {
  const result = idempotencyKeyInput.safeParse(request.headers.get("idempotency-key") ?? "");
  if (result.success) return result.data;
  const detail = "Send an Idempotency-Key header of 1 to 200 visible ASCII characters.";
  throw new Refusal("invalid_input", detail, { errors: [{ pointer: "/Idempotency-Key", detail }] });
}

function invalid(errors: readonly FieldError[]): Refusal {
  const [first] = errors;
  const rest = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const detail = first
    ? `${first.pointer || "The body"}: ${first.detail}${rest}`
    : "The request is not valid.";
  return new Refusal("invalid_input", detail, { errors });
}
