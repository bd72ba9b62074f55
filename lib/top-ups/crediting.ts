import "server-only";
import type { Transaction } from "@/db/client";
import { invariant } from "@/lib/errors";
import { move, settle } from "@/lib/ledger/rules";
import { toDecimal } from "@/lib/money/money";
import { type Occurrence, recordOccurrences } from "@/lib/occurrences/occurrences";
import { loadQuotas, saveQuotas } from "@/lib/quotas/quotas";
import { type Month, monthOf } from "@/lib/time/period";
import type { Account } from "./account";
import { queueConfirmation } from "./confirmation";
import { issueReceipt } from "./receipts/receipts";
import { settleReversals } from "./reversals";
import { isWithholding, purchaseNumber } from "./rules";
import { type NewPurchase, type Purchase, selectReversals, updatePurchase } from "./store";

/** How a purchase was paid. */
export type PaidFacts = Pick<
  NewPurchase,
  "paymentReference" | "paymentUrl" | "method" | "methodDetail" | "checkoutReference"
> & {
  readonly paidAt: Date;
  readonly customerTaxId: string | null;
  /** The month that unique visitors are credited to; null: the current one. */
  readonly visitorsMonth: Month | null;
};

/**
 * Credits a purchase that is paid and not credited yet: the balance, the unique visitors, the receipt and the mail, all
 * in the transaction of the caller, who holds the account, knows that it was not credited before, and saves the book.
 *
 * The ledger lets the cause `purchase:{id}` in once, whatever the caller knows.
 */
export async function credit(
  tx: Transaction,
  account: Account,
  purchase: Purchase,
  { paidAt, customerTaxId, visitorsMonth, ...facts }: PaidFacts,
): Promise<void> {
  const { organization, book, now } = account;
  const { organizationId, id } = purchase;
  const cause = `purchase:${id}`;
  if (purchase.balanceMicros > 0n) {
    move(book, {
      kind: "top_up",
      from: "purchases",
      to: "additional",
      amount: purchase.balanceMicros,
      occurredAt: paidAt,
      cause,
    });
    settle(book, now, cause);
  }
  const month = purchase.visitors > 0 ? (visitorsMonth ?? currentMonth(account)) : null;
  if (month !== null) await addVisitors(tx, organizationId, month, purchase.visitors);
  const credited = await updatePurchase(tx, organizationId, id, {
    ...facts,
    status: "paid",
    paidAt,
    creditedAt: now,
    visitorsMonth: month,
    failure: null,
    nextCheckAt: null,
    quarantinedAt: null,
  });
  invariant(credited, `purchase ${id} exists`);
  await takeBackEarlyReversals(tx, account, credited);
  const receipt = await issueReceipt(tx, organization, id, { paidAt, issuedAt: now, customerTaxId });
  await Promise.all([
    queueConfirmation(tx, organization, credited, receipt),
    recordOccurrences(tx, organization, [topUpPaid(credited, receipt, paidAt)]),
  ]);
}

function topUpPaid(purchase: Purchase, receipt: string, paidAt: Date): Occurrence {
  return {
    type: "top_up.paid",
    cause: `purchase:${purchase.id}`,
    occurredAt: paidAt,
    data: {
      purchase: purchase.id,
      number: purchaseNumber(purchase.number),
      receipt,
      currency: purchase.currency,
      whatsapp_balance: toDecimal(purchase.balanceMicros),
      unique_visitors: purchase.visitors,
      unique_visitors_month: purchase.visitorsMonth,
      total: toDecimal(purchase.totalMicros),
    },
  };
}

/** A client who tops up before the first month begins gets the visitors in that month. */
function currentMonth({ organization, now }: Account): Month {
  const { startsOn, timeZone } = organization;
  const month = monthOf(now, timeZone);
  if (month < startsOn) return startsOn;
  return month;
}

async function addVisitors(
  tx: Transaction,
  organizationId: number,
  month: Month,
  visitors: number,
): Promise<void> {
  const quotas = await loadQuotas(tx, organizationId, [month]);
  for (const quota of quotas.values()) quota.visitorsTopUp += visitors;
  await saveQuotas(tx, organizationId, quotas.values());
}

/** A refund or dispute may be known before its payment is. */
async function takeBackEarlyReversals(tx: Transaction, account: Account, purchase: Purchase): Promise<void> {
  const early = (await selectReversals(tx, purchase.organizationId, purchase.id)).filter(isWithholding);
  const last = early.at(-1);
  if (last) await settleReversals(tx, account, purchase, last);
}
