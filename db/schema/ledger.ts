import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, primaryKey, smallint, text, unique } from "drizzle-orm/pg-core";
import { count, instant, micros, month, organizationId } from "./columns";

export const ACCOUNTS = [
  "initial",
  "additional",
  "package",
  "purchases",
  "usage",
  "expired",
  "adjustments",
] as const;
export type AccountName = (typeof ACCOUNTS)[number];
export const TRANSFER_KINDS = [
  "grant",
  "expiry",
  "top_up",
  "usage",
  "settlement",
  "adjustment",
  "refund",
  "dispute",
  "dispute_reversal",
] as const;
export type TransferKind = (typeof TRANSFER_KINDS)[number];

/** The row that is locked for whatever moves an organization's money or quotas. One writer at a time per organization. */
export const ledgers = pgTable("ledgers", {
  organizationId: integer().primaryKey(),
  /** The newest month that was opened; null before the first. */
  openedMonth: month(),
  nextTransferId: count().notNull().default(1),
  nextMessageId: count().notNull().default(1),
  nextPosting: count().notNull().default(1),
  /** What open holds reserve. */
  onHoldMicros: micros().notNull().default(sql`0`),
  /** When the earliest open hold ends; null without open holds. */
  nextHoldExpiry: instant(),
  /** Purchases whose money the payer's bank withholds while it decides: no new holds meanwhile. */
  openDisputes: integer().notNull().default(0),
  /** Counts the transactions that took the ledger: whoever looked at an earlier one looks again. */
  version: count().notNull().default(0),
  /** When a hold was refused for want of balance and none was granted since; null otherwise. */
  holdRefusedAt: instant(),
});

/** The running balance of one account; the sum of its transfers. */
export const ledgerAccounts = pgTable(
  "ledger_accounts",
  {
    organizationId: organizationId(),
    account: text({ enum: ACCOUNTS }).notNull(),
    balanceMicros: micros().notNull().default(sql`0`),
  },
  (table) => [
    primaryKey({ name: "one_balance_per_account", columns: [table.organizationId, table.account] }),
    check("initial_is_never_negative", sql`${table.account} <> 'initial' or ${table.balanceMicros} >= 0`),
  ],
);

/** Money moving from one account of an organization to another. Rows are inserted, never changed: the database refuses. */
export const ledgerTransfers = pgTable(
  "ledger_transfers",
  {
    organizationId: organizationId(),
    /** Counts up from 1 within the organization, in the order of booking. */
    id: count().notNull(),
    kind: text({ enum: TRANSFER_KINDS }).notNull(),
    fromAccount: text({ enum: ACCOUNTS }).notNull(),
    toAccount: text({ enum: ACCOUNTS }).notNull(),
    amountMicros: micros().notNull(),
    /** When it happened in the world, which a late webhook reports after the fact. */
    occurredAt: instant().notNull(),
    /** When it was written, on the organization's clock. */
    bookedAt: instant().notNull(),
    /** Names what caused this, e.g. "posting:17", "month:2026-11", "purchase:…". */
    cause: text().notNull(),
    /** Numbers the transfers of one cause. */
    line: smallint().notNull(),
    /** The client's two balances right after this transfer. */
    initialAfterMicros: micros().notNull(),
    additionalAfterMicros: micros().notNull(),
    /** Why, in a person's words; for adjustments and refunds. */
    reason: text(),
  },
  (table) => [
    primaryKey({ name: "ledger_transfer_is_numbered", columns: [table.organizationId, table.id] }),
    unique("cause_posts_once").on(table.organizationId, table.cause, table.line),
    check("transfer_moves_something", sql`${table.amountMicros} > 0`),
    check("transfer_changes_account", sql`${table.fromAccount} <> ${table.toAccount}`),
    index("ledger_transfers_by_booking").on(table.organizationId, table.bookedAt, table.id),
  ],
);

/** Money reserved before sending. */
export const holds = pgTable(
  "holds",
  {
    organizationId: organizationId(),
    /** "hold_" and random characters; what charges name. */
    id: text().notNull(),
    idempotencyKey: text().notNull(),
    /** Hash of the request, to tell a repeat from another request under the same key. */
    requestHash: text().notNull(),
    amountMicros: micros().notNull(),
    /** What is still reserved; 0 once closed. */
    remainingMicros: micros().notNull(),
    state: text({ enum: ["open", "used", "released", "expired"] }).notNull(),
    reason: text(),
    createdAt: instant().notNull(),
    expiresAt: instant().notNull(),
    closedAt: instant(),
    availableAfterMicros: micros().notNull(),
  },
  (table) => [
    primaryKey({ name: "hold_is_one", columns: [table.organizationId, table.id] }),
    unique("hold_is_placed_once").on(table.organizationId, table.idempotencyKey),
    check(
      "hold_reserves_what_it_has",
      sql`${table.remainingMicros} >= 0 and ${table.remainingMicros} <= ${table.amountMicros}`,
    ),
    index("open_holds_by_expiry").on(table.organizationId, table.expiresAt).where(sql`state = 'open'`),
    index("holds_by_creation").on(table.organizationId, table.createdAt, table.id),
  ],
);

/** The parts of a hold: so many units of a category in a market at a price. */
export const holdLines = pgTable(
  "hold_lines",
  {
    organizationId: organizationId(),
    holdId: text().notNull(),
    line: smallint().notNull(),
    market: text().notNull(),
    category: text().notNull(),
    quantity: integer().notNull(),
    remainingQuantity: integer().notNull(),
    unitPriceMicros: micros().notNull(),
  },
  (table) => [
    primaryKey({ name: "hold_line_is_numbered", columns: [table.organizationId, table.holdId, table.line] }),
    check("hold_line_has_what_it_gives", sql`${table.remainingQuantity} between 0 and ${table.quantity}`),
  ],
);

/** Answers already given to requests that carried an Idempotency-Key. */
export const idempotentRequests = pgTable(
  "idempotent_requests",
  {
    organizationId: organizationId(),
    operation: text().notNull(),
    idempotencyKey: text().notNull(),
    requestHash: text().notNull(),
    /** The answer's body, given again to every repeat. */
    response: text().notNull(),
    createdAt: instant().notNull().defaultNow(),
  },
  (table) => [
    primaryKey({
      name: "request_answered_once",
      columns: [table.organizationId, table.operation, table.idempotencyKey],
    }),
  ],
);
