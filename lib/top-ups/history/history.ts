import "server-only";
import { acrossOrganizations, inOrganization, readInOrganization, type Transaction } from "@/db/client";
import type { PurchaseStatus } from "@/db/schema/purchases";
import { peopleInCharge } from "@/lib/auth/members/members";
import type { Scope, StaffScope } from "@/lib/auth/scope";
import { Refusal } from "@/lib/errors";
import type { Micros } from "@/lib/money/money";
import { findOrganization, readOrganization } from "@/lib/organizations/organizations";
import { paymentProvider } from "@/lib/payments/providers";
import { type DayRange, periodOfDays } from "@/lib/time/period";
import { purchaseNumber, receiptNumber } from "../rules";
import {
  type PurchaseConditions,
  type PurchaseCursor,
  selectOnePurchase,
  selectPaidDays,
  selectPurchasePage,
  selectPurchaseTotals,
  selectReversalsOf,
  selectTransfersOf,
} from "./store";

export type { PurchaseCursor } from "./store";

type Row = NonNullable<Awaited<ReturnType<typeof selectOnePurchase>>>;

/** One purchase as the history shows it (T5). */
export type PurchaseRow = {
  readonly id: string;
  /** "P-000123". */
  readonly number: string;
  readonly cursor: PurchaseCursor;
  readonly organization: Row["organization"];
  readonly createdAt: Date;
  readonly paidAt: Date | null;
  readonly status: PurchaseStatus;
  readonly visitors: number;
  readonly balance: Micros;
  readonly net: Micros;
  readonly tax: Micros;
  readonly total: Micros;
  readonly currency: string;
  readonly refunded: Micros;
  readonly disputed: Micros;
  readonly method: string | null;
  readonly methodDetail: string | null;
  /** The provider's name of the payment, or the bank's of the transfer. */
  readonly paymentReference: string | null;
  /** The provider's own proof of payment, for the payer. */
  readonly paymentUrl: string | null;
  /** "R-2026-000042"; null while it is not paid. */
  readonly receipt: string | null;
  /** Where it can still be paid; null when it cannot. */
  readonly checkoutUrl: string | null;
  /** The payment is not the one that was asked for: staff have to look at it. */
  readonly isQuarantined: boolean;
};

/** What of the history is asked for. Days are the organization's; for staff the vendor's. */
export type HistoryFilter = {
  readonly status?: PurchaseStatus | undefined;
  readonly range?: DayRange | undefined;
};

export type StaffHistoryFilter = HistoryFilter & {
  readonly organizationId?: number | undefined;
  readonly onlyQuarantined?: boolean | undefined;
};

/** Where in the history to read from; null: the newest. */
export type HistoryPlace = { readonly after: PurchaseCursor } | { readonly before: PurchaseCursor } | null;

export type PurchaseTotals = Awaited<ReturnType<typeof selectPurchaseTotals>>[number];

export type HistoryPage = {
  readonly rows: readonly PurchaseRow[];
  /** Of the filter, not of the page; one for each currency. */
  readonly totals: readonly PurchaseTotals[];
  readonly next: PurchaseCursor | null;
  readonly previous: PurchaseCursor | null;
};

export const PURCHASES_PER_PAGE = 25;
/** The vendor's own zone: what staff mean by a day. */
export const VENDOR_TIME_ZONE = "Asia/Jakarta";

/** A page of the organization's purchases, newest first, and the totals of the filter (T5). */
export async function listPurchases(
  { organizationId }: Scope<"purchases:read">,
  filter: HistoryFilter,
  place: HistoryPlace,
  limit = PURCHASES_PER_PAGE,
): Promise<HistoryPage> {
  return inOrganization(organizationId, async (tx) => {
    const { timeZone } = await readOrganization(tx, organizationId);
    return page(tx, conditionsOf({ ...filter, organizationId }, timeZone), place, limit);
  });
}

/** The same over all organizations, or the one the filter names (T5, A4). */
export async function listAllPurchases(
  _scope: StaffScope<"back_office:read">,
  filter: StaffHistoryFilter,
  place: HistoryPlace,
  limit = PURCHASES_PER_PAGE,
): Promise<HistoryPage> {
  return acrossOrganizations((tx) => page(tx, conditionsOf(filter, VENDOR_TIME_ZONE), place, limit));
}

/** One purchase with everything that came of it. */
export type PurchaseDetail = PurchaseRow & {
  readonly taxName: string;
  readonly taxBasisPoints: number;
  /** Blocks of unique visitors. */
  readonly blocks: number;
  readonly visitorsNet: Micros;
  readonly visitorsMonth: string | null;
  readonly visitorsTaken: number;
  readonly balanceTaken: Micros;
  readonly provider: string;
  readonly livemode: boolean;
  readonly failure: string | null;
  readonly note: string | null;
  readonly createdBy: string;
  readonly buyer: Buyer;
  /** Until when it can be paid, on the system's clock. */
  readonly checkoutExpiresAt: Date | null;
  readonly creditedAt: Date | null;
  readonly mismatches: Row["purchase"]["mismatches"];
  readonly reversals: readonly PurchaseReversal[];
  /** What it moved in the ledger, oldest first; positive gives. */
  readonly transfers: Awaited<ReturnType<typeof selectTransfersOf>>;
};

/** Who bought it, as the organization may know: its own people by name, the vendor's not. */
export type Buyer =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "former_member" | "vendor" | "system" };

export type PurchaseReversal = {
  readonly id: string;
  readonly kind: "refund" | "dispute";
  readonly state: Awaited<ReturnType<typeof selectReversalsOf>>[number]["state"];
  readonly amount: Micros;
  readonly reference: string | null;
  readonly reason: string | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly settledAt: Date | null;
};

/** @throws Refusal not_found */
export async function readPurchase(
  { organizationId }: Scope<"purchases:read">,
  id: string,
): Promise<PurchaseDetail> {
  return inOrganization(organizationId, (tx) => detail(tx, organizationId, id));
}

/** The same for staff, with where they find the payment at the provider. @throws Refusal not_found, organization_not_found */
export async function readAnyPurchase(
  _scope: StaffScope<"back_office:read">,
  slug: string,
  id: string,
): Promise<PurchaseDetail & { readonly providerUrl: string | null }> {
  return acrossOrganizations(async (tx) => {
    const organization = await findOrganization(tx, slug);
    if (!organization) throw new Refusal("organization_not_found", "There is no such organization.");
    const found = await detail(tx, organization.id, id);
    const { provider, paymentReference, livemode } = found;
    const isAtProvider = provider !== "manual" && paymentReference !== null;
    const providerUrl = isAtProvider ? paymentProvider().staffAddress(paymentReference, livemode) : null;
    return { ...found, providerUrl };
  });
}

/** What was paid on a day, for the balance line of the usage trend. */
export type TopUpMarker = Awaited<ReturnType<typeof selectPaidDays>>[number];

/** The days of a range on which top-ups were paid, in the organization's zone. */
export async function topUpMarkers(
  { organizationId }: Scope<"purchases:read">,
  range: DayRange,
): Promise<TopUpMarker[]> {
  return readInOrganization(organizationId, async (tx) => {
    const { timeZone } = await readOrganization(tx, organizationId);
    return selectPaidDays(tx, organizationId, periodOfDays(range, timeZone), timeZone);
  });
}

/** What a filter means to the database; days are those of the zone. */
export function conditionsOf(filter: StaffHistoryFilter, timeZone: string): PurchaseConditions {
  return {
    organizationId: filter.organizationId ?? null,
    status: filter.status ?? null,
    period: filter.range ? periodOfDays(filter.range, timeZone) : null,
    onlyQuarantined: filter.onlyQuarantined ?? false,
  };
}

async function page(
  tx: Transaction,
  conditions: PurchaseConditions,
  place: HistoryPlace,
  limit: number,
): Promise<HistoryPage> {
  const isBackwards = place !== null && "before" in place;
  const [found, totals] = await Promise.all([
    selectPurchasePage(tx, conditions, place, limit + 1),
    selectPurchaseTotals(tx, conditions),
  ]);
  const hasMore = found.length > limit;
  const rows = (isBackwards ? found.slice(-limit) : found.slice(0, limit)).map(toRow);
  const hasNext = isBackwards ? true : hasMore;
  const hasPrevious = isBackwards ? hasMore : place !== null;
  return {
    rows,
    totals,
    next: hasNext ? (rows.at(-1)?.cursor ?? null) : null,
    previous: hasPrevious ? (rows[0]?.cursor ?? null) : null,
  };
}

/** A row of the database as the history shows it. */
export function toRow({ purchase, organization, receipt }: Row): PurchaseRow {
  return {
    id: purchase.id,
    number: purchaseNumber(purchase.number),
    cursor: { at: purchase.createdAt, number: purchase.number },
    organization,
    createdAt: purchase.createdAt,
    paidAt: purchase.paidAt,
    status: purchase.status,
    visitors: purchase.visitors,
    balance: purchase.balanceMicros,
    net: purchase.visitorsNetMicros + purchase.balanceMicros,
    tax: purchase.taxMicros,
    total: purchase.totalMicros,
    currency: purchase.currency,
    refunded: purchase.refundedMicros,
    disputed: purchase.disputedMicros,
    method: purchase.method,
    methodDetail: purchase.methodDetail,
    paymentReference: purchase.paymentReference,
    paymentUrl: purchase.paymentUrl,
    receipt: receipt ? receiptNumber(receipt) : null,
    checkoutUrl: purchase.status === "open" ? purchase.checkoutUrl : null,
    isQuarantined: purchase.quarantinedAt !== null,
  };
}

async function detail(tx: Transaction, organizationId: number, id: string): Promise<PurchaseDetail> {
  const row = await selectOnePurchase(tx, organizationId, id);
  if (!row) throw new Refusal("not_found", "There is no such purchase.");
  const { purchase } = row;
  const reversals = await selectReversalsOf(tx, organizationId, [id]);
  return {
    ...toRow(row),
    taxName: purchase.taxName,
    taxBasisPoints: purchase.taxBasisPoints,
    blocks: purchase.visitorBlocks,
    visitorsNet: purchase.visitorsNetMicros,
    visitorsMonth: purchase.visitorsMonth,
    visitorsTaken: purchase.visitorsTaken,
    balanceTaken: purchase.balanceTakenMicros,
    provider: purchase.provider,
    livemode: purchase.livemode,
    failure: purchase.failure,
    note: purchase.note,
    createdBy: purchase.createdBy,
    buyer: await buyerOf(tx, purchase),
    checkoutExpiresAt: purchase.checkoutExpiresAt,
    creditedAt: purchase.creditedAt,
    mismatches: purchase.mismatches,
    reversals: reversals.map(({ amountMicros, ...reversal }) => ({ ...reversal, amount: amountMicros })),
    transfers: await selectTransfersOf(tx, organizationId, id, reversals),
  };
}

async function buyerOf(tx: Transaction, purchase: Row["purchase"]): Promise<Buyer> {
  const userId = Number(/^user:(\d+)$/.exec(purchase.createdBy)?.[1]);
  if (Number.isNaN(userId)) return { kind: "system" };
  const member = (await peopleInCharge(tx, purchase.organizationId)).find((one) => one.userId === userId);
  if (member) return { kind: "member", name: member.name };
  return { kind: purchase.provider === "manual" ? "vendor" : "former_member" };
}
