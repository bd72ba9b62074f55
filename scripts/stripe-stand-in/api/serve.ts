import { timingSafeEqual } from "node:crypto";
import type { ObjectShape, Shape } from "../sdk/shapes";
import { apiVersion } from "../sdk/version";
import { newId } from "../world/identifiers";
import type { World } from "../world/world";
import { catalogueRoutes } from "./catalogue-routes";
import { customerRoutes } from "./customer-routes";
import { disputeRoutes } from "./dispute-routes";
import { eventRoutes } from "./event-routes";
import { answered } from "./expansion";
import { canonicalForm, decodeForm, type FormFields } from "./form";
import { moneyRoutes } from "./money-routes";
import { decodeParameters } from "./parameters";
import { paymentIntentRoutes } from "./payment-intent-routes";
import { paymentMethodRoutes } from "./payment-method-routes";
import { refundRoutes } from "./refund-routes";
import { badRequest, errorAnswer, StripeRefusal, unauthorized } from "./refusals";
import { findRoute, type Match, type Route } from "./routes";
import { sessionRoutes } from "./session-routes";

/** Every endpoint that the stand-in plays. */
export const routes: Route[] = [
  ...customerRoutes,
  ...catalogueRoutes,
  ...sessionRoutes,
  ...paymentIntentRoutes,
  ...paymentMethodRoutes,
  ...moneyRoutes,
  ...refundRoutes,
  ...disputeRoutes,
  ...eventRoutes,
];

/** A request to the API, its body read. */
export type ApiRequest = {
  method: string;
  path: string;
  query: string;
  headers: { [name: string]: string | string[] | undefined };
  body: string;
};

/** What is sent back, the body not yet written as JSON. */
export type ApiAnswer = { status: number; headers: Record<string, string>; body: unknown };

/** Addresses that took `payment_method_types` before the SDK's version, as the Stripe CLI still sends it. */
const formerlyTyped = /^\/v1\/(checkout\/sessions|payment_intents)$/;

/**
 * Serves one request to the API: log-in, version, idempotency, parameters, the endpoint, expansion.
 * Whatever Stripe would refuse is answered as Stripe's error; only a fault of the stand-in throws.
 */
export function serveApi(world: World, request: ApiRequest, secretKey: string | undefined): ApiAnswer {
  const requestId = newId("request");
  const headers: Record<string, string> = { "request-id": requestId };
  try {
    checkKey(request, secretKey);
    headers["stripe-version"] = checkVersion(request);
    const match = findRoute(routes, request.method, request.path);
    if (!match) throw unknownAddress(request);
    const fields = fieldsOf(request);
    const key = header(request, "idempotency-key");
    if (request.method !== "POST" || key === undefined) {
      return { status: 200, headers, body: run(world, request, match, fields, requestId) };
    }
    headers["idempotency-key"] = key;
    return serveOnce(world, request, match, fields, key, { status: 200, headers, body: null });
  } catch (error) {
    return refusalAnswer(error, headers, requestId);
  }
}

function refusalAnswer(error: unknown, headers: Record<string, string>, requestId: string): ApiAnswer {
  if (!(error instanceof StripeRefusal)) throw error;
  return { status: error.status, headers, body: errorAnswer(error.body, requestId) };
}

/** A key answers the same request always alike, and refuses any other one (kept also over a restart). */
function serveOnce(
  world: World,
  request: ApiRequest,
  match: Match,
  fields: FormFields,
  key: string,
  answer: ApiAnswer,
): ApiAnswer {
  if (key.length > 255) throw badRequest("The idempotency key is longer than 255 characters.");
  const name = `${header(request, "authorization") ?? ""} ${key}`;
  const form = canonicalForm(fields);
  const kept = world.tables.answers.get(name);
  if (kept) {
    if (kept.endpoint !== request.path || kept.form !== form)
      throw otherRequest(key, kept.endpoint, request.path);
    Object.assign(answer.headers, { "idempotent-replayed": "true", "original-request": kept.request });
    return { ...answer, status: kept.status, body: kept.body };
  }
  const requestId = answer.headers["request-id"] ?? "";
  const served = { ...answer };
  try {
    served.body = run(world, request, match, fields, requestId);
  } catch (error) {
    if (error instanceof StripeRefusal && error.early) throw error;
    Object.assign(served, refusalAnswer(error, answer.headers, requestId));
  }
  const { status, body } = served;
  world.tables.answers.set(name, { endpoint: request.path, form, status, body, request: requestId });
  world.onChange();
  return served;
}

function otherRequest(key: string, former: string, path: string): StripeRefusal {
  const message =
    former === path
      ? "Keys for idempotent requests can only be used with the same parameters they were first used with."
      : `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${former}').`;
  return new StripeRefusal(
    400,
    {
      type: "idempotency_error",
      message: `${message} Try using a key other than '${key}' if you meant to execute a different request.`,
    },
    true,
  );
}

function run(
  world: World,
  request: ApiRequest,
  match: Match,
  fields: FormFields,
  requestId: string,
): unknown {
  const shape = withFormerNames(match.route.parameters(), request);
  const params = decodeParameters(fields, shape);
  world.cause = { id: requestId, idempotency_key: header(request, "idempotency-key") ?? null };
  try {
    const kept = match.route.run(world, params, ...match.ids);
    return expandedAfter(world, kept, params.expand as string[] | undefined, request.method);
  } finally {
    world.cause = { id: null, idempotency_key: null };
    if (request.method !== "GET") world.onChange();
  }
}

/** What was done stays done when the expansion is refused, so a key keeps that refusal. */
function expandedAfter(world: World, kept: unknown, expand: string[] | undefined, method: string): unknown {
  try {
    return answered(world, kept, expand);
  } catch (error) {
    if (!(error instanceof StripeRefusal) || method === "GET") throw error;
    throw new StripeRefusal(error.status, error.body, false);
  }
}

/** A request that names no version is read as an older account's default would read it. */
function withFormerNames(shape: ObjectShape, request: ApiRequest): ObjectShape {
  if (header(request, "stripe-version") !== undefined || request.method !== "POST") return shape;
  if (!formerlyTyped.test(request.path)) return shape;
  const word: Shape = { kind: "string" };
  const types: Shape = { kind: "array", of: () => word };
  return {
    ...shape,
    members: () => new Map(shape.members()).set("payment_method_types", { optional: true, shape: types }),
  };
}

function fieldsOf(request: ApiRequest): FormFields {
  const text = request.method === "POST" ? request.body : request.query;
  const type = header(request, "content-type") ?? "application/x-www-form-urlencoded";
  if (request.method === "POST" && text !== "" && !type.startsWith("application/x-www-form-urlencoded")) {
    throw badRequest(
      `Invalid request: the content type of a request to ${request.path} must be application/x-www-form-urlencoded.`,
    );
  }
  return decodeForm(text);
}

function checkKey(request: ApiRequest, secretKey: string | undefined): void {
  const given = keyOf(header(request, "authorization") ?? "");
  if (given === "") {
    throw unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer " +
        "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  if (secretKey === undefined ? /^(sk|rk)_test_\w+$/.test(given) : same(given, secretKey)) return;
  throw unauthorized(`Invalid API Key provided: ${given.slice(0, 8)}${"*".repeat(8)}${given.slice(-4)}`);
}

/** The key of `Bearer <key>`, or of `Basic` with the key as user name. */
function keyOf(authorization: string): string {
  const [scheme = "", value = ""] = authorization.split(" ");
  if (/^bearer$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return "";
  return Buffer.from(value, "base64").toString("utf8").split(":")[0] ?? "";
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function checkVersion(request: ApiRequest): string {
  const version = header(request, "stripe-version");
  if (version === undefined || version === apiVersion) return apiVersion;
  throw badRequest(`Invalid Stripe API version: ${version}. The Stripe stand-in speaks ${apiVersion} alone.`);
}

function unknownAddress({ method, path }: ApiRequest): StripeRefusal {
  return new StripeRefusal(
    404,
    { type: "invalid_request_error", message: `Unrecognized request URL (${method}: ${path}).` },
    true,
  );
}

function header(request: ApiRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
