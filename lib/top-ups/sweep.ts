import "server-only";
import { acrossOrganizations, inOrganization } from "@/db/client";
import { logFault } from "@/lib/log";
import { paymentProvider } from "@/lib/payments/providers";
import { lookAgain } from "./changes";
import { fulfil } from "./fulfilment";
import { resumeRefund } from "./refunds";
import { furtherUnpaid, nextCheck } from "./rules";
import {
  claimPurchases,
  claimReversals,
  claimSweep,
  finishSweep,
  selectPurchase,
  updateReversal,
  updateUnpaid,
} from "./store";

/** How long whoever took something may work on it before another tries. */
const LEASE = 5 * 60_000;
const AT_ONCE = 25;
/** The provider's list is read this far back again: it may not have been complete when it was read. */
const OVERLAP = 10 * 60_000;
const REFUND_RETRY = 10 * 60_000;
/** A change that cannot be worked on is tried again for this long. */
const LONGEST_RETRY = 3_600_000;

/**
 * Finds what no webhook told (T2): asks the provider about purchases that are not paid yet, ends those whose page has
 * expired, clears up refunds whose answer was lost, and looks again at everything that changed at the provider.
 * Called by the server's timer with the system's now; any number of processes may. What fails is logged and
 * tried again the next time; it does not stop the rest.
 *
 * @returns how many things were looked at
 */
export async function sweepPurchases(now: Date): Promise<number> {
  const lease = new Date(now.getTime() + LEASE);
  const [purchases, refunds] = await Promise.all([
    acrossOrganizations((tx) => claimPurchases(tx, now, lease, AT_ONCE)),
    acrossOrganizations((tx) => claimReversals(tx, now, lease, AT_ONCE)),
  ]);
  for (const { organizationId, id } of purchases) {
    await logged({ organizationId, purchaseId: id }, () => checkPurchase(organizationId, id, now));
  }
  for (const { organizationId, id } of refunds) {
    await logged({ organizationId, reversalId: id }, () => checkRefund(organizationId, id, now));
  }
  await logged({}, () => readChanges(now));
  return purchases.length + refunds.length;
}

async function logged(
  facts: Readonly<Record<string, string | number>>,
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    logFault("sweep.failed", error, facts);
    return false;
  }
}

async function checkPurchase(organizationId: number, id: string, now: Date): Promise<void> {
  const purchase = await inOrganization(organizationId, (tx) => selectPurchase(tx, organizationId, id));
  if (!purchase || purchase.creditedAt !== null) return;
  // Written before the provider is asked again, so that a purchase that always fails does not come back every minute.
  const reschedule = { checks: purchase.checks + 1, nextCheckAt: nextCheck(now, purchase.checks) };
  const neverOpened = purchase.checkoutReference === null && (purchase.checkoutExpiresAt ?? now) <= now;
  await inOrganization(organizationId, (tx) =>
    updateUnpaid(
      tx,
      organizationId,
      id,
      furtherUnpaid("pending"),
      neverOpened ? { status: "expired", nextCheckAt: null } : reschedule,
    ),
  );
  if (purchase.checkoutReference !== null) await fulfil(purchase.checkoutReference);
}

async function checkRefund(organizationId: number, id: string, now: Date): Promise<void> {
  const nextCheckAt = new Date(now.getTime() + REFUND_RETRY);
  await inOrganization(organizationId, (tx) => updateReversal(tx, organizationId, id, { nextCheckAt }));
  await resumeRefund(organizationId, id);
}

/** Looks at what has changed since the last time. One process reads at a time. */
async function readChanges(now: Date): Promise<void> {
  const provider = paymentProvider();
  const lease = new Date(now.getTime() + LEASE);
  const since = await acrossOrganizations((tx) => claimSweep(tx, provider.name, now, lease));
  if (since === null) return;
  const seen = new Set<string>();
  let failures = 0;
  // A clock that was set back must not leave a gap.
  const from = new Date(Math.min(since.getTime(), now.getTime()) - OVERLAP);
  for await (const change of provider.changesSince(from)) {
    const { kind, reference } = change;
    if (seen.has(reference)) continue;
    seen.add(reference);
    if (!(await logged({ kind, reference }, () => lookAgain(change)))) failures += 1;
  }
  // One change that always fails must not make the list grow for ever.
  const patience = new Date(now.getTime() - LONGEST_RETRY);
  const listedUntil = failures === 0 ? now : new Date(Math.max(since.getTime(), patience.getTime()));
  await acrossOrganizations((tx) => finishSweep(tx, provider.name, listedUntil, now));
}
