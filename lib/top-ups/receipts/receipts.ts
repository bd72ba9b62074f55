import "server-only";
import { inOrganization, type Transaction } from "@/db/client";
import type { Scope } from "@/lib/auth/scope";
import { Refusal } from "@/lib/errors";
import { type Organization, readOrganization } from "@/lib/organizations/organizations";
import { dayOf } from "@/lib/time/period";
import { receiptIssuer } from "../products/products";
import { receiptNumber } from "../rules";
import { type Purchase, selectPurchase } from "../store";
import { insertReceipt, selectReceipt, takeReceiptNumber } from "./store";

/** A receipt as it is printed (T6). */
export type Receipt = NonNullable<Awaited<ReturnType<typeof selectReceipt>>> & {
  /** "R-2026-000042". */
  readonly name: string;
};

/**
 * Issues the receipt of a purchase that is being credited, in the same transaction: rolled back with it, it leaves no
 * gap. Called last, because it makes other organizations' receipts wait.
 *
 * @returns its name
 */
export async function issueReceipt(
  tx: Transaction,
  organization: Organization,
  purchaseId: string,
  facts: { readonly paidAt: Date; readonly issuedAt: Date; readonly customerTaxId: string | null },
): Promise<string> {
  const { id: issuerId } = await receiptIssuer(tx);
  const series = organization.mode === "live" ? "R" : "T";
  const year = Number(dayOf(facts.paidAt, organization.timeZone).slice(0, 4));
  const number = await takeReceiptNumber(tx, series, year);
  await insertReceipt(tx, {
    organizationId: organization.id,
    purchaseId,
    series,
    year,
    number,
    issuedAt: facts.issuedAt,
    issuerId,
    customerName: organization.name,
    customerTaxId: facts.customerTaxId,
  });
  return receiptNumber({ series, year, number });
}

/** The receipt of a purchase; null while it is not paid. */
export async function receiptOf(
  tx: Transaction,
  organizationId: number,
  purchaseId: string,
): Promise<Receipt | null> {
  const row = await selectReceipt(tx, organizationId, purchaseId);
  return row ? { ...row, name: receiptNumber(row) } : null;
}

/** Everything that stands on the printed page. @throws Refusal not_found */
export async function readReceipt(
  { organizationId }: Scope<"purchases:read">,
  purchaseId: string,
): Promise<{ receipt: Receipt; purchase: Purchase; timeZone: string }> {
  return inOrganization(organizationId, async (tx) => {
    const [organization, purchase, receipt] = await Promise.all([
      readOrganization(tx, organizationId),
      selectPurchase(tx, organizationId, purchaseId),
      receiptOf(tx, organizationId, purchaseId),
    ]);
    if (!purchase || !receipt) throw new Refusal("not_found", "There is no receipt for this purchase.");
    return { receipt, purchase, timeZone: organization.timeZone };
  });
}
