import { newId, randomText } from "./identifiers";
import type { Charge, PaymentIntent, PaymentMethod } from "./objects";
import type { Decline } from "./test-methods";
import type { World } from "./world";

const descriptor = "STAND-IN";

/** What a charge as it is played here never has, or has only later. */
const emptyInCharge = {
  application: null,
  application_fee: null,
  application_fee_amount: null,
  balance_transaction: null,
  failure_balance_transaction: null,
  on_behalf_of: null,
  receipt_number: null,
  review: null,
  source: null,
  source_transfer: null,
  transfer_data: null,
} satisfies Partial<Charge>;

/** Makes the charge of one attempt to pay; what it moved is booked by the caller. */
export function newCharge(
  world: World,
  intent: PaymentIntent,
  method: PaymentMethod,
  status: Charge["status"],
  decline: Decline | null = null,
): Charge {
  const id = newId(method.type === "card" ? "charge" : "delayed_charge");
  const charge: Charge = {
    id,
    object: "charge",
    ...emptyInCharge,
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    billing_details: method.billing_details,
    calculated_statement_descriptor: intent.statement_descriptor ?? descriptor,
    captured: false,
    created: world.now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    outcome: outcomeOf(status, decline),
    paid: status === "succeeded",
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: detailsOf(method, intent.amount, status),
    receipt_email: intent.receipt_email,
    receipt_url: status === "succeeded" ? `${world.url}/receipts/${id}` : null,
    refunded: false,
    shipping: intent.shipping,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status,
    transfer_group: intent.transfer_group,
  };
  world.tables.charges.set(id, charge);
  return charge;
}

/** What the payment network and Stripe's own check said of the attempt. */
export function outcomeOf(status: Charge["status"], decline: Decline | null): NonNullable<Charge["outcome"]> {
  const failed = status === "failed";
  return {
    advice_code: failed ? "try_again_later" : null,
    network_advice_code: failed ? "01" : null,
    network_decline_code: failed ? "01" : null,
    network_status: failed ? "declined_by_network" : "approved_by_network",
    reason: decline?.decline_code ?? null,
    risk_level: "normal",
    risk_score: 12,
    seller_message: failed
      ? "The bank did not return any further details with this decline."
      : "Payment complete.",
    type: failed ? "issuer_declined" : "authorized",
  };
}

function detailsOf(
  method: PaymentMethod,
  amount: number,
  status: Charge["status"],
): NonNullable<Charge["payment_method_details"]> {
  if (method.card) return { type: "card", card: cardDetails(method.card, amount, status) };
  if (method.sepa_debit) {
    const { bank_code, branch_code, country, fingerprint, last4 } = method.sepa_debit;
    return {
      type: "sepa_debit",
      sepa_debit: {
        bank_code,
        branch_code,
        country,
        fingerprint,
        last4,
        mandate: `mandate_1${randomText(23)}`,
      },
    };
  }
  return { type: method.type, customer_balance: {} };
}

function cardDetails(
  card: NonNullable<PaymentMethod["card"]>,
  amount: number,
  status: Charge["status"],
): NonNullable<NonNullable<Charge["payment_method_details"]>["card"]> {
  return {
    amount_authorized: status === "failed" ? null : amount,
    authorization_code: status === "failed" ? null : "123456",
    brand: card.brand,
    checks: card.checks,
    country: card.country,
    electronic_commerce_indicator: null,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    extended_authorization: { status: "disabled" },
    fingerprint: card.fingerprint ?? null,
    funding: card.funding,
    incremental_authorization: { status: "unavailable" },
    installments: null,
    last4: card.last4,
    mandate: null,
    multicapture: { status: "unavailable" },
    network: card.brand,
    network_token: { used: false },
    network_transaction_id: "104610491046104",
    overcapture: { maximum_amount_capturable: amount, status: "unavailable" },
    regulated_status: card.regulated_status,
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  };
}
