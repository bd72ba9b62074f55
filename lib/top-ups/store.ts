import { and, asc, eq, isNull, lte, notInArray, type SQL, sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import {
  type PurchaseStatus,
  paymentCustomers,
  paymentSweeps,
  purchaseReversals,
  purchases,
} from "@/db/schema/purchases";
import { isPurchaseId } from "./rules";

export type Purchase = typeof purchases.$inferSelect;
export type NewPurchase = Omit<typeof purchases.$inferInsert, "organizationId">;
export type Reversal = typeof purchaseReversals.$inferSelect;
export type NewReversal = Omit<typeof purchaseReversals.$inferInsert, "organizationId">;

const isPurchase = (organizationId: number, id: string) =>
  and(eq(purchases.organizationId, organizationId), eq(purchases.id, id));

/** Undefined when the request was made before. */
export async function insertPurchase(
  tx: Transaction,
  organizationId: number,
  values: NewPurchase,
): Promise<Purchase | undefined> {
  const [row] = await tx
    .insert(purchases)
    .values({ organizationId, ...values })
    .onConflictDoNothing({ target: [purchases.organizationId, purchases.request] })
    .returning();
  return row;
}

/** Undefined also for what cannot be the id of a purchase. */
export async function selectPurchase(
  tx: Transaction,
  organizationId: number,
  id: string,
): Promise<Purchase | undefined> {
  if (!isPurchaseId(id)) return undefined;
  const [row] = await tx.select().from(purchases).where(isPurchase(organizationId, id));
  return row;
}

export async function selectPurchaseByRequest(
  tx: Transaction,
  organizationId: number,
  request: string,
): Promise<Purchase | undefined> {
  const [row] = await tx
    .select()
    .from(purchases)
    .where(and(eq(purchases.organizationId, organizationId), eq(purchases.request, request)));
  return row;
}

/** One organization's purchase by its payment page. */
export async function selectPurchaseByCheckout(
  tx: Transaction,
  organizationId: number,
  checkoutReference: string,
): Promise<Purchase | undefined> {
  const [row] = await tx
    .select()
    .from(purchases)
    .where(
      and(eq(purchases.organizationId, organizationId), eq(purchases.checkoutReference, checkoutReference)),
    );
  return row;
}

/** Whose purchase a payment page or a payment is, over all organizations. */
export async function selectPurchaseKey(
  tx: Transaction,
  by: { readonly checkout: string } | { readonly payment: string },
): Promise<{ organizationId: number; purchaseId: string } | undefined> {
  const condition =
    "checkout" in by
      ? eq(purchases.checkoutReference, by.checkout)
      : eq(purchases.paymentReference, by.payment);
  const [row] = await tx
    .select({ organizationId: purchases.organizationId, purchaseId: purchases.id })
    .from(purchases)
    .where(condition)
    .limit(1);
  return row;
}

/** @returns the purchase as it is now; undefined when there is none. */
export async function updatePurchase(
  tx: Transaction,
  organizationId: number,
  id: string,
  values: Partial<NewPurchase>,
): Promise<Purchase | undefined> {
  const [row] = await tx.update(purchases).set(values).where(isPurchase(organizationId, id)).returning();
  return row;
}

/** As `updatePurchase`, unless it is in one of the states, or credited, by now. */
export async function updateUnpaid(
  tx: Transaction,
  organizationId: number,
  id: string,
  unless: readonly PurchaseStatus[],
  values: Partial<NewPurchase>,
): Promise<void> {
  await tx
    .update(purchases)
    .set(values)
    .where(
      and(
        isPurchase(organizationId, id),
        isNull(purchases.creditedAt),
        isNull(purchases.quarantinedAt),
        notInArray(purchases.status, [...unless]),
      ),
    );
}

/** Writes the payment page down unless one of a newer version is there. */
export async function attachCheckout(
  tx: Transaction,
  organizationId: number,
  id: string,
  version: number,
  checkout: { readonly reference: string; readonly url: string },
): Promise<void> {
  await tx
    .update(purchases)
    .set({ checkoutReference: checkout.reference, checkoutUrl: checkout.url })
    .where(
      and(
        isPurchase(organizationId, id),
        eq(purchases.checkoutVersion, version),
        isNull(purchases.checkoutReference),
      ),
    );
}

/** Counts the version up and forgets the customer, for a page that was never opened. */
export async function replaceCheckout(
  tx: Transaction,
  organizationId: number,
  id: string,
  version: number,
  checkoutExpiresAt: Date,
): Promise<void> {
  await tx
    .update(purchases)
    .set({ checkoutVersion: version + 1, customerReference: null, checkoutExpiresAt })
    .where(
      and(
        isPurchase(organizationId, id),
        eq(purchases.checkoutVersion, version),
        isNull(purchases.checkoutReference),
      ),
    );
}

/** Writes down who pays, unless that is known. @returns who pays. */
export async function setCustomer(
  tx: Transaction,
  organizationId: number,
  id: string,
  customerReference: string,
): Promise<string | null> {
  const [row] = await tx
    .update(purchases)
    .set({ customerReference: sql`coalesce(${purchases.customerReference}, ${customerReference})` })
    .where(isPurchase(organizationId, id))
    .returning({ customerReference: purchases.customerReference });
  return row?.customerReference ?? null;
}

/** Takes purchases that the provider should be asked about; nobody else takes them before `until`. */
export async function claimPurchases(tx: Transaction, now: Date, until: Date, limit: number) {
  return claim(tx, sql`purchases`, now, until, limit);
}

/** As `claimPurchases`, for refunds that the provider has not confirmed. */
export async function claimReversals(tx: Transaction, now: Date, until: Date, limit: number) {
  return claim(tx, sql`purchase_reversals`, now, until, limit);
}

async function claim(tx: Transaction, table: SQL, now: Date, until: Date, limit: number) {
  const rows = await tx.execute<{ organization_id: number; id: string }>(sql`
    update ${table} t set next_check_at = ${until.toISOString()}::timestamptz
    from (
      select organization_id, id from ${table} where next_check_at <= ${now.toISOString()}::timestamptz
      order by next_check_at limit ${limit} for update skip locked
    ) due
    where t.organization_id = due.organization_id and t.id = due.id
    returning t.organization_id, t.id`);
  return [...rows].map((row) => ({ organizationId: row.organization_id, id: row.id }));
}

// Reversals

export async function selectReversals(
  tx: Transaction,
  organizationId: number,
  purchaseId: string,
): Promise<Reversal[]> {
  return tx
    .select()
    .from(purchaseReversals)
    .where(
      and(eq(purchaseReversals.organizationId, organizationId), eq(purchaseReversals.purchaseId, purchaseId)),
    )
    .orderBy(asc(purchaseReversals.createdAt), asc(purchaseReversals.id));
}

export async function selectReversal(
  tx: Transaction,
  organizationId: number,
  id: string,
): Promise<Reversal | undefined> {
  const [row] = await tx
    .select()
    .from(purchaseReversals)
    .where(and(eq(purchaseReversals.organizationId, organizationId), eq(purchaseReversals.id, id)));
  return row;
}

export async function insertReversal(
  tx: Transaction,
  organizationId: number,
  values: NewReversal,
): Promise<Reversal | undefined> {
  const [row] = await tx
    .insert(purchaseReversals)
    .values({ organizationId, ...values })
    .returning();
  return row;
}

export async function updateReversal(
  tx: Transaction,
  organizationId: number,
  id: string,
  values: Partial<NewReversal>,
): Promise<void> {
  await tx
    .update(purchaseReversals)
    .set(values)
    .where(and(eq(purchaseReversals.organizationId, organizationId), eq(purchaseReversals.id, id)));
}

// Customers

type CustomerKey = { readonly provider: string; readonly livemode: boolean };

const isCustomer = (organizationId: number, { provider, livemode }: CustomerKey) =>
  and(
    eq(paymentCustomers.organizationId, organizationId),
    eq(paymentCustomers.provider, provider),
    eq(paymentCustomers.livemode, livemode),
  );

/** The organization's one row, made now if there is none; whoever comes second gets the first one's. */
export async function ensureCustomer(
  tx: Transaction,
  organizationId: number,
  key: CustomerKey,
  name: string,
) {
  await tx
    .insert(paymentCustomers)
    .values({ organizationId, provider: key.provider, livemode: key.livemode, name })
    .onConflictDoNothing();
  const [row] = await tx.select().from(paymentCustomers).where(isCustomer(organizationId, key));
  return row;
}

/** Writes the provider's answer down; the first one stays. */
export async function updateCustomer(
  tx: Transaction,
  organizationId: number,
  key: CustomerKey,
  requestId: string,
  reference: string,
): Promise<void> {
  await tx
    .update(paymentCustomers)
    .set({ reference })
    .where(
      and(
        isCustomer(organizationId, key),
        eq(paymentCustomers.requestId, requestId),
        isNull(paymentCustomers.reference),
      ),
    );
}

/** Forgets a customer that the provider no longer knows. */
export async function deleteCustomer(
  tx: Transaction,
  organizationId: number,
  key: CustomerKey,
  reference: string,
): Promise<void> {
  await tx
    .delete(paymentCustomers)
    .where(and(isCustomer(organizationId, key), eq(paymentCustomers.reference, reference)));
}

// Sweeps

/** Takes the reading of the provider's changes; null while another process reads. @returns from when to read. */
export async function claimSweep(
  tx: Transaction,
  provider: string,
  now: Date,
  until: Date,
): Promise<Date | null> {
  await tx
    .insert(paymentSweeps)
    .values({ provider, listedUntil: now, leasedUntil: now })
    .onConflictDoNothing();
  const [row] = await tx
    .update(paymentSweeps)
    .set({ leasedUntil: until })
    .where(and(eq(paymentSweeps.provider, provider), lte(paymentSweeps.leasedUntil, now)))
    .returning({ listedUntil: paymentSweeps.listedUntil });
  return row?.listedUntil ?? null;
}

export async function finishSweep(
  tx: Transaction,
  provider: string,
  listedUntil: Date,
  now: Date,
): Promise<void> {
  await tx
    .update(paymentSweeps)
    .set({ listedUntil, leasedUntil: now })
    .where(eq(paymentSweeps.provider, provider));
}
