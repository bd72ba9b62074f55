import type Stripe from "stripe";
import { recordEvent } from "../world/events";
import { found, mergedMetadata, newestFirst } from "../world/lookup";
import type { Charge, Refund } from "../world/objects";
import { cancelRefund, createRefund } from "../world/refunds";
import type { World } from "../world/world";
import { inRange, page } from "./listing";
import { badRequest, notPlayed, refused } from "./refusals";
import { type Route, route } from "./routes";

/** `/v1/refunds` */
export const refundRoutes: Route[] = [
  route<Stripe.RefundCreateParams>("POST", "/v1/refunds", "Refunds:RefundCreateParams", (world, params) => {
    for (const name of ["customer", "origin", "refund_application_fee", "reverse_transfer"] as const) {
      if (params[name] !== undefined) throw notPlayed(`the parameter ${name}`, name);
    }
    const charge = chargeToRefund(world, params);
    if (params.currency !== undefined && params.currency.toLowerCase() !== charge.currency) {
      throw badRequest("The currency of a refund must be that of its charge.", { param: "currency" });
    }
    return createRefund(world, charge, {
      amount: params.amount,
      reason: params.reason as Refund["reason"],
      metadata: mergedMetadata(null, params.metadata),
      instructions_email: params.instructions_email,
    });
  }),
  route<Stripe.RefundListParams>("GET", "/v1/refunds", "Refunds:RefundListParams", (world, params) =>
    page(
      newestFirst(world.tables.refunds).filter(
        (refund) =>
          (params.charge === undefined || refund.charge === params.charge) &&
          (params.payment_intent === undefined || refund.payment_intent === params.payment_intent) &&
          inRange(refund.created, params.created),
      ),
      "/v1/refunds",
      params,
    ),
  ),
  route("GET", "/v1/refunds/:id", "Refunds:RefundRetrieveParams", refundAt),
  route<Stripe.RefundUpdateParams>(
    "POST",
    "/v1/refunds/:id",
    "Refunds:RefundUpdateParams",
    (world, params, id) => {
      const refund = refundAt(world, params, id);
      const previous = { metadata: refund.metadata };
      refund.metadata = mergedMetadata(refund.metadata, params.metadata);
      recordEvent(world, "refund.updated", refund, previous);
      recordEvent(world, "charge.refund.updated", refund, previous);
      return refund;
    },
  ),
  route("POST", "/v1/refunds/:id/cancel", "Refunds:RefundCancelParams", (world, params, id) => {
    const refund = refundAt(world, params, id);
    cancelRefund(world, refund);
    return refund;
  }),
];

function refundAt(world: World, _params: unknown, id = ""): Refund {
  return found(world.tables.refunds, id, "refund");
}

/**
 * The paid charge behind a charge or payment intent.
 * @throws StripeRefusal when neither or both are named, or the payment intent was not paid
 */
export function chargeToRefund(
  world: World,
  params: { charge?: string | undefined; payment_intent?: string | undefined },
): Charge {
  if (params.charge !== undefined && params.payment_intent !== undefined) {
    throw badRequest("You may only specify one of these parameters: charge, payment_intent.", {
      code: "parameters_exclusive",
      param: "charge",
    });
  }
  if (params.charge !== undefined) return found(world.tables.charges, params.charge, "charge", "charge");
  if (params.payment_intent === undefined) {
    throw badRequest(
      "One of the following params should be provided for this request: payment_intent or charge.",
      { code: "parameter_missing" },
    );
  }
  const intent = found(
    world.tables.payment_intents,
    params.payment_intent,
    "payment_intent",
    "payment_intent",
  );
  const charge = world.tables.charges.get(intent.latest_charge ?? "");
  if (charge?.paid) return charge;
  throw refused(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
    code: "payment_intent_unexpected_state",
    param: "payment_intent",
  });
}
