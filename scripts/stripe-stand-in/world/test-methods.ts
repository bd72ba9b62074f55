import type { Dispute, PaymentMethod } from "./objects";
import type { RefundCourse } from "./world";

export type Decline = { code: string; decline_code: string; message: string };

/** How a payment with a test method goes (https://docs.stripe.com/testing). */
export type TestMethod = {
  outcome: "succeed" | "decline" | "later_succeed" | "later_fail" | "require_action";
  decline?: Decline;
  dispute?: { inquiry: boolean; reason: Dispute["reason"] };
  refund?: RefundCourse;
};

export const genericDecline: Decline = {
  code: "card_declined",
  decline_code: "generic_decline",
  message: "Your card was declined.",
};

/** Test cards by the last part of `pm_card_…` and `tok_…`. */
const cards: Record<string, TestMethod & { last4: string; brand?: string }> = {
  visa: { outcome: "succeed", last4: "4242" },
  mastercard: { outcome: "succeed", last4: "4444", brand: "mastercard" },
  amex: { outcome: "succeed", last4: "8431", brand: "amex" },
  bypassPending: { outcome: "succeed", last4: "0077" },
  chargeDeclined: { outcome: "decline", last4: "0002", decline: genericDecline },
  visa_chargeDeclined: { outcome: "decline", last4: "0002", decline: genericDecline },
  chargeDeclinedInsufficientFunds: {
    outcome: "decline",
    last4: "9995",
    decline: {
      code: "card_declined",
      decline_code: "insufficient_funds",
      message: "Your card has insufficient funds.",
    },
  },
  authenticationRequired: { outcome: "require_action", last4: "3184" },
  threeDSecure2Required: { outcome: "require_action", last4: "3220" },
  createDispute: { outcome: "succeed", last4: "0259", dispute: { inquiry: false, reason: "fraudulent" } },
  createDisputeProductNotReceived: {
    outcome: "succeed",
    last4: "2685",
    dispute: { inquiry: false, reason: "product_not_received" },
  },
  createDisputeInquiry: {
    outcome: "succeed",
    last4: "1976",
    dispute: { inquiry: true, reason: "product_not_received" },
  },
  pendingRefund: { outcome: "succeed", last4: "7726", refund: "pending" },
  refundFail: { outcome: "succeed", last4: "5126", refund: "fail_later" },
};

/** SEPA test accounts whose debit fails after the customer was told that it is on its way. */
const failingIbans = new Set(["AT861904300235473202", "IT60X0542811101000000123456"]);

export type MethodDetails = {
  type: PaymentMethod["type"];
  behaviour: TestMethod;
  fields: Partial<Pick<PaymentMethod, "card" | "sepa_debit" | "customer_balance" | "us_bank_account">>;
};

/** The test card behind `pm_card_…` or `tok_…`, or null when Stripe has no such name. */
export function testCard(name: string): MethodDetails | null {
  const found = cards[name.replace(/^(pm_card_|tok_)/, "")];
  if (!found || !/^(pm_card_|tok_)/.test(name)) return null;
  const { last4, brand = "visa", ...behaviour } = found;
  return { type: "card", behaviour, fields: { card: cardFields(last4, brand) } };
}

/** A SEPA debit account; it pays days later, or fails then. */
export function sepaAccount(iban: string): MethodDetails {
  return {
    type: "sepa_debit",
    behaviour: { outcome: failingIbans.has(iban) ? "later_fail" : "later_succeed" },
    fields: {
      sepa_debit: {
        bank_code: iban.slice(4, 9),
        branch_code: "",
        country: iban.slice(0, 2),
        fingerprint: "dNZQxbKg4yHqxLkT",
        generated_from: { charge: null, setup_attempt: null },
        last4: iban.slice(-4),
      },
    },
  };
}

/** The delayed method that the hosted page uses in any currency: a bank transfer. */
export function bankTransfer(outcome: "later_succeed" | "later_fail"): MethodDetails {
  return { type: "customer_balance", behaviour: { outcome }, fields: { customer_balance: {} } };
}

function cardFields(last4: string, brand: string): NonNullable<PaymentMethod["card"]> {
  return {
    brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
    country: "US",
    display_brand: brand,
    exp_month: 12,
    exp_year: 2034,
    fingerprint: "Xt5EWLLDS7FJjR1c",
    funding: "credit",
    generated_from: null,
    last4,
    networks: { available: [brand], preferred: null },
    regulated_status: "unregulated",
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
}
