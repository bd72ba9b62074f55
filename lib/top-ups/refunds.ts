import "server-only";
import { createHash } from "node:crypto";
import { acrossOrganizations, inOrganization, type Transaction } from "@/db/client";
import type { ReversalState } from "@/db/schema/purchases";
import { actorName, writeAudit } from "@/lib/audit/audit";
import type { StaffScope } from "@/lib/auth/scope";
import { announceChange } from "@/lib/changes/changes";
import { invariant, Refusal } from "@/lib/errors";
import { logFault } from "@/lib/log";
import { type Micros, toDecimal } from "@/lib/money/money";
import { findOrganization } from "@/lib/organizations/organizations";
import { PaymentRefused, type ProviderRefund, type RefundRequest } from "@/lib/payments/payments";
import { paymentProvider } from "@/lib/payments/providers";
import { type Account, withAccount } from "./account";
import { noteRefund } from "./changes";
import { firstRefundCheck, noteReversal } from "./reversals";
import { type Purchase, type Reversal, selectPurchase, selectReversal } from "./store";

export type RefundOrder = {
  /** Slug. */
  readonly organization: string;
  readonly purchaseId: string;
  /** Of the total, tax included. */
  readonly amount: Micros;
  readonly reason: string;
  /** Names the form it was asked by: asked again, it is the same refund. */
  readonly request: string;
  /** What was paid back already as whoever asks sees it; left out, whatever it is. */
  readonly seenRefunded?: Micros;
};

/** `failed`: the provider would not, and what was taken back was given back. `reserved`: the provider did not answer; it is asked again by the sweep. */
export type OrderedRefund = { readonly reversalId: string; readonly state: ReversalState };

/**
 * Pays back a purchase or a part of it (T4, A4). What was credited for it is taken back first, below zero if need be;
 * then the provider is asked, never twice. A payment outside of any provider is paid back by hand and only written
 * down here.
 *
 * @throws Refusal not_found, organization_not_found; conflict for a purchase that is not paid, for more than is left of
 * it, or when somebody else paid back a part of it meanwhile; payment_disputed while the payer's bank withholds the money; payment_failed when the provider refuses
 */
export async function refundPurchase(
  scope: StaffScope<"back_office:write">,
  order: RefundOrder,
): Promise<OrderedRefund> {
  const organizationId = await organizationIdOf(order.organization);
  const id = refundIdOf(order);
  const { reversal, isNew } = await withAccount(organizationId, async (tx, account) => {
    const known = await selectReversal(tx, organizationId, id);
    if (known) return { reversal: known, isNew: false };
    const purchase = await selectPurchase(tx, organizationId, order.purchaseId);
    if (!purchase) throw new Refusal("not_found", "There is no such purchase.");
    if (order.seenRefunded !== undefined && order.seenRefunded !== purchase.refundedMicros) {
      throw new Refusal("conflict", "Another refund was made meanwhile. Load the page again.");
    }
    refuseImpossible(purchase, order.amount);
    const reserved = await reserve(tx, account, purchase, order, id, actorName(scope.actor));
    await audit(tx, scope, purchase, order);
    return { reversal: reserved, isNew: true };
  });
  if (isNew) announceChange(organizationId);
  return reversal.state === "reserved"
    ? sendRefund(organizationId, reversal.id)
    : { reversalId: reversal.id, state: reversal.state };
}

/**
 * Asks the provider for a refund that is reserved. What it refuses is given back; when it does not answer, the refund
 * stays reserved.
 *
 * @throws Refusal payment_failed when the provider refuses
 */
export async function sendRefund(organizationId: number, reversalId: string): Promise<OrderedRefund> {
  const request = await requestOf(organizationId, reversalId);
  let answer: ProviderRefund;
  try {
    answer = await paymentProvider().refund(request);
  } catch (error) {
    if (!(error instanceof PaymentRefused)) {
      logFault("refund.unanswered", error, { organizationId, reversalId });
      return { reversalId, state: "reserved" };
    }
    await giveBack(organizationId, reversalId);
    throw new Refusal("payment_failed", error.message);
  }
  await noteRefund({ ...answer, purchase: request.purchase });
  return { reversalId, state: answer.state };
}

/** Clears up a refund whose answer was lost: it is looked for first, and asked for again only if it is not there. */
export async function resumeRefund(organizationId: number, reversalId: string): Promise<void> {
  const request = await requestOf(organizationId, reversalId);
  const made = await paymentProvider().refundsOf(request.payment);
  const ours = made.find(({ refundId }) => refundId === reversalId);
  if (ours) await noteRefund({ ...ours, purchase: request.purchase });
  else await sendRefund(organizationId, reversalId);
}

async function organizationIdOf(slug: string): Promise<number> {
  const organization = await acrossOrganizations((tx) => findOrganization(tx, slug));
  if (!organization) throw new Refusal("organization_not_found", "There is no such organization.");
  return organization.id;
}

/** The same order always has the same id, written as a UUID. */
function refundIdOf({ purchaseId, request }: RefundOrder): string {
  const hex = createHash("sha256").update(`refund\0${purchaseId}\0${request}`).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

function refuseImpossible(purchase: Purchase, amount: Micros): void {
  const left = purchase.totalMicros - purchase.refundedMicros;
  if (purchase.creditedAt === null) throw new Refusal("conflict", "This purchase is not paid.");
  if (purchase.disputedMicros > 0n) {
    throw new Refusal("payment_disputed", "The payer's bank withholds this payment; it cannot be refunded.");
  }
  if (amount <= 0n || amount % purchase.chargeStepMicros !== 0n) {
    throw new Refusal("invalid_input", `Give a whole multiple of ${toDecimal(purchase.chargeStepMicros)}.`);
  }
  if (amount > left) throw new Refusal("conflict", `Only ${toDecimal(left)} of this purchase is left.`);
}

async function reserve(
  tx: Transaction,
  account: Account,
  purchase: Purchase,
  { amount, reason }: RefundOrder,
  id: string,
  createdBy: string,
): Promise<Reversal> {
  const isByHand = purchase.provider === "manual" || !paymentProvider().refunds;
  return noteReversal(tx, account, purchase, {
    id,
    kind: "refund",
    state: isByHand ? "succeeded" : "reserved",
    reference: null,
    amountMicros: amount,
    reason,
    createdBy,
    nextCheckAt: isByHand ? null : firstRefundCheck(),
  });
}

async function requestOf(organizationId: number, reversalId: string): Promise<RefundRequest> {
  return inOrganization(organizationId, async (tx) => {
    const reversal = await selectReversal(tx, organizationId, reversalId);
    invariant(reversal, `refund ${reversalId} exists`);
    const purchase = await selectPurchase(tx, organizationId, reversal.purchaseId);
    invariant(purchase?.paymentReference, `purchase ${reversal.purchaseId} has a payment`);
    return {
      refundId: reversalId,
      purchase: { organizationId, purchaseId: purchase.id },
      payment: purchase.paymentReference,
      amount: reversal.amountMicros,
      currency: purchase.currency,
    };
  });
}

async function giveBack(organizationId: number, reversalId: string): Promise<void> {
  await withAccount(organizationId, async (tx, account) => {
    const reversal = await selectReversal(tx, organizationId, reversalId);
    const purchase = reversal && (await selectPurchase(tx, organizationId, reversal.purchaseId));
    invariant(reversal && purchase, `refund ${reversalId} exists`);
    await noteReversal(tx, account, purchase, { ...reversal, state: "failed", nextCheckAt: null });
  });
  announceChange(organizationId);
}

async function audit(
  tx: Transaction,
  scope: StaffScope<"back_office:write">,
  purchase: Purchase,
  { amount, reason }: RefundOrder,
): Promise<void> {
  await writeAudit(tx, {
    actor: scope.actor,
    organizationId: purchase.organizationId,
    action: "purchase.refunded",
    subject: `purchase:${purchase.id}`,
    reason,
    before: { refunded: purchase.refundedMicros },
    after: { refunded: purchase.refundedMicros + amount, total: purchase.totalMicros },
  });
}
