import "server-only";
import type { Transaction } from "@/db/client";
import { invariant } from "@/lib/errors";
import { move, settle } from "@/lib/ledger/rules";
import { loadQuotas, saveQuotas } from "@/lib/quotas/quotas";
import { systemNow } from "@/lib/time/clock";
import type { Account } from "./account";
import { creditedStatus, isFurther, reversedAmounts, takenBackFor } from "./rules";
import {
  insertReversal,
  type NewReversal,
  type Purchase,
  type Reversal,
  selectReversals,
  updatePurchase,
  updateReversal,
} from "./store";

/** What is new about a refund or dispute. */
export type ReversalNews = Pick<NewReversal, "kind" | "state" | "amountMicros"> & {
  readonly id?: string;
  readonly reference: string | null;
  readonly reason: string | null;
  readonly createdBy: string;
  /** When the provider is asked about it, should nothing be heard; null: never. */
  readonly nextCheckAt: Date | null;
};

/**
 * Notes a refund or dispute of a purchase, or how it went on, and takes back or gives back what follows from it, once.
 * News that are older than what is known change nothing, so their order does not matter (T4). The caller holds the
 * account and saves the book.
 *
 * @returns the refund or dispute as it stands now
 */
export async function noteReversal(
  tx: Transaction,
  account: Account,
  purchase: Purchase,
  news: ReversalNews,
): Promise<Reversal> {
  const { organizationId } = purchase;
  const known = (await selectReversals(tx, organizationId, purchase.id)).find(
    ({ id, reference }) => id === news.id || (reference !== null && reference === news.reference),
  );
  if (!known) {
    const made = await insertReversal(tx, organizationId, {
      ...news,
      purchaseId: purchase.id,
      createdAt: account.now,
      settledAt: settledAt(news.state, account.now),
    });
    invariant(made, "the refund or dispute was written");
    countOpenDisputes(account, null, made);
    await settleReversals(tx, account, purchase, made);
    return made;
  }
  const isNews = isFurther(known.state, news.state);
  const state = isNews ? news.state : known.state;
  const reference = known.reference ?? news.reference;
  const nextCheckAt = state === "reserved" ? news.nextCheckAt : null;
  const changes = {
    state,
    reference,
    nextCheckAt,
    ...(isNews && { settledAt: settledAt(state, account.now) }),
  };
  await updateReversal(tx, organizationId, known.id, changes);
  const changed = { ...known, ...changes };
  if (!isNews) return changed;
  countOpenDisputes(account, known, changed);
  await settleReversals(tx, account, purchase, changed);
  return changed;
}

/**
 * Brings ledger, quota and purchase in line with all its refunds and disputes: the purchase has taken back what
 * `takenBackFor` says, never more, never twice. `changed` names the transfer.
 */
export async function settleReversals(
  tx: Transaction,
  { book, now }: Account,
  purchase: Purchase,
  changed: Reversal,
): Promise<void> {
  const { organizationId, id } = purchase;
  const reversals = (await selectReversals(tx, organizationId, id)).map(({ kind, state, amountMicros }) => ({
    kind,
    state,
    amount: amountMicros,
  }));
  const { refunded, disputed } = reversedAmounts(reversals);
  if (purchase.creditedAt === null) {
    await updatePurchase(tx, organizationId, id, { refundedMicros: refunded, disputedMicros: disputed });
    return;
  }
  const target = takenBackFor(
    {
      total: purchase.totalMicros,
      balance: purchase.balanceMicros,
      visitors: purchase.visitors,
      chargeStep: purchase.chargeStepMicros,
    },
    refunded + disputed,
  );
  const amount = target.balance - purchase.balanceTakenMicros;
  if (amount !== 0n) {
    const cause = `${changed.kind}:${changed.id}:${changed.transfers + 1}`;
    const reason = changed.reason === null ? {} : { reason: changed.reason };
    const common = { occurredAt: now, cause, ...reason };
    if (amount > 0n)
      move(book, { ...common, kind: changed.kind, from: "additional", to: "purchases", amount });
    else {
      const kind = changed.kind === "dispute" ? "dispute_reversal" : "refund";
      move(book, { ...common, kind, from: "purchases", to: "additional", amount: -amount });
    }
    settle(book, now, cause);
    await updateReversal(tx, organizationId, changed.id, { transfers: changed.transfers + 1 });
  }
  await takeVisitors(tx, purchase, target.visitors - purchase.visitorsTaken);
  await updatePurchase(tx, organizationId, id, {
    status: creditedStatus(purchase.totalMicros, reversals),
    refundedMicros: refunded,
    disputedMicros: disputed,
    balanceTakenMicros: target.balance,
    visitorsTaken: target.visitors,
  });
}

/** Takes from the month that they were credited to; a negative number gives back. */
async function takeVisitors(tx: Transaction, purchase: Purchase, visitors: number): Promise<void> {
  const { organizationId, visitorsMonth } = purchase;
  if (visitors === 0 || visitorsMonth === null) return;
  const quota = (await loadQuotas(tx, organizationId, [visitorsMonth])).get(visitorsMonth);
  invariant(quota && quota.visitorsTopUp >= visitors, `${visitorsMonth} has the visitors of ${purchase.id}`);
  quota.visitorsTopUp -= visitors;
  await saveQuotas(tx, organizationId, [quota]);
}

/** While a dispute is open, no new holds are placed (lib/holds). */
function countOpenDisputes({ book }: Account, before: Reversal | null, after: Reversal): void {
  book.openDisputes += Number(after.state === "open") - Number(before?.state === "open");
}

function settledAt(state: Reversal["state"], now: Date): Date | null {
  return ["succeeded", "failed", "lost", "won", "closed"].includes(state) ? now : null;
}

/** When an unconfirmed refund is looked at again. */
export function firstRefundCheck(): Date {
  return new Date(systemNow().getTime() + 60_000);
}
