import { refused } from "../api/refusals";
import { bookBalance } from "./balance";
import { shown } from "./currencies";
import { recordEvent } from "./events";
import { newId } from "./identifiers";
import type { Charge, Dispute } from "./objects";
import type { World } from "./world";

const answerSeconds = 7 * 24 * 3600;

const noEvidence: Dispute["evidence"] = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};

/**
 * The bank of the payer disputes a charge. An inquiry (`warning_needs_response`) moves no money; a formal
 * dispute takes the amount out of the account's balance at once.
 * @throws StripeRefusal when the charge was not paid, the amount is above it, or a dispute of it is open
 */
export function openDispute(
  world: World,
  charge: Charge,
  options: { inquiry: boolean; reason?: Dispute["reason"]; amount?: number | undefined },
): Dispute {
  const amount = options.amount ?? charge.amount;
  if (!charge.paid) throw refused(`Charge ${charge.id} was not paid; it cannot be disputed.`);
  if (amount < 1 || amount > charge.amount) {
    throw refused(`Dispute amount (${shown(amount, charge.currency)}) does not fit the charge.`, {
      param: "amount",
    });
  }
  if ([...world.tables.disputes.values()].some((other) => other.charge === charge.id && isOpen(other))) {
    throw refused(`Charge ${charge.id} has an open dispute already.`);
  }
  const dispute = newDispute(world, charge, amount, options.inquiry, options.reason ?? "fraudulent");
  charge.disputed = true;
  recordEvent(world, "charge.dispute.created", dispute);
  if (!options.inquiry) withdrawFunds(world, dispute);
  return dispute;
}

function newDispute(
  world: World,
  charge: Charge,
  amount: number,
  inquiry: boolean,
  reason: Dispute["reason"],
): Dispute {
  const card = charge.payment_method_details?.card;
  const dispute: Dispute = {
    id: newId("dispute"),
    object: "dispute",
    amount,
    balance_transactions: [],
    charge: charge.id,
    created: world.now(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: structuredClone(noEvidence),
    evidence_details: {
      due_by: world.now() + answerSeconds,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: "not_submitted",
    },
    intended_submission_method: "manual",
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason,
    status: inquiry ? "warning_needs_response" : "needs_response",
  };
  if (card) {
    dispute.payment_method_details = {
      type: "card",
      card: {
        brand: card.brand ?? "visa",
        case_type: inquiry ? "inquiry" : "chargeback",
        network: card.network ?? "visa",
        network_reason_code: "10.4",
      },
    };
  }
  world.tables.disputes.set(dispute.id, dispute);
  return dispute;
}

function isOpen(dispute: Dispute): boolean {
  return !["won", "lost", "warning_closed", "prevented"].includes(dispute.status);
}

/** Disputes of a charge whose money the payer's bank holds or keeps: such a charge cannot be refunded. */
export function isChargedBack(world: World, charge: Charge): boolean {
  return [...world.tables.disputes.values()].some(
    (dispute) =>
      dispute.charge === charge.id && dispute.status !== "won" && !dispute.status.startsWith("warning_"),
  );
}

function withdrawFunds(world: World, dispute: Dispute): void {
  const booked = bookBalance(world, "adjustment", -dispute.amount, dispute.currency, dispute.id);
  dispute.balance_transactions.push(booked.id);
  dispute.is_charge_refundable = false;
  recordEvent(world, "charge.dispute.funds_withdrawn", dispute);
}

/** An inquiry becomes a formal dispute. @throws StripeRefusal unless it is an open inquiry */
export function escalateDispute(world: World, dispute: Dispute): void {
  if (!dispute.status.startsWith("warning_") || dispute.status === "warning_closed") {
    throw refused(`Dispute ${dispute.id} is ${dispute.status}; only an open inquiry can be escalated.`);
  }
  const previous = { status: dispute.status };
  dispute.status = "needs_response";
  if (dispute.payment_method_details?.card) dispute.payment_method_details.card.case_type = "chargeback";
  recordEvent(world, "charge.dispute.updated", dispute, previous);
  withdrawFunds(world, dispute);
}

/** The account's answer goes to the bank. @throws StripeRefusal when the dispute awaits none */
export function submitEvidence(world: World, dispute: Dispute): void {
  if (!dispute.status.endsWith("needs_response")) {
    throw refused("This dispute is already closed or under review.", { code: "status_transition_invalid" });
  }
  const previous = { status: dispute.status };
  dispute.status = dispute.status === "needs_response" ? "under_review" : "warning_under_review";
  dispute.evidence_details.submission_count += 1;
  dispute.evidence_details.submission_method = "manual";
  recordEvent(world, "charge.dispute.updated", dispute, previous);
}

/**
 * Ends a dispute. A won one gives the money back (`funds_reinstated`); a lost one keeps it; an inquiry is
 * closed without either. A dispute that was lost can still be won, as banks do now and then.
 * @throws StripeRefusal when it is over in another way
 */
export function closeDispute(world: World, dispute: Dispute, outcome: "won" | "lost"): void {
  const inquiry = dispute.status.startsWith("warning_");
  if (!isOpen(dispute) && !(dispute.status === "lost" && outcome === "won")) {
    throw refused(`This dispute is already closed (${dispute.status}).`, {
      code: "status_transition_invalid",
    });
  }
  dispute.status = inquiry ? "warning_closed" : outcome;
  if (!inquiry && outcome === "won") {
    const booked = bookBalance(world, "adjustment", dispute.amount, dispute.currency, dispute.id);
    dispute.balance_transactions.push(booked.id);
    dispute.is_charge_refundable = true;
    recordEvent(world, "charge.dispute.funds_reinstated", dispute);
  }
  recordEvent(world, "charge.dispute.closed", dispute);
}
