import "server-only";
import Stripe from "stripe";
import { z } from "zod";
import { type Env, env } from "@/lib/env";
import { invariant, Refusal } from "@/lib/errors";
import {
  type Changed,
  type CheckoutRequest,
  type CustomerRequest,
  type Payment,
  type PaymentProvider,
  PaymentRefused,
  type ProviderDispute,
  type ProviderRefund,
  type PurchaseReference,
  type RefundRequest,
} from "./payments";
import { fromMinorUnits, toMinorUnits } from "./stripe-amounts";

const TIMEOUT_MS = 20_000;
const RETRIES = 2;
/** Stripe refuses signatures that are older. */
const SIGNATURE_TOLERANCE_SECONDS = 300;

/** What an event is about, by its type. `charge.refunded` is left out: its amount is cumulative. */
const CHANGES: Readonly<Record<string, Changed["kind"]>> = {
  "checkout.session.completed": "checkout",
  "checkout.session.async_payment_succeeded": "checkout",
  "checkout.session.async_payment_failed": "checkout",
  "checkout.session.expired": "checkout",
  "refund.created": "refund",
  "refund.updated": "refund",
  "refund.failed": "refund",
  "charge.dispute.created": "dispute",
  "charge.dispute.updated": "dispute",
  "charge.dispute.funds_withdrawn": "dispute",
  "charge.dispute.funds_reinstated": "dispute",
  "charge.dispute.closed": "dispute",
};

/** Other programs may use the same account, and write what they like into metadata. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Settings = Pick<Env, "STRIPE_SECRET_KEY" | "STRIPE_WEBHOOK_SECRET" | "STRIPE_API_BASE">;

let known: PaymentProvider | undefined;

/** Stripe Checkout. The client is made on first use, so that a build needs no secret. */
export function stripeProvider(): PaymentProvider {
  known ??= createStripeProvider(env());
  return known;
}

/**
 * Stripe behind the port.
 *
 * @throws Error when the key is missing, or when an API base is given together with a live key or for another machine
 */
export function createStripeProvider(settings: Settings): PaymentProvider {
  const secretKey = settings.STRIPE_SECRET_KEY;
  if (!secretKey) throw new Error("STRIPE_SECRET_KEY is not set: nothing can be paid.");
  const livemode = !/^(sk|rk)_test_/.test(secretKey);
  const stripe = new Stripe(secretKey, {
    timeout: TIMEOUT_MS,
    maxNetworkRetries: RETRIES,
    telemetry: false,
    ...standInAddress(settings.STRIPE_API_BASE, livemode),
  });
  return {
    name: "stripe",
    livemode,
    refunds: true,
    checkAmount: (amount, currency) => {
      toMinorUnits(amount, currency);
    },
    createCustomer: (request) => refusing(() => createCustomer(stripe, request)),
    startCheckout: (request) => refusing(() => startCheckout(stripe, request)),
    cancelCheckout: (reference) => cancelCheckout(stripe, reference),
    fetchPayment: (reference) => orNull(async () => toPayment(await fetchSession(stripe, reference))),
    refund: (request) => refusing(() => refund(stripe, request)),
    fetchRefund: (reference) => orNull(async () => toRefund(await fetchRefund(stripe, reference))),
    refundsOf: (payment) => refundsOf(stripe, payment),
    fetchDispute: (reference) => orNull(async () => toDispute(await fetchDispute(stripe, reference))),
    readWebhook: (body, signature) => readWebhook(stripe, settings.STRIPE_WEBHOOK_SECRET, body, signature),
    changesSince: (since) => changesSince(stripe, since),
    staffAddress: (payment, live) => `https://dashboard.stripe.com/${live ? "" : "test/"}payments/${payment}`,
  };
}

/** Only the stand-in of demo and tests, on this machine and with a test key, may take Stripe's place. */
function standInAddress(base: string | undefined, livemode: boolean): Partial<Stripe.StripeConfig> {
  if (!base) return {};
  const { hostname, port, protocol } = new URL(base);
  if (livemode || !["127.0.0.1", "localhost", "[::1]"].includes(hostname)) {
    throw new Error("STRIPE_API_BASE is for the local stand-in: unset it to take payments.");
  }
  return {
    host: hostname,
    port: port || (protocol === "https:" ? 443 : 80),
    protocol: protocol === "https:" ? "https" : "http",
  };
}

async function createCustomer(stripe: Stripe, request: CustomerRequest): Promise<string> {
  const customer = await stripe.customers.create(
    { name: request.name, metadata: { organization: String(request.organizationId) } },
    { idempotencyKey: `customer:${request.requestId}` },
  );
  return customer.id;
}

async function startCheckout(stripe: Stripe, request: CheckoutRequest) {
  const { purchase, purchaseNumber, currency, lines, returnUrl } = request;
  const metadata = {
    organization: String(purchase.organizationId),
    purchase: purchase.purchaseId,
    number: purchaseNumber,
  };
  const session = await stripe.checkout.sessions.create(
    {
      mode: "payment",
      ui_mode: "hosted_page",
      customer: request.customer,
      customer_update: { name: "auto", address: "auto" },
      tax_id_collection: { enabled: true },
      client_reference_id: purchase.purchaseId,
      metadata,
      payment_intent_data: { metadata, description: purchaseNumber },
      line_items: lines.map(({ name, quantity, unitAmount }) => ({
        quantity,
        price_data: {
          currency: currency.toLowerCase(),
          unit_amount: toMinorUnits(unitAmount, currency),
          product_data: { name },
        },
      })),
      success_url: `${returnUrl}${returnUrl.includes("?") ? "&" : "?"}session={CHECKOUT_SESSION_ID}`,
      cancel_url: request.cancelUrl,
      expires_at: Math.floor(request.expiresAt.getTime() / 1_000),
      locale: request.locale,
      adaptive_pricing: { enabled: false },
    },
    { idempotencyKey: `topup:${purchase.purchaseId}:v${request.version}` },
  );
  invariant(session.url, `session ${session.id} has a page`);
  return { reference: session.id, url: session.url };
}

async function cancelCheckout(stripe: Stripe, reference: string): Promise<void> {
  try {
    await stripe.checkout.sessions.expire(reference);
  } catch (error) {
    // Paid or expired meanwhile: what it is now, the caller asks for anyway.
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
  }
}

async function fetchSession(stripe: Stripe, reference: string) {
  return stripe.checkout.sessions.retrieve(reference, {
    expand: ["payment_intent.latest_charge.balance_transaction"],
  });
}

function toPayment(session: Stripe.Checkout.Session): Payment {
  const currency = (session.currency ?? "").toUpperCase();
  const intent = typeof session.payment_intent === "object" ? session.payment_intent : null;
  const charge = typeof intent?.latest_charge === "object" ? intent.latest_charge : null;
  const status = paymentStatus(session, intent);
  return {
    checkout: session.id,
    purchase: purchaseOf(session.metadata),
    status,
    amount: currency === "" ? 0n : fromMinorUnits(session.amount_total ?? 0, currency),
    currency,
    livemode: session.livemode,
    customer: idOf(session.customer),
    payment: idOf(session.payment_intent),
    proofUrl: charge?.receipt_url ?? null,
    ...methodOf(charge),
    payerTaxId: session.customer_details?.tax_ids?.find(({ value }) => value)?.value ?? null,
    paidAt: status === "paid" && charge ? paidAt(charge) : null,
    failure: intent?.last_payment_error?.message ?? null,
  };
}

function paymentStatus(
  session: Stripe.Checkout.Session,
  intent: Stripe.PaymentIntent | null,
): Payment["status"] {
  if (session.status === "expired") return "expired";
  if (session.status !== "complete") return "open";
  if (session.payment_status !== "unpaid") return "paid";
  const isOver = intent?.status === "requires_payment_method" || intent?.status === "canceled";
  return isOver ? "failed" : "pending";
}

/** The charge of a delayed method is made long before its money arrives. */
function paidAt(charge: Stripe.Charge): Date {
  const booking = charge.balance_transaction;
  const seconds = typeof booking === "object" && booking ? booking.created : charge.created;
  return new Date(seconds * 1_000);
}

function methodOf(charge: Stripe.Charge | null): Pick<Payment, "method" | "methodDetail"> {
  const details = charge?.payment_method_details;
  if (!details) return { method: null, methodDetail: null };
  if (details.type === "card" && details.card) {
    return { method: "card", methodDetail: `${details.card.brand ?? ""} ${details.card.last4 ?? ""}`.trim() };
  }
  return {
    method: details.type === "customer_balance" ? "bank_transfer" : details.type,
    methodDetail: null,
  };
}

async function refund(stripe: Stripe, request: RefundRequest): Promise<ProviderRefund> {
  const { refundId, purchase, payment, amount, currency } = request;
  const made = await stripe.refunds.create(
    {
      payment_intent: payment,
      amount: toMinorUnits(amount, currency),
      metadata: {
        refund: refundId,
        organization: String(purchase.organizationId),
        purchase: purchase.purchaseId,
      },
    },
    { idempotencyKey: `refund:${refundId}` },
  );
  return toRefund(made);
}

async function fetchRefund(stripe: Stripe, reference: string): Promise<Stripe.Refund> {
  return stripe.refunds.retrieve(reference, { expand: ["payment_intent"] });
}

async function refundsOf(stripe: Stripe, payment: string): Promise<ProviderRefund[]> {
  const found: ProviderRefund[] = [];
  for await (const one of stripe.refunds.list({ payment_intent: payment, limit: 100 }))
    found.push(toRefund(one));
  return found;
}

function toRefund(made: Stripe.Refund): ProviderRefund {
  const currency = made.currency.toUpperCase();
  const intent = typeof made.payment_intent === "object" ? made.payment_intent : null;
  const isOver = made.status === "failed" || made.status === "canceled";
  return {
    reference: made.id,
    refundId: UUID.exec(made.metadata?.refund ?? "")?.[0] ?? null,
    purchase: purchaseOf(intent?.metadata ?? made.metadata),
    payment: idOf(made.payment_intent),
    amount: fromMinorUnits(made.amount, currency),
    currency,
    state: isOver ? "failed" : made.status === "succeeded" ? "succeeded" : "pending",
  };
}

async function fetchDispute(stripe: Stripe, reference: string): Promise<Stripe.Dispute> {
  return stripe.disputes.retrieve(reference, { expand: ["payment_intent"] });
}

function toDispute(dispute: Stripe.Dispute): ProviderDispute {
  const currency = dispute.currency.toUpperCase();
  const intent = typeof dispute.payment_intent === "object" ? dispute.payment_intent : null;
  return {
    reference: dispute.id,
    purchase: purchaseOf(intent?.metadata ?? null),
    payment: idOf(dispute.payment_intent),
    amount: fromMinorUnits(dispute.amount, currency),
    currency,
    state: disputeState(dispute),
    reason: dispute.reason,
  };
}

function disputeState({ status, balance_transactions: moves }: Stripe.Dispute): ProviderDispute["state"] {
  if (status === "warning_closed" || status === "prevented") return "closed";
  if (status.startsWith("warning_")) return "inquiry";
  const net = moves.reduce((sum, { amount }) => sum + amount, 0);
  if (status === "won" || (moves.length > 1 && net >= 0)) return "won";
  return status === "lost" ? "lost" : "open";
}

function readWebhook(
  stripe: Stripe,
  secrets: string | undefined,
  rawBody: string,
  signature: string | null,
): Changed[] {
  if (!secrets) throw new Error("STRIPE_WEBHOOK_SECRET is not set: webhooks cannot be checked.");
  for (const secret of secrets.split(",")) {
    if (isSignedBy(stripe, rawBody, signature ?? "", secret.trim())) return changeOf(parseJson(rawBody));
  }
  throw new Refusal("invalid_signature", "The signature is missing, wrong or older than five minutes.");
}

function isSignedBy(stripe: Stripe, body: string, header: string, secret: string): boolean {
  const { signature } = stripe.webhooks;
  invariant(signature, "the client can check signatures");
  try {
    return signature.verifyHeader(body, header, secret, SIGNATURE_TOLERANCE_SECONDS);
  } catch {
    // Whatever it throws, and for an empty signature that is a plain Error, the header proves nothing.
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
}

/** Every event has a type; those that we do not know, also of Stripe's newer kinds without `data.object`, are none of ours. */
const anyEvent = z.object({ type: z.string() });

/** What is read of an event that we know; the rest is asked of Stripe. */
const changedObject = z.object({
  data: z.object({ object: z.object({ id: z.string().regex(/^\w{1,255}$/) }) }),
});

function changeOf(event: unknown): Changed[] {
  const { data: known } = anyEvent.safeParse(event);
  if (!known) throw malformed();
  const kind = Object.hasOwn(CHANGES, known.type) ? CHANGES[known.type] : undefined;
  if (!kind) return [];
  const { data: read } = changedObject.safeParse(event);
  if (!read) throw malformed();
  return [{ kind, reference: read.data.object.id }];
}

function malformed(): Refusal {
  return new Refusal("malformed_body", "The body is not an event of Stripe.");
}

async function* changesSince(stripe: Stripe, since: Date): AsyncIterable<Changed> {
  const created = { gte: Math.floor(since.getTime() / 1_000) };
  const changes: Changed[] = [];
  for await (const event of stripe.events.list({ types: Object.keys(CHANGES), created, limit: 100 })) {
    changes.push(...changeOf(event));
  }
  yield* changes.reverse();
}

function purchaseOf(metadata: Stripe.Metadata | null): PurchaseReference | null {
  const organization = /^\d{1,9}$/.exec(metadata?.organization ?? "")?.[0];
  const purchaseId = UUID.exec(metadata?.purchase ?? "")?.[0];
  return organization && purchaseId ? { organizationId: Number(organization), purchaseId } : null;
}

function idOf(value: string | { readonly id: string } | null | undefined): string | null {
  return typeof value === "string" ? value : (value?.id ?? null);
}

/** Null for what Stripe does not know. */
async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === 404) return null;
    throw error;
  }
}

const AMOUNT_CODES = ["amount_too_small", "amount_too_large", "invalid_charge_amount"];

/** Tells Stripe's refusals, after which nothing was done, from everything that leaves the outcome unknown. */
async function refusing<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const { StripeIdempotencyError, StripeInvalidRequestError } = Stripe.errors;
    if (error instanceof StripeIdempotencyError && error.statusCode === 400) {
      throw new PaymentRefused("request_differs", error.message);
    }
    if (!(error instanceof StripeInvalidRequestError)) throw error;
    const { code = "", param, message } = error;
    if (AMOUNT_CODES.includes(code)) throw new PaymentRefused("amount", message);
    if (code === "resource_missing" && param === "customer")
      throw new PaymentRefused("customer_unknown", message);
    throw new PaymentRefused(code === "charge_disputed" ? "disputed" : "other", message);
  }
}
