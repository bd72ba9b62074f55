import type Stripe from "stripe";
import { expireIfDue, expireSession, factsOf, payByCheckout } from "../world/checkout";
import { found, mergedMetadata, newestFirst } from "../world/lookup";
import { createSession } from "../world/new-session";
import type { Session } from "../world/objects";
import { findPaymentMethod } from "../world/payment-methods";
import type { World } from "../world/world";
import { inRange, page } from "./listing";
import { badRequest, declined, notPlayed } from "./refusals";
import { type Route, route } from "./routes";

/** `/v1/checkout/sessions`, and `/v1/payment_pages` for the Stripe CLI */
export const sessionRoutes: Route[] = [
  route<Stripe.Checkout.SessionCreateParams>(
    "POST",
    "/v1/checkout/sessions",
    "Checkout/Sessions:Checkout.SessionCreateParams",
    createSession,
  ),
  route<Stripe.Checkout.SessionListParams>(
    "GET",
    "/v1/checkout/sessions",
    "Checkout/Sessions:Checkout.SessionListParams",
    listSessions,
  ),
  route(
    "GET",
    "/v1/checkout/sessions/:id",
    "Checkout/Sessions:Checkout.SessionRetrieveParams",
    (world, _params, id) => sessionAt(world, id),
  ),
  route<Stripe.Checkout.SessionUpdateParams>(
    "POST",
    "/v1/checkout/sessions/:id",
    "Checkout/Sessions:Checkout.SessionUpdateParams",
    updateSession,
  ),
  route(
    "POST",
    "/v1/checkout/sessions/:id/expire",
    "Checkout/Sessions:Checkout.SessionExpireParams",
    (world, _params, id) => {
      const session = sessionAt(world, id);
      expireSession(world, session);
      return session;
    },
  ),
  route<Stripe.PaginationParams>(
    "GET",
    "/v1/checkout/sessions/:id/line_items",
    "Checkout/Sessions:Checkout.SessionListLineItemsParams",
    (world, params, id) => {
      const session = sessionAt(world, id);
      const items = factsOf(world, session)
        .lineItems.map((item) => world.tables.line_items.get(item))
        .filter((item) => item !== undefined);
      return page(items, `/v1/checkout/sessions/${session.id}/line_items`, params);
    },
  ),
  route("GET", "/v1/payment_pages/:id", "{}", (world, _params, id) =>
    paymentPage(world, sessionAt(world, id)),
  ),
  route<{ payment_method: string; expected_amount?: number }>(
    "POST",
    "/v1/payment_pages/:id/confirm",
    "{ payment_method: string; expected_amount?: number; expand?: Array<string>; key?: string; eid?: string }",
    confirmPaymentPage,
  ),
];

/** The session with this id, expired first if its time has come. @throws StripeRefusal `resource_missing` */
export function sessionAt(world: World, id = "", param = "id"): Session {
  const session = found(world.tables.sessions, id, "checkout.session", param);
  expireIfDue(world, session);
  return session;
}

function listSessions(world: World, params: Stripe.Checkout.SessionListParams): unknown {
  for (const name of ["customer_account", "payment_link", "subscription"] as const) {
    if (params[name] !== undefined) throw notPlayed(`the parameter ${name}`, name);
  }
  for (const session of world.tables.sessions.values()) expireIfDue(world, session);
  const sessions = newestFirst(world.tables.sessions).filter(
    (session) =>
      (params.customer === undefined || session.customer === params.customer) &&
      (params.customer_details === undefined ||
        session.customer_details?.email === params.customer_details.email) &&
      (params.payment_intent === undefined || session.payment_intent === params.payment_intent) &&
      (params.status === undefined || session.status === params.status) &&
      inRange(session.created, params.created),
  );
  return page(sessions, "/v1/checkout/sessions", params);
}

function updateSession(world: World, params: Stripe.Checkout.SessionUpdateParams, id?: string): Session {
  for (const name of [
    "collected_information",
    "line_items",
    "payment_intent_data",
    "shipping_options",
  ] as const) {
    if (params[name] !== undefined) throw notPlayed(`changing ${name} of a session`, name);
  }
  const session = sessionAt(world, id);
  session.metadata = mergedMetadata(session.metadata, params.metadata);
  return session;
}

/** The page's own view of a session, as the Stripe CLI asks for it before it pays. */
function paymentPage(world: World, session: Session): unknown {
  return {
    id: `ppage_1${session.id.slice(-24)}`,
    object: "checkout.session",
    session_id: session.id,
    currency: session.currency,
    livemode: false,
    mode: session.mode,
    payment_method_types: session.payment_method_types,
    payment_status: session.payment_status,
    status: session.status,
    state: session.status === "open" ? "active" : "succeeded",
    success_url: session.success_url,
    cancel_url: session.cancel_url,
    total_summary: {
      due: session.amount_total,
      subtotal: session.amount_subtotal,
      total: session.amount_total,
    },
    url: session.url,
    created: world.now(),
  };
}

function confirmPaymentPage(
  world: World,
  params: { payment_method: string; expected_amount?: number },
  id?: string,
): unknown {
  const session = sessionAt(world, id);
  if (params.expected_amount !== undefined && params.expected_amount !== session.amount_total) {
    throw badRequest("The amount expected by the page is not the session's.", { param: "expected_amount" });
  }
  const method = findPaymentMethod(world, params.payment_method);
  if (!payByCheckout(world, session, method)) {
    const intent = world.tables.payment_intents.get(session.payment_intent ?? "");
    throw declined({
      message: factsOf(world, session).lastFailure ?? "Your card was declined.",
      code: "card_declined",
      ...(intent ? { payment_intent: structuredClone(intent) } : {}),
    });
  }
  return paymentPage(world, session);
}
