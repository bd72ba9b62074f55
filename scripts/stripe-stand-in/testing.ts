import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { apiVersion } from "./sdk/version";
import { type StandIn, type StandInOptions, startStripeStandIn } from "./stand-in";

export const secretKey = "sk_test_1234567890abcdef";
export const webhookSecret = "whsec_stand_in";

/** An app's webhook door for tests: checks each signature with the SDK and remembers what came, in order. */
export type Receiver = {
  url: string;
  events: Stripe.Event[];
  /** The next answers' statuses; 200 when there is none left. */
  answers: number[];
  /** Milliseconds before each answer. */
  pauseMs: number;
  close(): Promise<void>;
};

/** A server that reads each request whole before it answers; who goes away before that is not answered. */
export function readingServer(
  answer: (request: IncomingMessage, body: Buffer, response: ServerResponse) => Promise<void>,
): Server {
  return createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => void answer(request, Buffer.concat(parts), response));
  });
}

export async function startReceiver(): Promise<Receiver> {
  const events: Stripe.Event[] = [];
  const stripe = new Stripe(secretKey);
  const server = readingServer(async (request, body, response) => {
    const signature = String(request.headers["stripe-signature"]);
    events.push(stripe.webhooks.constructEvent(body, signature, webhookSecret));
    if (receiver.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, receiver.pauseMs));
    response.writeHead(receiver.answers.shift() ?? 200).end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/webhooks/stripe`,
    events,
    answers: [],
    pauseMs: 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

/** A stand-in with the real SDK pointed at it. */
export async function startWithSdk(
  options: Partial<StandInOptions> = {},
): Promise<{ standIn: StandIn; stripe: Stripe }> {
  const standIn = await startStripeStandIn({ port: 0, webhookSecret, ...options });
  return { standIn, stripe: sdkFor(standIn) };
}

export function sdkFor(standIn: StandIn, config: Partial<Stripe.StripeConfig> = {}): Stripe {
  return new Stripe(secretKey, { host: "127.0.0.1", port: standIn.port, protocol: "http", ...config });
}

/** A top-up as the app would ask for it: one balance line and one tax line, in rupiah. */
export function topUp(
  changes: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Stripe.Checkout.SessionCreateParams {
  const line = (name: string, amount: number) => ({
    quantity: 1,
    price_data: { currency: "idr", unit_amount: amount, product_data: { name } },
  });
  return {
    mode: "payment",
    ui_mode: "hosted_page",
    success_url: "http://localhost:3000/top-up/return?session={CHECKOUT_SESSION_ID}",
    cancel_url: "http://localhost:3000/top-up",
    client_reference_id: "purchase-1",
    metadata: { purchase: "purchase-1" },
    payment_intent_data: { metadata: { purchase: "purchase-1" } },
    line_items: [line("Balance", 100_000_000), line("Tax (11%)", 11_000_000)],
    adaptive_pricing: { enabled: false },
    locale: "id",
    ...changes,
  };
}

/** A line item of one amount. */
export function lineItem(currency: string, amount: number): Stripe.Checkout.SessionCreateParams.LineItem {
  return { quantity: 1, price_data: { currency, unit_amount: amount, product_data: { name: "Balance" } } };
}

/** Presses a button of the hosted page. @returns where the browser would go */
export async function press(session: Stripe.Checkout.Session | string, act: string): Promise<string> {
  const response = await fetch(typeof session === "string" ? session : (session.url ?? ""), {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ act }),
  });
  return response.headers.get("location") ?? "";
}

/** Waits until something holds. @throws Error when it does not within ten seconds */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`it did not come to hold: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A request that the SDK's types would not allow. */
export async function post(
  standIn: StandIn,
  path: string,
  body: string,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${standIn.url}${path}`, {
    method: "POST",
    body,
    headers: {
      authorization: `Bearer ${secretKey}`,
      "content-type": "application/x-www-form-urlencoded",
      "stripe-version": apiVersion,
      ...headers,
    },
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** The error that the SDK throws. @throws Error when the request was not refused */
export async function refusal(request: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const outcome = await request.then(
    () => new Error("it was not refused"),
    (error: unknown) => error,
  );
  if (outcome instanceof Stripe.errors.StripeError) return outcome;
  throw outcome;
}
