import type Stripe from "stripe";
import { acceptedCurrency, checkAmount, minimumOf, shown } from "../world/currencies";
import { filledAddress, namedCustomer } from "../world/customers";
import { settleIntentLater } from "../world/later-steps";
import { found, mergedMetadata, newestFirst } from "../world/lookup";
import type { PaymentIntent, PaymentMethod } from "../world/objects";
import { attachPaymentMethod, findPaymentMethod } from "../world/payment-methods";
import {
  attemptPayment,
  cancelPayment,
  capturePayment,
  type IntentSeed,
  newPaymentIntent,
  unexpectedState,
} from "../world/payments";
import type { World } from "../world/world";
import { inRange, page } from "./listing";
import { parameterMissing } from "./parameters";
import { badRequest, declined, notPlayed } from "./refusals";
import { type Route, route } from "./routes";

type CreateParams = Stripe.PaymentIntentCreateParams & { payment_method_types?: string[] };

/** What would change the money or the course of the payment and is not played here. */
const notPlayedParams = [
  "application_fee_amount",
  "confirmation_token",
  "error_on_requires_action",
  "off_session",
  "on_behalf_of",
  "payment_method_data",
  "transfer_data",
] as const;

/** `/v1/payment_intents` */
export const paymentIntentRoutes: Route[] = [
  route<CreateParams>(
    "POST",
    "/v1/payment_intents",
    "PaymentIntents:PaymentIntentCreateParams",
    createIntent,
  ),
  route<Stripe.PaymentIntentListParams>(
    "GET",
    "/v1/payment_intents",
    "PaymentIntents:PaymentIntentListParams",
    (world, params) =>
      page(
        newestFirst(world.tables.payment_intents).filter(
          (intent) =>
            (params.customer === undefined || intent.customer === params.customer) &&
            inRange(intent.created, params.created),
        ),
        "/v1/payment_intents",
        params,
      ),
  ),
  route("GET", "/v1/payment_intents/:id", "PaymentIntents:PaymentIntentRetrieveParams", intentAt),
  route<Stripe.PaymentIntentUpdateParams>(
    "POST",
    "/v1/payment_intents/:id",
    "PaymentIntents:PaymentIntentUpdateParams",
    updateIntent,
  ),
  route<{ payment_method?: string }>(
    "POST",
    "/v1/payment_intents/:id/confirm",
    "PaymentIntents:PaymentIntentConfirmParams",
    (world, params, id) => confirmIntent(world, intentAt(world, params, id), params.payment_method),
  ),
  route<{ amount_to_capture?: number }>(
    "POST",
    "/v1/payment_intents/:id/capture",
    "PaymentIntents:PaymentIntentCaptureParams",
    (world, params, id) => {
      if (params.amount_to_capture !== undefined) throw notPlayed("partial capture", "amount_to_capture");
      const intent = intentAt(world, params, id);
      capturePayment(world, intent);
      return intent;
    },
  ),
  route<{ cancellation_reason?: PaymentIntent["cancellation_reason"] }>(
    "POST",
    "/v1/payment_intents/:id/cancel",
    "PaymentIntents:PaymentIntentCancelParams",
    (world, params, id) => {
      const intent = intentAt(world, params, id);
      cancelPayment(world, intent, params.cancellation_reason ?? null);
      return intent;
    },
  ),
];

function intentAt(world: World, _params: unknown, id = ""): PaymentIntent {
  return found(world.tables.payment_intents, id, "payment_intent");
}

function createIntent(world: World, params: CreateParams): PaymentIntent {
  for (const name of notPlayedParams) {
    if (params[name] !== undefined) throw notPlayed(`the parameter ${name}`, name);
  }
  const currency = acceptedCurrency(params.currency, "currency");
  checkAmount(params.amount, currency, "amount");
  if (params.amount < minimumOf(currency)) {
    throw badRequest(`Amount must be at least ${shown(minimumOf(currency), currency)} ${currency}`, {
      code: "amount_too_small",
      param: "amount",
    });
  }
  if (params.confirm && params.payment_method === undefined) throw parameterMissing("payment_method");
  const customer = params.customer === undefined ? null : namedCustomer(world, params.customer).id;
  const method = params.payment_method === undefined ? null : findPaymentMethod(world, params.payment_method);
  const intent = newPaymentIntent(world, seedOf(params, currency, customer, method));
  return params.confirm ? confirmIntent(world, intent, undefined) : intent;
}

function seedOf(
  params: CreateParams,
  currency: string,
  customer: string | null,
  method: PaymentMethod | null,
): IntentSeed {
  const automatic = params.automatic_payment_methods;
  return {
    amount: params.amount,
    currency,
    customer,
    automatic_payment_methods: automatic ? { allow_redirects: "always", enabled: automatic.enabled } : null,
    capture_method: (params.capture_method as PaymentIntent["capture_method"]) ?? "automatic_async",
    confirmation_method: (params.confirmation_method as PaymentIntent["confirmation_method"]) ?? "automatic",
    description: params.description ?? null,
    metadata: mergedMetadata(null, params.metadata),
    payment_method: method?.id ?? null,
    payment_method_types: params.payment_method_types ?? ["card"],
    receipt_email: params.receipt_email ?? null,
    setup_future_usage: (params.setup_future_usage as PaymentIntent["setup_future_usage"]) ?? null,
    shipping: params.shipping
      ? {
          address: filledAddress(params.shipping.address),
          name: params.shipping.name,
          phone: params.shipping.phone ?? null,
        }
      : null,
    statement_descriptor: params.statement_descriptor ?? null,
    statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
    transfer_group: params.transfer_group ?? null,
  };
}

/** @throws StripeRefusal `card_declined` (402), the failed attempt being kept all the same */
function confirmIntent(world: World, intent: PaymentIntent, method: string | undefined): PaymentIntent {
  const wanted = method ?? intent.payment_method;
  if (wanted === null) {
    throw badRequest("You cannot confirm this PaymentIntent because it's missing a payment method.", {
      code: "payment_intent_unexpected_state",
    });
  }
  const used = findPaymentMethod(world, wanted);
  const outcome = attemptPayment(world, intent, used);
  if (outcome === "later") settleIntentLater(world, intent, used);
  if (outcome === "succeeded" && intent.setup_future_usage && intent.customer && used.customer === null) {
    attachPaymentMethod(world, used, intent.customer);
  }
  if (outcome !== "declined") return intent;
  const { charge, code, decline_code, message } = intent.last_payment_error ?? {};
  throw declined({
    message: message ?? "Your card was declined.",
    ...(code === undefined ? {} : { code }),
    ...(decline_code === undefined ? {} : { decline_code }),
    ...(charge === undefined ? {} : { charge }),
    payment_intent: structuredClone(intent),
    payment_method: structuredClone(used),
  });
}

function updateIntent(world: World, params: Stripe.PaymentIntentUpdateParams, id?: string): PaymentIntent {
  const { description, metadata, receipt_email, expand: _, ...others } = params;
  const other = Object.keys(others)[0];
  if (other !== undefined) throw notPlayed(`changing ${other} of a payment intent`, other);
  const intent = intentAt(world, params, id);
  if (intent.status === "canceled") throw unexpectedState(intent, "updated");
  if (description !== undefined) intent.description = description || null;
  if (receipt_email !== undefined) intent.receipt_email = receipt_email || null;
  intent.metadata = mergedMetadata(intent.metadata, metadata);
  return intent;
}
