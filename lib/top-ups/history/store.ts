import { and, asc, desc, eq, gte, inArray, lt, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { rawSql, type Transaction } from "@/db/client";
import { organizations } from "@/db/schema/organizations";
import { type PurchaseStatus, purchaseReversals, purchases, receipts } from "@/db/schema/purchases";
import type { Period } from "@/lib/time/period";
import { isPurchaseId } from "../rules";

/** Where a page of the history starts: the last purchase of the page before. */
export type PurchaseCursor = { readonly at: Date; readonly number: number };

export type PurchaseConditions = {
  /** Null: of all organizations. */
  readonly organizationId: number | null;
  readonly status: PurchaseStatus | null;
  /** By the time of the purchase. */
  readonly period: Period | null;
  readonly onlyQuarantined: boolean;
};

function matching({ organizationId, status, period, onlyQuarantined }: PurchaseConditions): SQL | undefined {
  return and(
    organizationId === null ? undefined : eq(purchases.organizationId, organizationId),
    status === null ? undefined : eq(purchases.status, status),
    period === null ? undefined : gte(purchases.createdAt, period.start),
    period === null ? undefined : lt(purchases.createdAt, period.end),
    onlyQuarantined ? sql`${purchases.quarantinedAt} is not null` : undefined,
  );
}

/** Newest first, from after `after` on or, turned round again, from before `before` on. */
export async function selectPurchasePage(
  tx: Transaction,
  conditions: PurchaseConditions,
  place: { readonly after: PurchaseCursor } | { readonly before: PurchaseCursor } | null,
  limit: number,
) {
  const isBackwards = place !== null && "before" in place;
  const cursor = place === null ? null : "before" in place ? place.before : place.after;
  // Compared as a row, so that the index seeks to the cursor.
  const key = sql`(${purchases.createdAt}, ${purchases.number})`;
  const bound = cursor && sql`(${cursor.at.toISOString()}::timestamptz, ${cursor.number}::bigint)`;
  const beyond = bound === null ? undefined : isBackwards ? sql`${key} > ${bound}` : sql`${key} < ${bound}`;
  const order = isBackwards ? asc : desc;
  const rows = await tx
    .select(columns)
    .from(purchases)
    .innerJoin(organizations, eq(organizations.id, purchases.organizationId))
    .leftJoin(receipts, receiptOfPurchase)
    .where(and(matching(conditions), beyond))
    .orderBy(order(purchases.createdAt), order(purchases.number))
    .limit(limit);
  return isBackwards ? rows.reverse() : rows;
}

const receiptOfPurchase = and(
  eq(receipts.organizationId, purchases.organizationId),
  eq(receipts.purchaseId, purchases.id),
);

const columns = {
  organization: {
    id: organizations.id,
    slug: organizations.slug,
    name: organizations.name,
    timeZone: organizations.timeZone,
  },
  purchase: purchases,
  receipt: { series: receipts.series, year: receipts.year, number: receipts.number },
};

/** Undefined also for what cannot be the id of a purchase. */
export async function selectOnePurchase(tx: Transaction, organizationId: number, id: string) {
  if (!isPurchaseId(id)) return undefined;
  const [row] = await tx
    .select(columns)
    .from(purchases)
    .innerJoin(organizations, eq(organizations.id, purchases.organizationId))
    .leftJoin(receipts, receiptOfPurchase)
    .where(and(eq(purchases.organizationId, organizationId), eq(purchases.id, id)));
  return row;
}

/** Sums over everything that matches, by currency. Money counts where it was paid. */
export async function selectPurchaseTotals(tx: Transaction, conditions: PurchaseConditions) {
  const isPaid = sql`${purchases.creditedAt} is not null`;
  const paid = (column: SQLWrapper) =>
    sql`coalesce(sum(${column}) filter (where ${isPaid}), 0)`.mapWith(BigInt);
  return tx
    .select({
      currency: purchases.currency,
      purchases: sql`count(*)`.mapWith(Number),
      paid: sql`count(*) filter (where ${isPaid})`.mapWith(Number),
      net: paid(sql`${purchases.visitorsNetMicros} + ${purchases.balanceMicros}`),
      tax: paid(purchases.taxMicros),
      total: paid(purchases.totalMicros),
      refunded: paid(purchases.refundedMicros),
      disputed: paid(purchases.disputedMicros),
      visitors: sql`coalesce(sum(${purchases.visitors}) filter (where ${isPaid}), 0)`.mapWith(Number),
      balance: paid(purchases.balanceMicros),
    })
    .from(purchases)
    .where(matching(conditions))
    .groupBy(purchases.currency)
    .orderBy(asc(purchases.currency));
}

export async function selectReversalsOf(tx: Transaction, organizationId: number, purchaseIds: string[]) {
  if (purchaseIds.length === 0) return [];
  return tx
    .select()
    .from(purchaseReversals)
    .where(
      and(
        eq(purchaseReversals.organizationId, organizationId),
        inArray(purchaseReversals.purchaseId, purchaseIds),
      ),
    )
    .orderBy(asc(purchaseReversals.createdAt), asc(purchaseReversals.id));
}

/** The ledger's transfers that a purchase, its refunds and its disputes caused, oldest first; settlements change no sum. */
export async function selectTransfersOf(
  tx: Transaction,
  organizationId: number,
  purchaseId: string,
  reversals: readonly { readonly kind: string; readonly id: string; readonly transfers: number }[],
) {
  const causes = [
    `purchase:${purchaseId}`,
    ...reversals.flatMap(({ kind, id, transfers }) =>
      Array.from({ length: transfers }, (_, n) => `${kind}:${id}:${n + 1}`),
    ),
  ];
  const rows = await rawSql(tx)<
    {
      id: string;
      kind: string;
      to_account: string;
      amount_micros: string;
      booked_at: string;
      additional_after_micros: string;
      initial_after_micros: string;
    }[]
  >`
    select id, kind, to_account, amount_micros, (extract(epoch from booked_at) * 1000)::bigint::text as booked_at,
      additional_after_micros, initial_after_micros
    from ledger_transfers
    where organization_id = ${organizationId} and cause = any(${causes}::text[]) and kind <> 'settlement'
    order by id`;
  return rows.map((row) => ({
    id: Number(row.id),
    kind: row.kind,
    amount: row.to_account === "additional" ? BigInt(row.amount_micros) : -BigInt(row.amount_micros),
    bookedAt: new Date(Number(row.booked_at)),
    balanceAfter: BigInt(row.additional_after_micros) + BigInt(row.initial_after_micros),
  }));
}

/** What was paid per day of the organization's zone. */
export async function selectPaidDays(
  tx: Transaction,
  organizationId: number,
  period: Period,
  timeZone: string,
) {
  const rows = await rawSql(tx)<{ day: string; purchases: number; balance: string; visitors: number }[]>`
    select to_char(paid_at at time zone ${timeZone}, 'YYYY-MM-DD') as day, count(*)::int as purchases,
      sum(balance_micros)::text as balance, sum(visitors)::int as visitors
    from purchases
    where organization_id = ${organizationId} and paid_at >= ${period.start.toISOString()}
      and paid_at < ${period.end.toISOString()}
    group by 1 order by 1`;
  return rows.map((row) => ({
    day: row.day,
    purchases: row.purchases,
    balance: BigInt(row.balance),
    visitors: row.visitors,
  }));
}
