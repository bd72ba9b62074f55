import "server-only";
import { acrossOrganizations } from "@/db/client";
import type { Mismatch } from "@/db/schema/purchases";
import { announceChange } from "@/lib/changes/changes";
import { invariant } from "@/lib/errors";
import { logMutation, logNotice } from "@/lib/log";
import type { Changed, ProviderDispute, ProviderRefund, PurchaseReference } from "@/lib/payments/payments";
import { paymentProvider } from "@/lib/payments/providers";
import { withAccount } from "./account";
import { fulfil, readPurchaseRow } from "./fulfilment";
import { noteReversal, type ReversalNews } from "./reversals";
import { type Purchase, selectPurchase, selectPurchaseKey, updatePurchase } from "./store";

const PROVIDER_ACTOR = "system:payment-provider";

/**
 * Takes a provider's webhook: checks that it is the provider's, then looks again at what it names. Nothing is kept of
 * it, so order and repeats do not matter; whatever throws must reach the provider as a failure, so that it sends again.
 *
 * @throws Refusal invalid_signature, malformed_body
 */
export async function receivePaymentWebhook(rawBody: string, signature: string | null): Promise<void> {
  for (const change of paymentProvider().readWebhook(rawBody, signature)) await lookAgain(change);
}

/** Asks the provider what has become of something and does what follows from it. */
export async function lookAgain({ kind, reference }: Changed): Promise<void> {
  if (kind === "checkout") await fulfil(reference);
  else if (kind === "refund") await lookAtRefund(reference);
  else await lookAtDispute(reference);
}

async function lookAtRefund(reference: string): Promise<void> {
  const refund = await paymentProvider().fetchRefund(reference);
  if (refund) await noteRefund(refund);
}

/** What the provider says of a refund: ours, or one that was made by hand at the provider, is taken back all the same (T4). */
export async function noteRefund(refund: ProviderRefund): Promise<void> {
  await note(refund, {
    kind: "refund",
    state: refund.state,
    ...(refund.refundId !== null && { id: refund.refundId }),
    reference: refund.reference,
    amountMicros: refund.amount,
    reason: null,
    createdBy: PROVIDER_ACTOR,
    nextCheckAt: null,
  });
}

async function lookAtDispute(reference: string): Promise<void> {
  const dispute = await paymentProvider().fetchDispute(reference);
  if (!dispute) return;
  await note(dispute, {
    kind: "dispute",
    state: dispute.state,
    reference: dispute.reference,
    amountMicros: dispute.amount,
    reason: dispute.reason,
    createdBy: PROVIDER_ACTOR,
    nextCheckAt: null,
  });
}

async function note(told: ProviderRefund | ProviderDispute, news: ReversalNews): Promise<void> {
  const key = await ownerOf(told);
  const known = key && (await readPurchaseRow(key));
  if (!key || !known) return;
  // News of a refund or dispute may overtake those of the payment itself.
  if (known.creditedAt === null && known.checkoutReference !== null) await fulfil(known.checkoutReference);
  const { organizationId, purchaseId } = key;
  const noted = await withAccount(organizationId, async (tx, account) => {
    const purchase = await selectPurchase(tx, organizationId, purchaseId);
    invariant(purchase, `purchase ${purchaseId} exists`);
    const mismatches = reversalMismatches(purchase, told);
    if (mismatches.length === 0) return noteReversal(tx, account, purchase, news);
    await updatePurchase(tx, organizationId, purchaseId, { quarantinedAt: account.now, mismatches });
    return null;
  });
  const facts = { organizationId, purchaseId, kind: news.kind };
  if (noted) logMutation("purchase.reversed", { ...facts, reversalId: noted.id, state: noted.state });
  else logNotice("purchase.quarantined", facts);
  announceChange(organizationId);
}

async function ownerOf(told: ProviderRefund | ProviderDispute): Promise<PurchaseReference | null> {
  if (told.purchase) return told.purchase;
  const { payment } = told;
  if (payment === null) return null;
  return (await acrossOrganizations((tx) => selectPurchaseKey(tx, { payment }))) ?? null;
}

/** How a refund or dispute differs from the payment of the purchase that it names. */
function reversalMismatches(purchase: Purchase, told: ProviderRefund | ProviderDispute): Mismatch[] {
  const paid = `${purchase.paymentReference ?? told.payment ?? ""} ${purchase.currency}`;
  const named = `${told.payment ?? purchase.paymentReference ?? ""} ${told.currency}`;
  return paid === named ? [] : [{ field: "reversal", expected: paid, found: `${named} ${told.reference}` }];
}
