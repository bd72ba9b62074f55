import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { answered } from "../api/expansion";
import { decodeForm, type FormValue } from "../api/form";
import { StripeRefusal } from "../api/refusals";
import { type ApiAnswer, serveApi } from "../api/serve";
import { found } from "../world/lookup";
import { checkoutPage } from "./checkout-page";
import { type Controlled, controls, type Wishes } from "./control";
import type { OutageKind } from "./outage";
import { overviewPage } from "./overview-page";
import { escaped, pageFrame } from "./page-frame";
import { actOfPayer, answeredWebhooks, sessionOfPage, taken } from "./payer";
import { receiptPage } from "./receipt-page";

const largestBody = 1024 * 1024;
const local = /^(127\.0\.0\.1|localhost)(:\d+)?$/;
const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  "referrer-policy": "same-origin",
};

/** The HTTP server: the API below `/v1/`, the hosted page below `/c/pay/`, the controls below `/_stand-in/`. */
export function standInServer(controlled: Controlled, secretKey: string | undefined): Server {
  return createServer((request, response) => {
    serve(controlled, secretKey, request, response).catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent)
        answer(response, 500, { error: { type: "api_error", message: String(error) } });
      else response.destroy();
    });
  });
}

async function serve(
  controlled: Controlled,
  secretKey: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, search } = new URL(request.url ?? "/", "http://stand-in");
  const body = await bodyOf(request);
  if (body === null) {
    response.setHeader("connection", "close");
    answer(response, 413, { error: { type: "invalid_request_error", message: "The body is too large." } });
    return;
  }
  if (!pathname.startsWith("/v1/")) {
    await serveBrowser(controlled, request, response, pathname, search.slice(1), body);
    return;
  }
  const { method = "GET", headers } = request;
  const outage = controlled.outage.next(method, pathname);
  if (outage !== null && outage !== "cut_after") {
    fail(response, outage);
    return;
  }
  const served = serveApi(
    controlled.world,
    { method, path: pathname, query: search.slice(1), headers, body },
    secretKey,
  );
  if (outage === "cut_after") fail(response, outage);
  else answerApi(response, served);
}

function fail(response: ServerResponse, outage: OutageKind): void {
  switch (outage) {
    case "error":
      answer(response, 500, { error: { type: "api_error", message: "An error occurred at Stripe." } });
      return;
    case "rate_limit":
      answer(response, 429, {
        error: { type: "invalid_request_error", code: "rate_limit", message: "Too many requests." },
      });
      return;
    case "hang":
      return;
    default:
      response.destroy();
  }
}

async function serveBrowser(
  controlled: Controlled,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: string,
  body: string,
): Promise<void> {
  if (!local.test(request.headers.host ?? "") || isForeign(request)) {
    answer(response, 403, { error: "This server answers to its own pages and to programs on this machine." });
    return;
  }
  try {
    if (path.startsWith("/c/pay/")) await servePayer(controlled, request, response, path.slice(7), body);
    else if (path.startsWith("/receipts/")) {
      const charge = found(controlled.world.tables.charges, path.slice(10), "charge");
      html(response, 200, receiptPage(charge));
    } else if (path === "/" || path === "/_stand-in" || path === "/_stand-in/") {
      html(response, 200, overviewPage(controlled.world, controlled.deliverer));
    } else await serveControl(controlled, request, response, path, query, body);
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error;
    if (wantsPage(request)) {
      const text = `<section><h1>This cannot be done</h1><p>${escaped(error.message)}</p></section>`;
      html(response, error.status, pageFrame("This cannot be done", text));
    } else answer(response, error.status, { error: error.message });
  }
}

/** A page of another site that posts here. */
function isForeign({ method, headers: { origin, host } }: IncomingMessage): boolean {
  return method !== "GET" && origin !== undefined && origin !== `http://${host}`;
}

async function servePayer(
  { world, deliverer }: Controlled,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  body: string,
): Promise<void> {
  const session = sessionOfPage(world, id);
  if (request.method !== "POST") {
    html(response, 200, checkoutPage(world, session));
    return;
  }
  const act = new URLSearchParams(body).get("act") ?? "";
  redirect(response, await actOfPayer(world, deliverer, session, act));
}

async function serveControl(
  controlled: Controlled,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: string,
  body: string,
): Promise<void> {
  const parts = path.replace(/^\/_stand-in\//, "").split("/");
  const id = parts.length > 1 && parts[1] !== "release" ? parts[1] : undefined;
  const name = [parts[0], ...(id === undefined ? parts.slice(1) : [":id", ...parts.slice(2)])].join("/");
  const step = path.startsWith("/_stand-in/") ? controls[`${request.method} ${name}`] : undefined;
  if (!step) {
    answer(response, 404, { error: `There is no ${request.method} ${path}.` });
    return;
  }
  const { wait, ...wishes } = wishesOf(request, request.method === "GET" ? query : body);
  const { world, deliverer } = controlled;
  const { result, events } = taken(world, () => step(controlled, wishes, ...(id === undefined ? [] : [id])));
  const given = await result;
  if (wait !== false && wait !== "false") await answeredWebhooks(world, deliverer, events);
  if (wantsPage(request)) redirect(response, "/_stand-in/");
  else answer(response, 200, { result: answered(world, given), events });
}

/** The wishes in a JSON body, or in a form or query. @throws StripeRefusal when the JSON cannot be read */
function wishesOf(request: IncomingMessage, text: string): Wishes {
  if (!request.headers["content-type"]?.startsWith("application/json")) {
    return Object.fromEntries([...decodeForm(text)].map(([name, value]) => [name, plain(value)]));
  }
  try {
    const read: unknown = JSON.parse(text || "{}");
    if (typeof read === "object" && read !== null && !Array.isArray(read)) return { ...read };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new StripeRefusal(400, { type: "invalid_request_error", message: "The body must be a JSON object." });
}

function plain(value: FormValue): unknown {
  return typeof value === "string"
    ? value
    : Object.fromEntries([...value].map(([key, part]) => [key, plain(part)]));
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > largestBody) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function wantsPage(request: IncomingMessage): boolean {
  return request.headers.accept?.includes("text/html") ?? false;
}

function answerApi(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  answer(response, status, body);
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body, null, 2));
}

function html(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, pageHeaders);
  response.end(page);
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location, "cache-control": "no-store" });
  response.end();
}
