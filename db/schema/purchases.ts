import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { count, instant, micros, month, organizationId } from "./columns";
import { organizations } from "./organizations";

/** What clients can buy in one currency: settings of the vendor (T1). */
export const topUpProducts = pgTable(
  "top_up_products",
  {
    /** ISO 4217. Organizations of another currency cannot top themselves up. */
    currency: text().primaryKey(),
    /** Unique visitors are sold in blocks of this many. */
    visitorsPerBlock: integer().notNull(),
    /** Net price of one block. */
    blockPriceMicros: micros().notNull(),
    /** Numbers of blocks offered at a click. */
    blockPresets: integer().array().notNull(),
    mostBlocks: integer().notNull(),
    /** A smaller amount of WhatsApp balance is raised to this. */
    minimumBalanceMicros: micros().notNull(),
    largestBalanceMicros: micros().notNull(),
    balancePresetsMicros: bigint({ mode: "bigint" }).array().notNull(),
    /** As it is called on forms and receipts: "PPN". */
    taxName: text().notNull(),
    /** The tax rate in hundredths of a percent: 1100 is 11 %. */
    taxBasisPoints: integer().notNull(),
    /** What is charged is a whole multiple of this: one rupiah for IDR. */
    chargeStepMicros: micros().notNull(),
    updatedAt: instant().notNull().defaultNow(),
  },
  (table) => [
    check(
      "top_up_products_can_be_bought",
      sql`${table.visitorsPerBlock} > 0 and ${table.mostBlocks} > 0 and ${table.blockPriceMicros} > 0 and ${table.minimumBalanceMicros} > 0 and ${table.largestBalanceMicros} >= ${table.minimumBalanceMicros} and ${table.chargeStepMicros} > 0`,
    ),
    check("tax_rate_is_a_rate", sql`${table.taxBasisPoints} between 0 and 10000`),
  ],
);

/** Who issues the receipts. The newest row is in force; older receipts keep theirs. */
export const receiptIssuers = pgTable("receipt_issuers", {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  name: text().notNull(),
  /** Lines separated by line feeds. */
  address: text().notNull(),
  /** The vendor's own tax number (NPWP); empty where it has none. */
  taxId: text().notNull(),
  email: text().notNull(),
  createdAt: instant().notNull().defaultNow(),
});

/** The payer that a payment provider knows an organization by. One each, also when two clicks come at once. */
export const paymentCustomers = pgTable(
  "payment_customers",
  {
    organizationId: organizationId(),
    provider: text().notNull(),
    /** Whether real money moves. */
    livemode: boolean().notNull(),
    /** Names the request at the provider, so that repeating it finds the same customer. */
    requestId: uuid().notNull().defaultRandom(),
    /** The name it was, or will be, made with. */
    name: text().notNull(),
    /** The provider's id; null until it has answered. */
    reference: text(),
    createdAt: instant().notNull().defaultNow(),
  },
  (table) => [
    primaryKey({
      name: "one_customer_per_organization",
      columns: [table.organizationId, table.provider, table.livemode],
    }),
  ],
);

export const PURCHASE_STATUSES = [
  "open",
  "pending",
  "paid",
  "failed",
  "expired",
  "partly_refunded",
  "refunded",
  "disputed",
] as const;
export type PurchaseStatus = (typeof PURCHASE_STATUSES)[number];

/** How a payment differs from what was asked for. Kept as text for people. */
export type Mismatch = {
  readonly field: "amount" | "currency" | "customer" | "livemode" | "checkout" | "reversal";
  readonly expected: string;
  readonly found: string;
};

/** One top-up, from the first click to the last refund (T1–T5). */
export const purchases = pgTable(
  "purchases",
  {
    organizationId: organizationId(),
    id: uuid().notNull().defaultRandom(),
    /** Shown as "P-000123". */
    number: count().notNull().generatedAlwaysAsIdentity(),
    /** Names the form, or the staff's request, that asked for it: asked again, it is the same purchase. */
    request: text().notNull(),
    provider: text({ enum: ["stripe", "manual"] }).notNull(),
    livemode: boolean().notNull(),
    status: text({ enum: PURCHASE_STATUSES }).notNull(),
    currency: text().notNull(),
    visitorBlocks: integer().notNull(),
    /** Unique visitors bought. */
    visitors: integer().notNull(),
    /** Net price of the visitors. */
    visitorsNetMicros: micros().notNull(),
    /** WhatsApp balance bought; its price is the same. */
    balanceMicros: micros().notNull(),
    taxName: text().notNull(),
    taxBasisPoints: integer().notNull(),
    taxMicros: micros().notNull(),
    totalMicros: micros().notNull(),
    chargeStepMicros: micros().notNull(),
    /** The buyer's language, for the payment page and the mails. */
    locale: text({ enum: ["en", "id"] }).notNull(),
    /** "user:12", "system:demo". */
    createdBy: text().notNull(),
    /** On the organization's clock, as `paid_at` and `credited_at`. */
    createdAt: instant().notNull(),
    /** Who pays, as the provider knows them. */
    customerReference: text(),
    /** Counts the payment pages that were asked for; part of the idempotency key. */
    checkoutVersion: smallint().notNull().default(1),
    checkoutReference: text(),
    /** Where the buyer pays while it is open. */
    checkoutUrl: text(),
    /** On the system's clock, as everything between us and the provider. */
    checkoutExpiresAt: instant(),
    /** When the provider is asked next about it; null when nothing is awaited. */
    nextCheckAt: instant(),
    checks: integer().notNull().default(0),
    paymentReference: text(),
    /** The provider's own proof of payment. */
    paymentUrl: text(),
    /** "card", "bank_transfer", … and its end, such as "visa 4242". */
    method: text(),
    methodDetail: text(),
    /** Why the last attempt to pay failed, in the provider's words. */
    failure: text(),
    paidAt: instant(),
    creditedAt: instant(),
    /** The month that the unique visitors were credited to. */
    visitorsMonth: month(),
    /** Paid back, tax included: refunds that were not given up. */
    refundedMicros: micros().notNull().default(sql`0`),
    /** Withheld by the payer's bank, tax included. */
    disputedMicros: micros().notNull().default(sql`0`),
    /** What refunds and disputes took back of what was credited. */
    balanceTakenMicros: micros().notNull().default(sql`0`),
    visitorsTaken: integer().notNull().default(0),
    /** Set when the payment is not the one that was asked for: nothing is credited, staff decide. */
    quarantinedAt: instant(),
    mismatches: jsonb().$type<readonly Mismatch[]>(),
    /** For payments outside of any provider: the bank's reference, and why. */
    note: text(),
  },
  (table) => [
    primaryKey({ name: "purchase_is_one", columns: [table.organizationId, table.id] }),
    unique("purchase_is_asked_for_once").on(table.organizationId, table.request),
    unique("purchase_number_is_unique").on(table.organizationId, table.number),
    foreignKey({
      name: "purchase_belongs_to_organization",
      columns: [table.organizationId],
      foreignColumns: [organizations.id],
    }),
    check(
      "purchase_adds_up",
      sql`${table.totalMicros} = ${table.visitorsNetMicros} + ${table.balanceMicros} + ${table.taxMicros}`,
    ),
    check(
      "purchase_buys_something",
      sql`${table.visitors} >= 0 and ${table.balanceMicros} >= 0 and ${table.taxMicros} >= 0 and (${table.visitors} > 0 or ${table.balanceMicros} > 0)`,
    ),
    check(
      "purchase_is_credited_when_paid",
      sql`(${table.status} in ('paid', 'partly_refunded', 'refunded', 'disputed')) = (${table.creditedAt} is not null) and (${table.creditedAt} is null) = (${table.paidAt} is null)`,
    ),
    check(
      "purchase_takes_back_what_it_gave",
      sql`${table.balanceTakenMicros} between 0 and ${table.balanceMicros} and ${table.visitorsTaken} between 0 and ${table.visitors}`,
    ),
    index("purchases_by_creation").on(table.organizationId, table.createdAt, table.number),
    index("purchases_of_all_by_creation").on(table.createdAt, table.number),
    index("purchases_by_checkout").on(table.checkoutReference),
    index("purchases_by_payment").on(table.paymentReference),
    index("purchases_to_check").on(table.nextCheckAt).where(sql`next_check_at is not null`),
  ],
);

export const REVERSAL_STATES = [
  /** Refund: taken back here, not yet known to the provider. */
  "reserved",
  /** Refund: on its way to the payer. */
  "pending",
  "succeeded",
  /** Refund: it failed or was cancelled, and what was taken was given back. */
  "failed",
  /** Dispute: the bank asks, no money has moved. */
  "inquiry",
  /** Dispute: the bank withholds the money. */
  "open",
  "lost",
  "won",
  /** Dispute: an inquiry that came to nothing. */
  "closed",
] as const;
export type ReversalState = (typeof REVERSAL_STATES)[number];

/** Money of a purchase on its way back to the payer: a refund or a dispute (T4). Several partial refunds are several rows. */
export const purchaseReversals = pgTable(
  "purchase_reversals",
  {
    organizationId: organizationId(),
    /** Our own refunds carry it to the provider, who tells it back. */
    id: uuid().notNull().defaultRandom(),
    purchaseId: uuid().notNull(),
    kind: text({ enum: ["refund", "dispute"] }).notNull(),
    state: text({ enum: REVERSAL_STATES }).notNull(),
    /** The provider's id; null until it has answered. */
    reference: text(),
    /** Of the total, tax included. */
    amountMicros: micros().notNull(),
    /** How many transfers it has caused: part of the next one's cause. */
    transfers: smallint().notNull().default(0),
    reason: text(),
    createdBy: text().notNull(),
    createdAt: instant().notNull(),
    settledAt: instant(),
    nextCheckAt: instant(),
  },
  (table) => [
    primaryKey({ name: "reversal_is_one", columns: [table.organizationId, table.id] }),
    unique("reversal_is_known_once").on(table.organizationId, table.reference),
    foreignKey({
      name: "reversal_belongs_to_purchase",
      columns: [table.organizationId, table.purchaseId],
      foreignColumns: [purchases.organizationId, purchases.id],
    }),
    check("reversal_moves_something", sql`${table.amountMicros} > 0`),
    index("reversals_of_purchase").on(table.organizationId, table.purchaseId, table.createdAt),
    index("reversals_to_check").on(table.nextCheckAt).where(sql`next_check_at is not null`),
  ],
);

/** The last number of each series of receipts: "R" for live organizations, "T" for test ones, a new one each year (T6). */
export const receiptSeries = pgTable(
  "receipt_series",
  {
    series: text({ enum: ["R", "T"] }).notNull(),
    year: smallint().notNull(),
    lastNumber: count().notNull(),
  },
  (table) => [primaryKey({ name: "receipt_series_is_one", columns: [table.series, table.year] })],
);

/** One per credited purchase, shown as "R-2026-000042". Rows are inserted, never changed: the database refuses (T6). */
export const receipts = pgTable(
  "receipts",
  {
    organizationId: organizationId(),
    purchaseId: uuid().notNull(),
    series: text({ enum: ["R", "T"] }).notNull(),
    /** The year of the payment in the organization's zone. */
    year: smallint().notNull(),
    number: count().notNull(),
    issuedAt: instant().notNull(),
    issuerId: integer()
      .notNull()
      .references(() => receiptIssuers.id),
    /** The client's name and tax number on the day of the receipt. */
    customerName: text().notNull(),
    customerTaxId: text(),
  },
  (table) => [
    primaryKey({ name: "one_receipt_per_purchase", columns: [table.organizationId, table.purchaseId] }),
    unique("receipt_number_is_unique").on(table.organizationId, table.series, table.year, table.number),
    foreignKey({
      name: "receipt_belongs_to_purchase",
      columns: [table.organizationId, table.purchaseId],
      foreignColumns: [purchases.organizationId, purchases.id],
    }),
    index("receipts_by_number").on(table.series, table.year, table.number),
  ],
);

/** How far the provider's list of changes has been read, in case a webhook was lost. */
export const paymentSweeps = pgTable("payment_sweeps", {
  provider: text().primaryKey(),
  listedUntil: instant().notNull(),
  /** Until when some process is reading. */
  leasedUntil: instant().notNull(),
});
