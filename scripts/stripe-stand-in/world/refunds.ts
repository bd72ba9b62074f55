import { refused } from "../api/refusals";
import { bookBalance } from "./balance";
import { checkAmount, shown } from "./currencies";
import { isChargedBack } from "./disputes";
import { recordEvent } from "./events";
import { newId } from "./identifiers";
import type { Charge, Refund } from "./objects";
import { behaviourOf } from "./payment-methods";
import type { RefundCourse, World } from "./world";

/** What the maker of a refund decides; the amount is in minor units, absent: all that is left. */
export type RefundSeed = {
  amount?: number | undefined;
  reason?: Refund["reason"] | undefined;
  metadata?: Record<string, string>;
  instructions_email?: string | undefined;
  /** How it goes; absent: as the test card says, else as the stand-in is set. */
  course?: RefundCourse | undefined;
};

/**
 * Gives back all that is left of a charge, or a part.
 * @throws StripeRefusal `charge_already_refunded`, `charge_disputed`, `charge_not_refundable`, or without a
 *   code when the amount is above what is left
 */
export function createRefund(world: World, charge: Charge, seed: RefundSeed): Refund {
  const amount = refundable(world, charge, seed.amount);
  const course = seed.course ?? behaviourOf(world, charge.payment_method).refund ?? world.behaviour.refunds;
  const refund = newRefund(world, charge, amount, seed);
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  if (course === "require_action") {
    refund.status = "requires_action";
    refund.next_action = {
      type: "display_details",
      display_details: {
        email_sent: {
          email_sent_at: world.now(),
          email_sent_to: seed.instructions_email ?? "payer@example.com",
        },
        expires_at: world.now() + 45 * 24 * 3600,
      },
    };
  } else {
    bookRefund(world, refund);
    refund.status = course === "pending" ? "pending" : "succeeded";
    if (course === "pending") refund.pending_reason = "processing";
  }
  recordEvent(world, "refund.created", refund);
  recordEvent(world, "charge.refunded", charge, { amount_refunded: charge.amount_refunded - amount });
  followLater(world, refund, course);
  return refund;
}

function refundable(world: World, charge: Charge, wanted: number | undefined): number {
  const left = charge.amount - charge.amount_refunded;
  if (!charge.paid || !charge.captured) {
    throw refused(`Charge ${charge.id} has not been paid; it cannot be refunded.`, {
      code: "charge_not_refundable",
      param: "charge",
    });
  }
  if (isChargedBack(world, charge)) {
    throw refused(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: "charge_disputed",
    });
  }
  if (left === 0) {
    throw refused(`Charge ${charge.id} has already been refunded.`, { code: "charge_already_refunded" });
  }
  if (wanted === undefined) return left;
  if (wanted < 1) {
    throw refused("Invalid positive integer", { code: "parameter_invalid_integer", param: "amount" });
  }
  checkAmount(wanted, charge.currency, "amount");
  if (wanted > left) {
    const whole = left === charge.amount ? "charge amount" : "unrefunded amount on charge";
    throw refused(
      `Refund amount (${shown(wanted, charge.currency)}) is greater than ${whole} (${shown(left, charge.currency)})`,
      { param: "amount" },
    );
  }
  return wanted;
}

function newRefund(world: World, charge: Charge, amount: number, seed: RefundSeed): Refund {
  const refund: Refund = {
    id: newId("refund"),
    object: "refund",
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: world.now(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    metadata: seed.metadata ?? {},
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: seed.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: "pending",
    transfer_reversal: null,
  };
  if (charge.payment_method_details?.type === "card") {
    refund.destination_details = {
      type: "card",
      card: { reference_status: "pending", reference_type: "acquirer_reference_number", type: "refund" },
    };
  }
  if (seed.instructions_email !== undefined) refund.instructions_email = seed.instructions_email;
  world.tables.refunds.set(refund.id, refund);
  return refund;
}

function bookRefund(world: World, refund: Refund): void {
  refund.balance_transaction = bookBalance(world, "refund", -refund.amount, refund.currency, refund.id).id;
}

function followLater(world: World, refund: Refund, course: RefundCourse): void {
  const { laterStepMs } = world.behaviour;
  if (laterStepMs === null || course === "succeed" || course === "require_action") return;
  world.later(laterStepMs, () => {
    if (course === "pending" && refund.status === "pending") moveRefund(world, refund, "succeed");
    if (course === "fail_later" && refund.status === "succeeded") moveRefund(world, refund, "fail");
  });
}

/**
 * The later step of a refund: it arrives, or it comes back. A refund can fail after it had succeeded.
 * @throws StripeRefusal when it is over in another way
 */
export function moveRefund(world: World, refund: Refund, step: "succeed" | "fail" | "require_action"): void {
  const open = refund.status === "pending" || refund.status === "requires_action";
  if (!open && !(step === "fail" && refund.status === "succeeded")) throw wrongState(refund, step);
  const previous = { status: refund.status };
  delete refund.pending_reason;
  if (step === "succeed") {
    if (refund.balance_transaction === null) bookRefund(world, refund);
    refund.status = "succeeded";
  } else if (step === "require_action") {
    refund.status = "requires_action";
  } else {
    giveUp(world, refund, "failed");
    refund.failure_reason = "unknown";
    recordEvent(world, "refund.failed", refund);
  }
  recordEvent(world, "refund.updated", refund, previous);
  recordEvent(world, "charge.refund.updated", refund, previous);
}

/** Takes back a refund that waits for the payer. @throws StripeRefusal in any other state */
export function cancelRefund(world: World, refund: Refund): void {
  if (refund.status !== "requires_action") throw wrongState(refund, "cancel");
  const previous = { status: refund.status };
  giveUp(world, refund, "canceled");
  recordEvent(world, "refund.updated", refund, previous);
  recordEvent(world, "charge.refund.updated", refund, previous);
}

/** The money is the account's again, and the charge can be refunded anew. */
function giveUp(world: World, refund: Refund, status: "failed" | "canceled"): void {
  const charge = world.tables.charges.get(refund.charge ?? "");
  refund.status = status;
  delete refund.next_action;
  if (refund.balance_transaction !== null) {
    refund.failure_balance_transaction = bookBalance(
      world,
      "refund_failure",
      refund.amount,
      refund.currency,
      refund.id,
    ).id;
  }
  if (!charge) return;
  charge.amount_refunded -= refund.amount;
  charge.refunded = false;
}

function wrongState(refund: Refund, step: string): Error {
  return refused(`Refund ${refund.id} is ${refund.status}; it cannot ${step.replaceAll("_", " ")}.`, {
    code: "status_transition_invalid",
  });
}
