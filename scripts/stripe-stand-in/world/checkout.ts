import { refused } from "../api/refusals";
import { createCustomer } from "./customers";
import { recordEvent } from "./events";
import type { PaymentIntent, PaymentMethod, Session } from "./objects";
import { behaviourOf } from "./payment-methods";
import { attemptPayment, cancelPayment, newPaymentIntent, settlePayment } from "./payments";
import type { SessionFacts, World } from "./world";

/** @throws Error when the session was made without its facts, which cannot happen */
export function factsOf(world: World, session: Session): SessionFacts {
  const facts = world.tables.session_facts.get(session.id);
  if (!facts) throw new Error(`nothing is known of session ${session.id}`);
  return facts;
}

/**
 * The payer confirms the checkout with a payment method. A session whose money is still on its way is
 * complete and unpaid; a declined one stays open.
 * @returns whether the session is complete now
 * @throws StripeRefusal when the session is not open, or not to this method
 */
export function payByCheckout(world: World, session: Session, method: PaymentMethod): boolean {
  expireIfDue(world, session);
  if (session.status !== "open")
    throw refused(`This Checkout Session is ${session.status}; it cannot be paid.`);
  if (!session.payment_method_types.includes(method.type)) {
    throw refused(`The payment method type ${method.type} is not allowed in this Checkout Session.`, {
      param: "payment_method",
    });
  }
  const facts = factsOf(world, session);
  facts.lastFailure = null;
  if (session.amount_total === 0) {
    completeSession(world, session, method, "no_payment_required");
    return true;
  }
  if (session.customer === null && session.customer_creation === "always") {
    session.customer = createCustomer(world, { email: payerEmail(session, method) }).id;
  }
  const intent = intentOf(world, session, facts);
  session.payment_intent = intent.id;
  const outcome = attemptPayment(world, intent, method);
  if (outcome === "declined" || outcome === "action") {
    facts.lastFailure = intent.last_payment_error?.message ?? "Your bank asks for a further step.";
    return false;
  }
  completeSession(world, session, method, outcome === "later" ? "unpaid" : "paid");
  if (outcome === "later") settleLater(world, session, method.id);
  return true;
}

function intentOf(world: World, session: Session, facts: SessionFacts): PaymentIntent {
  const known = world.tables.payment_intents.get(session.payment_intent ?? "");
  if (known && known.status !== "canceled") return known;
  return newPaymentIntent(world, {
    amount: session.amount_total ?? 0,
    currency: session.currency ?? "usd",
    customer: session.customer,
    payment_method_types: session.payment_method_types,
    ...facts.paymentIntentData,
  });
}

function payerEmail(session: Session, method: PaymentMethod): string {
  return method.billing_details.email ?? session.customer_details?.email ?? "payer@example.com";
}

function completeSession(
  world: World,
  session: Session,
  method: PaymentMethod,
  status: Session["payment_status"],
): void {
  const { address, name, phone } = method.billing_details;
  session.status = "complete";
  session.payment_status = status;
  session.url = null;
  session.customer_details = {
    address,
    business_name: null,
    email: payerEmail(session, method),
    individual_name: null,
    name,
    phone,
    tax_exempt: "none",
    tax_ids: [],
  };
  recordEvent(world, "checkout.session.completed", session);
}

function settleLater(world: World, session: Session, method: string | null): void {
  const { laterStepMs } = world.behaviour;
  const { outcome } = behaviourOf(world, method);
  if (laterStepMs === null) return;
  world.later(laterStepMs, () => {
    if (isOnItsWay(world, session))
      settleSession(world, session, outcome === "later_fail" ? "fail" : "succeed");
  });
}

/** After a restart: delayed payments that were on their way still arrive, and sessions still expire. */
export function resumeCheckouts(world: World): void {
  for (const session of world.tables.sessions.values()) {
    expireIfDue(world, session);
    const intent = world.tables.payment_intents.get(session.payment_intent ?? "");
    if (intent && isOnItsWay(world, session)) settleLater(world, session, intent.payment_method);
  }
}

/** Whether the session waits for money of a delayed method. */
export function isOnItsWay(world: World, session: Session): boolean {
  const intent = world.tables.payment_intents.get(session.payment_intent ?? "");
  return session.status === "complete" && intent?.status === "processing";
}

/** The money of a delayed method arrives, or fails. @throws StripeRefusal when none is on its way */
export function settleSession(world: World, session: Session, outcome: "succeed" | "fail"): void {
  const intent = world.tables.payment_intents.get(session.payment_intent ?? "");
  if (!intent || !isOnItsWay(world, session)) {
    throw refused(`Checkout Session ${session.id} awaits no delayed payment.`);
  }
  settlePayment(world, intent, outcome);
  if (outcome === "fail") {
    recordEvent(world, "checkout.session.async_payment_failed", session);
    return;
  }
  session.payment_status = "paid";
  recordEvent(world, "checkout.session.async_payment_succeeded", session);
}

/** Ends an open session unpaid. @throws StripeRefusal when it is complete or expired */
export function expireSession(world: World, session: Session): void {
  if (session.status !== "open") {
    throw refused(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
    );
  }
  session.status = "expired";
  session.url = null;
  const intent = world.tables.payment_intents.get(session.payment_intent ?? "");
  if (intent && !["succeeded", "canceled"].includes(intent.status)) cancelPayment(world, intent, "expired");
  recordEvent(world, "checkout.session.expired", session);
}

/** Expires a session whose time has come. */
export function expireIfDue(world: World, session: Session): void {
  if (session.status === "open" && session.expires_at <= world.now()) expireSession(world, session);
}
