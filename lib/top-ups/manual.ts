import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { actorName, writeAudit } from "@/lib/audit/audit";
import type { StaffScope } from "@/lib/auth/scope";
import { announceChange } from "@/lib/changes/changes";
import { invariant, Refusal } from "@/lib/errors";
import type { Locale } from "@/lib/i18n/locale";
import { refuseHugeBalance } from "@/lib/ledger/rules";
import { sendSoon } from "@/lib/mail/mail";
import type { Micros } from "@/lib/money/money";
import { findOrganization } from "@/lib/organizations/organizations";
import { type Month, monthOf } from "@/lib/time/period";
import { type Account, withAccount } from "./account";
import { credit } from "./crediting";
import { type Products, type Quote, quote, refuseWish, type Wish } from "./pricing";
import { productsIn } from "./products/products";
import { insertPurchase, type Purchase, selectPurchaseByRequest } from "./store";

/** A payment that came outside of any provider, as a rule by bank transfer. */
export type ManualTopUp = Wish & {
  /** Slug. */
  readonly organization: string;
  /** The bank's: the same reference is recorded once per organization. */
  readonly reference: string;
  readonly note?: string;
  /** When the money came; now, unless said otherwise. Not in the future. */
  readonly receivedAt?: Date;
  /** An earlier month than the current one, where that was agreed; it must have been opened. */
  readonly visitorsMonth?: Month;
  /** The language of the mail to who has chosen none. */
  readonly locale?: Locale;
};

/**
 * Records a top-up that was paid by bank transfer, with receipt and mail, exactly once per reference (A4). The amounts
 * are as agreed: no minimum holds, the tax is the usual one.
 *
 * @throws Refusal organization_not_found; invalid_input for nothing, too much, a future time or a month that was not
 * opened; conflict when nothing can be bought in the organization's currency, or the reference was recorded with other amounts
 */
export async function recordManualTopUp(
  scope: StaffScope<"back_office:write">,
  topUp: ManualTopUp,
): Promise<{ purchaseId: string; outcome: "created" | "unchanged" }> {
  const organizationId = await organizationIdOf(topUp.organization);
  const recorded = await withAccount(organizationId, async (tx, account) => {
    const products = await productsIn(tx, account.organization.currency);
    if (!products)
      throw new Refusal("conflict", `Nothing can be bought in ${account.organization.currency}.`);
    const quoted = quoteAsAgreed(topUp, products);
    const request = `manual:${topUp.reference}`;
    const known = await selectPurchaseByRequest(tx, organizationId, request);
    if (known) return { purchaseId: sameAs(known, quoted).id, outcome: "unchanged" as const };
    const paidAt = receivedAt(account, topUp);
    const purchase = await insertPurchase(tx, organizationId, {
      ...purchaseValues(quoted, products),
      request,
      provider: "manual",
      livemode: account.organization.mode === "live",
      status: "pending",
      locale: topUp.locale ?? "id",
      createdBy: actorName(scope.actor),
      createdAt: paidAt,
      note: topUp.note ?? null,
    });
    invariant(purchase, "the reference is new");
    await credit(tx, account, purchase, {
      paidAt,
      paymentReference: topUp.reference,
      method: "bank_transfer",
      customerTaxId: null,
      visitorsMonth: agreedMonth(account, topUp.visitorsMonth),
    });
    refuseHugeBalance(account.book);
    await audit(tx, scope, purchase, topUp);
    return { purchaseId: purchase.id, outcome: "created" as const };
  });
  if (recorded.outcome === "created") {
    announceChange(organizationId);
    void sendSoon();
  }
  return recorded;
}

/** What a purchase keeps of the products and prices of its day. */
export function purchaseValues(quoted: Quote, products: Products) {
  return {
    currency: products.currency,
    visitorBlocks: quoted.visitorBlocks,
    visitors: quoted.visitors,
    visitorsNetMicros: quoted.visitorsNet,
    balanceMicros: quoted.balance,
    taxName: products.taxName,
    taxBasisPoints: products.taxBasisPoints,
    taxMicros: quoted.tax,
    totalMicros: quoted.total,
    chargeStepMicros: products.chargeStep,
  };
}

async function organizationIdOf(slug: string): Promise<number> {
  const organization = await acrossOrganizations((tx) => findOrganization(tx, slug));
  if (!organization) throw new Refusal("organization_not_found", "There is no such organization.");
  return organization.id;
}

function quoteAsAgreed(wish: Wish, products: Products): Quote {
  refuseWish(wish, products);
  return quote(wish, { ...products, minimumBalance: products.chargeStep });
}

function sameAs(known: Purchase, quoted: Quote): Purchase {
  if (known.balanceMicros === quoted.balance && known.visitorBlocks === quoted.visitorBlocks) return known;
  throw new Refusal("conflict", "This reference was recorded with other amounts.");
}

function receivedAt({ now }: Account, { receivedAt: time }: ManualTopUp): Date {
  if (!time) return now;
  if (time <= now) return time;
  throw new Refusal("invalid_input", "Money cannot have come in the future.", {
    errors: [{ pointer: "/receivedAt", detail: "is in the future" }],
  });
}

function agreedMonth({ organization, book, now }: Account, month: Month | undefined): Month | null {
  if (month === undefined || month === monthOf(now, organization.timeZone)) return null;
  if (book.openedMonth !== null && month >= organization.startsOn && month <= book.openedMonth) return month;
  throw new Refusal("invalid_input", "Unique visitors can only be credited to a month that has begun.", {
    errors: [{ pointer: "/visitorsMonth", detail: "was not opened" }],
  });
}

async function audit(
  tx: Transaction,
  scope: StaffScope<"back_office:write">,
  purchase: Purchase,
  { reference, note }: ManualTopUp,
): Promise<void> {
  const total: Micros = purchase.totalMicros;
  await writeAudit(tx, {
    actor: scope.actor,
    organizationId: purchase.organizationId,
    action: "purchase.recorded",
    subject: `purchase:${purchase.id}`,
    reason: note ?? null,
    after: { reference, balance: purchase.balanceMicros, visitors: purchase.visitors, total },
  });
}
