import "server-only";
import { isDeepStrictEqual } from "node:util";
import { acrossOrganizations, inOrganization, type Transaction } from "@/db/client";
import type { Mismatch, PurchaseStatus } from "@/db/schema/purchases";
import { announceChange } from "@/lib/changes/changes";
import { invariant } from "@/lib/errors";
import { logMutation, logNotice } from "@/lib/log";
import { sendSoon } from "@/lib/mail/mail";
import type { Payment, PurchaseReference } from "@/lib/payments/payments";
import { paymentProvider } from "@/lib/payments/providers";
import { type Account, withAccount } from "./account";
import { credit } from "./crediting";
import { furtherUnpaid, mismatchesOf } from "./rules";
import { type Purchase, selectPurchase, selectPurchaseKey, updatePurchase, updateUnpaid } from "./store";

/** What became of a purchase when its payment was looked at. */
export type Fulfilment = PurchaseReference & {
  /** `credited`: by this very call. `settled`: it was credited before. */
  readonly outcome: "credited" | "settled" | "unpaid" | "quarantined";
};

/**
 * Looks at a payment page and does what follows from it, once, however often and by whomever it is called at the same
 * time: webhook, return page, sweep (T2). The payment is asked of the provider every time; what was announced or what
 * stands in an address is believed of nobody. A page that was paid is credited in one transaction, also when its
 * purchase had expired; a payment that is not the one asked for is quarantined.
 *
 * @returns null for a page that is not ours
 */
export async function fulfil(checkoutReference: string): Promise<Fulfilment | null> {
  const known = await acrossOrganizations((tx) => selectPurchaseKey(tx, { checkout: checkoutReference }));
  const row = known && (await readPurchaseRow(known));
  if (known && row?.creditedAt) return { ...known, outcome: "settled" };
  const payment = await paymentProvider().fetchPayment(checkoutReference);
  const key = known ?? payment?.purchase;
  if (!payment || !key) return null;
  const outcome = payment.status === "paid" ? await settlePaid(key, payment) : await noteUnpaid(key, payment);
  return outcome && { ...key, outcome };
}

/** A purchase as it stands; undefined when there is none. */
export async function readPurchaseRow({
  organizationId,
  purchaseId,
}: PurchaseReference): Promise<Purchase | undefined> {
  return inOrganization(organizationId, (tx) => selectPurchase(tx, organizationId, purchaseId));
}

async function settlePaid(
  { organizationId, purchaseId }: PurchaseReference,
  payment: Payment,
): Promise<Fulfilment["outcome"] | null> {
  // Another installation may use the same account at the provider: only what we know is ours.
  if (!(await readPurchaseRow({ organizationId, purchaseId }))) {
    logNotice("payment.unknown", { organizationId, purchaseId });
    return null;
  }
  const outcome = await withAccount(organizationId, async (tx, account) => {
    const purchase = await selectPurchase(tx, organizationId, purchaseId);
    invariant(purchase, `purchase ${purchaseId} exists`);
    return settleIn(tx, account, purchase, payment);
  });
  if (outcome === "quarantined") logNotice("purchase.quarantined", { organizationId, purchaseId });
  if (outcome === "credited") {
    logMutation("purchase.paid", { organizationId, purchaseId });
    announceChange(organizationId);
    void sendSoon();
  }
  return outcome;
}

async function settleIn(
  tx: Transaction,
  account: Account,
  purchase: Purchase,
  payment: Payment,
): Promise<Fulfilment["outcome"]> {
  const mismatches = mismatchesOf(
    {
      total: purchase.totalMicros,
      currency: purchase.currency,
      livemode: purchase.livemode,
      customer: purchase.customerReference,
      checkout: purchase.checkoutReference,
    },
    payment,
  );
  if (purchase.creditedAt !== null) {
    // A second page of the same purchase was paid: money has come that nothing was given for.
    if (mismatches.some(({ field }) => field === "checkout"))
      await quarantine(tx, account, purchase, mismatches);
    return "settled";
  }
  if (mismatches.length > 0) {
    await quarantine(tx, account, purchase, mismatches, payment);
    return "quarantined";
  }
  await credit(tx, account, purchase, {
    checkoutReference: payment.checkout,
    paymentReference: payment.payment,
    paymentUrl: payment.proofUrl,
    method: payment.method,
    methodDetail: payment.methodDetail,
    paidAt: paidAtFor(account, purchase, payment),
    customerTaxId: payment.payerTaxId,
    visitorsMonth: null,
  });
  return "credited";
}

/** A test organization lives on its own clock; nobody else pays before asking or in the future. */
function paidAtFor({ organization, now }: Account, purchase: Purchase, { paidAt }: Payment): Date {
  if (organization.clock !== null || paidAt === null || paidAt > now) return now;
  return paidAt < purchase.createdAt ? purchase.createdAt : paidAt;
}

/** Credits nothing and lets staff see why. What they have settled already stays settled. */
async function quarantine(
  tx: Transaction,
  { now }: Account,
  purchase: Purchase,
  mismatches: readonly Mismatch[],
  payment?: Payment,
): Promise<void> {
  if (isDeepStrictEqual(purchase.mismatches, mismatches)) return;
  await updatePurchase(tx, purchase.organizationId, purchase.id, {
    quarantinedAt: now,
    mismatches,
    nextCheckAt: null,
    ...(payment && {
      status: "pending",
      paymentReference: payment.payment,
      method: payment.method,
      methodDetail: payment.methodDetail,
    }),
  });
}

async function noteUnpaid(
  { organizationId, purchaseId }: PurchaseReference,
  payment: Payment,
): Promise<Fulfilment["outcome"] | null> {
  const known = await inOrganization(organizationId, async (tx) => {
    const purchase = await selectPurchase(tx, organizationId, purchaseId);
    // A page that was replaced says nothing about the purchase.
    const isReplaced = purchase?.checkoutReference != null && purchase.checkoutReference !== payment.checkout;
    if (purchase && !isReplaced && payment.status !== "paid") {
      await updateUnpaid(tx, organizationId, purchaseId, furtherUnpaid(payment.status), {
        status: payment.status,
        checkoutReference: payment.checkout,
        failure: payment.failure,
        ...(payment.payment !== null && { paymentReference: payment.payment }),
        ...(payment.method !== null && { method: payment.method, methodDetail: payment.methodDetail }),
        ...(isOver(payment.status) && { nextCheckAt: null }),
      });
    }
    return purchase;
  });
  if (!known) return null;
  if (known.status !== payment.status) announceChange(organizationId);
  return known.creditedAt === null ? "unpaid" : "settled";
}

function isOver(status: PurchaseStatus): boolean {
  return status === "expired" || status === "failed";
}
