import { refused } from "../api/refusals";
import { bookBalance } from "./balance";
import { newCharge, outcomeOf } from "./charges";
import { openDispute } from "./disputes";
import { recordEvent } from "./events";
import { newId, randomText } from "./identifiers";
import type { Charge, PaymentIntent, PaymentMethod } from "./objects";
import { behaviourOf } from "./payment-methods";
import { type Decline, genericDecline } from "./test-methods";
import type { World } from "./world";

/** What the maker of a payment intent decides; all else starts empty. */
export type IntentSeed = Pick<PaymentIntent, "amount" | "currency"> &
  Partial<
    Pick<
      PaymentIntent,
      | "capture_method"
      | "confirmation_method"
      | "customer"
      | "description"
      | "metadata"
      | "payment_method"
      | "payment_method_types"
      | "receipt_email"
      | "setup_future_usage"
      | "shipping"
      | "statement_descriptor"
      | "statement_descriptor_suffix"
      | "transfer_group"
      | "automatic_payment_methods"
    >
  >;

const failedLater: Decline = {
  code: "payment_method_provider_decline",
  decline_code: "generic_decline",
  message: "The bank transfer was not received.",
};

/** What a payment intent as it is played here never has, or has only later. */
const emptyInIntent = {
  allowed_payment_method_types: null,
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: null,
  canceled_at: null,
  cancellation_reason: null,
  customer: null,
  customer_account: null,
  description: null,
  excluded_payment_method_types: null,
  last_payment_error: null,
  latest_charge: null,
  next_action: null,
  on_behalf_of: null,
  payment_method: null,
  payment_method_configuration_details: null,
  payment_record: null,
  processing: null,
  receipt_email: null,
  review: null,
  setup_future_usage: null,
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_data: null,
  transfer_group: null,
} satisfies Partial<PaymentIntent>;

/** Makes a payment intent that waits for a payment method or for its confirmation. */
export function newPaymentIntent(world: World, seed: IntentSeed): PaymentIntent {
  const id = newId("payment_intent");
  const intent: PaymentIntent = {
    id,
    object: "payment_intent",
    ...emptyInIntent,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    capture_method: "automatic_async",
    client_secret: `${id}_secret_${randomText(25)}`,
    confirmation_method: "automatic",
    created: world.now(),
    livemode: false,
    managed_payments: { enabled: false },
    metadata: {},
    payment_method_options: {
      card: {
        installments: null,
        mandate_options: null,
        network: null,
        request_three_d_secure: "automatic",
      },
    },
    payment_method_types: ["card"],
    status: seed.payment_method ? "requires_confirmation" : "requires_payment_method",
    ...seed,
  };
  world.tables.payment_intents.set(id, intent);
  recordEvent(world, "payment_intent.created", intent);
  return intent;
}

/**
 * Tries to pay a payment intent with a method, which goes as the test method says.
 * @returns how it went: `later` when the money is still on its way
 * @throws StripeRefusal `payment_intent_unexpected_state` when the intent is not open to it
 */
export function attemptPayment(
  world: World,
  intent: PaymentIntent,
  method: PaymentMethod,
): "succeeded" | "later" | "declined" | "action" {
  if (!["requires_payment_method", "requires_confirmation", "requires_action"].includes(intent.status)) {
    throw unexpectedState(intent, "confirmed");
  }
  const behaviour = behaviourOf(world, method.id);
  intent.payment_method = method.id;
  intent.last_payment_error = null;
  intent.next_action = null;
  switch (behaviour.outcome) {
    case "succeed":
      payAtOnce(world, intent, method);
      return "succeeded";
    case "decline":
      declinePayment(world, intent, method, behaviour.decline ?? genericDecline);
      return "declined";
    case "require_action":
      intent.status = "requires_action";
      intent.next_action = { type: "redirect_to_url", redirect_to_url: { return_url: null, url: world.url } };
      recordEvent(world, "payment_intent.requires_action", intent);
      return "action";
    default:
      startLaterPayment(world, intent, method);
      return "later";
  }
}

/** @throws StripeRefusal always: the intent's state does not allow the act */
export function unexpectedState(intent: PaymentIntent, act: string): Error {
  return refused(`This PaymentIntent's status is ${intent.status}, so it cannot be ${act}.`, {
    code: "payment_intent_unexpected_state",
  });
}

function payAtOnce(world: World, intent: PaymentIntent, method: PaymentMethod): void {
  const charge = newCharge(world, intent, method, "succeeded");
  intent.latest_charge = charge.id;
  if (intent.capture_method === "manual") {
    intent.amount_capturable = intent.amount;
    intent.status = "requires_capture";
    recordEvent(world, "charge.succeeded", charge);
    recordEvent(world, "payment_intent.amount_capturable_updated", intent);
    return;
  }
  receiveMoney(world, intent, charge);
  recordEvent(world, "charge.succeeded", charge);
  recordEvent(world, "payment_intent.succeeded", intent);
  const { dispute } = behaviourOf(world, method.id);
  if (dispute) openDispute(world, charge, dispute);
}

/** Takes an authorized payment. @throws StripeRefusal unless it waits to be captured */
export function capturePayment(world: World, intent: PaymentIntent): void {
  const charge = world.tables.charges.get(intent.latest_charge ?? "");
  if (intent.status !== "requires_capture" || !charge) throw unexpectedState(intent, "captured");
  intent.amount_capturable = 0;
  receiveMoney(world, intent, charge);
  recordEvent(world, "charge.captured", charge);
  recordEvent(world, "payment_intent.succeeded", intent);
}

function receiveMoney(world: World, intent: PaymentIntent, charge: Charge): void {
  const type = charge.id.startsWith("py_") ? "payment" : "charge";
  charge.status = "succeeded";
  charge.paid = true;
  charge.captured = true;
  charge.amount_captured = charge.amount;
  charge.receipt_url = `${world.url}/receipts/${charge.id}`;
  charge.balance_transaction = bookBalance(world, type, charge.amount, charge.currency, charge.id).id;
  intent.amount_received = charge.amount;
  intent.status = "succeeded";
  intent.processing = null;
}

function startLaterPayment(world: World, intent: PaymentIntent, method: PaymentMethod): void {
  const charge = newCharge(world, intent, method, "pending");
  charge.captured = true;
  charge.amount_captured = charge.amount;
  intent.latest_charge = charge.id;
  intent.status = "processing";
  recordEvent(world, "payment_intent.processing", intent);
  recordEvent(world, "charge.pending", charge);
}

/** The later step of a delayed payment. @throws StripeRefusal unless the payment is on its way */
export function settlePayment(world: World, intent: PaymentIntent, outcome: "succeed" | "fail"): void {
  const charge = world.tables.charges.get(intent.latest_charge ?? "");
  if (intent.status !== "processing" || !charge) throw unexpectedState(intent, "settled");
  if (outcome === "succeed") {
    receiveMoney(world, intent, charge);
    recordEvent(world, "charge.succeeded", charge);
    recordEvent(world, "payment_intent.succeeded", intent);
    return;
  }
  charge.status = "failed";
  charge.captured = false;
  charge.amount_captured = 0;
  charge.failure_code = failedLater.code;
  charge.failure_message = failedLater.message;
  charge.outcome = outcomeOf("failed", failedLater);
  failIntent(world, intent, charge, failedLater);
}

/** A card that the bank declines: the intent stays open for another method. */
function declinePayment(world: World, intent: PaymentIntent, method: PaymentMethod, decline: Decline): void {
  const charge = newCharge(world, intent, method, "failed", decline);
  intent.latest_charge = charge.id;
  failIntent(world, intent, charge, decline);
}

function failIntent(world: World, intent: PaymentIntent, charge: Charge, decline: Decline): void {
  const method = world.tables.payment_methods.get(intent.payment_method ?? "");
  intent.status = "requires_payment_method";
  intent.payment_method = null;
  intent.last_payment_error = {
    charge: charge.id,
    code: decline.code === "card_declined" ? "card_declined" : "payment_method_provider_decline",
    decline_code: decline.decline_code,
    doc_url: `https://docs.stripe.com/error-codes/${decline.code.replaceAll("_", "-")}`,
    message: decline.message,
    ...(method ? { payment_method: structuredClone(method) } : {}),
    type: decline.code === "card_declined" ? "card_error" : "invalid_request_error",
  };
  recordEvent(world, "charge.failed", charge);
  recordEvent(world, "payment_intent.payment_failed", intent);
}

/** Gives up a payment intent. @throws StripeRefusal when it is paid, on its way or canceled already */
export function cancelPayment(
  world: World,
  intent: PaymentIntent,
  reason: PaymentIntent["cancellation_reason"],
): void {
  if (["succeeded", "canceled", "processing"].includes(intent.status))
    throw unexpectedState(intent, "canceled");
  intent.status = "canceled";
  intent.canceled_at = world.now();
  intent.cancellation_reason = reason;
  intent.amount_capturable = 0;
  recordEvent(world, "payment_intent.canceled", intent);
}
