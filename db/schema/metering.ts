import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
} from "drizzle-orm/pg-core";
import { count, day, instant, micros, month, organizationId } from "./columns";

/** Every event ever accepted, so that a repeat is known for ever (M1). */
export const eventKeys = pgTable(
  "event_keys",
  {
    organizationId: organizationId(),
    source: text().notNull(),
    eventId: text().notNull(),
  },
  (table) => [
    primaryKey({ name: "event_accepted_once", columns: [table.organizationId, table.source, table.eventId] }),
  ],
);

/**
 * Every message and recipient ever seen and where its row is. A table partitioned by time cannot itself stop a
 * repeat that carries another time.
 */
export const messageKeys = pgTable(
  "message_keys",
  {
    organizationId: organizationId(),
    messageId: text().notNull(),
    contact: text().notNull(),
    id: count().notNull(),
    occurredAt: instant().notNull(),
  },
  (table) => [
    primaryKey({
      name: "message_charged_once",
      columns: [table.organizationId, table.messageId, table.contact],
    }),
  ],
);

/**
 * One row per message and recipient: what happened to it, what it cost and what paid. Partitioned by month (UTC)
 * of `occurred_at`: the delivery once there is one, the first event until then.
 */
export const messages = pgTable(
  "messages",
  {
    organizationId: organizationId(),
    occurredAt: instant().notNull(),
    /** Counts up within the organization, in the order of arrival. */
    id: count().notNull(),
    /** When the charge was decided, on the organization's clock; null while pending. */
    bookedAt: instant(),
    messageId: text().notNull(),
    channel: text().notNull(),
    businessNumber: text().notNull(),
    contact: text().notNull(),
    groupId: text(),
    broadcastId: text(),
    template: text(),
    holdId: text(),
    /** Whether the hold has had this message's part back or used. */
    holdFreed: boolean().notNull().default(false),
    sentAt: instant(),
    deliveredAt: instant(),
    readAt: instant(),
    failedAt: instant(),
    errorCode: text(),
    errorTitle: text(),
    /** As given with the message; null if only webhooks told of it. */
    categorySent: text(),
    /** Time of the event that gave it: the earliest wins. */
    categorySentAt: instant(),
    /** As Meta bills it (status webhook). Wins over the one at send. */
    categoryBilled: text(),
    /** Time of the event that billed it so: the latest wins. */
    categoryBilledAt: instant(),
    pricingType: text(),
    /** Time of the event that gave the type: the latest wins. */
    pricingTypeAt: instant(),
    conversationId: text(),
    conversationExpiresAt: instant(),
    /** What it is counted and priced as: billed, else sent, else by the window. */
    category: text(),
    market: text(),
    unit: text({ enum: ["message", "conversation"] }),
    units: smallint().notNull().default(0),
    priceVersionId: integer(),
    unitPriceMicros: micros(),
    amountMicros: micros().notNull().default(sql`0`),
    /** What paid: see lib/metering/README.md. */
    paidFrom: text({
      enum: [
        "pending",
        "quota",
        "initial",
        "additional",
        "initial_and_additional",
        "free",
        "covered",
        "unpriced",
        "none",
      ],
    }).notNull(),
    paidInitialMicros: micros().notNull().default(sql`0`),
    paidAdditionalMicros: micros().notNull().default(sql`0`),
    freeReason: text(),
    /** The posting that booked the charge last: cause of its ledger transfers. */
    posting: count(),
    /** The client's balances right after this charge. */
    initialAfterMicros: micros(),
    additionalAfterMicros: micros(),
    /** What else explains or undoes the charge: market prefix, window, counters taken. */
    basis: jsonb().$type<ChargeBasis>(),
  },
  (table) => [
    primaryKey({ name: "message_is_numbered", columns: [table.organizationId, table.occurredAt, table.id] }),
    index("messages_of_broadcast")
      .on(table.organizationId, table.broadcastId, table.occurredAt, table.id)
      .where(sql`broadcast_id is not null`),
    index("messages_without_a_price")
      .on(table.organizationId, table.occurredAt, table.id)
      .where(sql`paid_from = 'unpriced'`),
  ],
);

/** Kept with a charge so that it can be explained and, when a late status changes the facts, given back exactly. */
export type ChargeBasis = {
  /** The calling prefix or country that gave the market. */
  readonly prefix?: string;
  /** Last customer message before the delivery, when a window was open. */
  readonly window_from?: string;
  /** When the free entry point was answered. */
  readonly entry_answered?: string;
  /** Whether it took one of the number's free units. */
  readonly free_number?: boolean;
  /** The counter of the volume tier that it was counted in. */
  readonly tier?: string;
  /** The conversation that this message opened, or that covered it. */
  readonly conversation?: { readonly category: string; readonly opened_at: string };
  readonly opened_conversation?: boolean;
  /** Why there is no price: "no_version", "no_price", "no_category". */
  readonly unpriced?: string;
};

/** Times at which a customer (or a group's member) wrote to a business number: they open the service window. */
export const inboundTimes = pgTable(
  "inbound_times",
  {
    organizationId: organizationId(),
    businessNumber: text().notNull(),
    /** The contact, or the group. */
    peer: text().notNull(),
    occurredAt: instant().notNull(),
  },
  (table) => [
    primaryKey({
      name: "inbound_time_is_one",
      columns: [table.organizationId, table.businessNumber, table.peer, table.occurredAt],
    }),
  ],
);

/** A customer who came through a click-to-WhatsApp ad; free for 72 h once the business has answered in time. */
export const entryPoints = pgTable(
  "entry_points",
  {
    organizationId: organizationId(),
    businessNumber: text().notNull(),
    contact: text().notNull(),
    enteredAt: instant().notNull(),
    /** Deliveries to the customer within 24 h of entering, in order: the first is the answer. */
    answers: instant().array().notNull().default([]),
    /** When Meta says that it ends; otherwise 72 h after the answer. */
    saidExpiry: instant(),
  },
  (table) => [
    primaryKey({
      name: "entry_point_is_one",
      columns: [table.organizationId, table.businessNumber, table.contact, table.enteredAt],
    }),
  ],
);

/** A 24-hour conversation opened by a delivered message, in the schemes that charge by conversation. */
export const conversations = pgTable(
  "conversations",
  {
    organizationId: organizationId(),
    businessNumber: text().notNull(),
    contact: text().notNull(),
    category: text().notNull(),
    openedAt: instant().notNull(),
    expiresAt: instant().notNull(),
    /** `messages.id` of the message that opened it. */
    openedBy: count().notNull(),
  },
  (table) => [
    primaryKey({
      name: "conversation_opens_once",
      columns: [table.organizationId, table.businessNumber, table.contact, table.category, table.openedAt],
    }),
  ],
);

/** One customer identity on one channel in one month (P: unique visitor). */
export const uniqueVisitors = pgTable(
  "unique_visitors",
  {
    organizationId: organizationId(),
    month: month().notNull(),
    channel: text().notNull(),
    contact: text().notNull(),
    /** The n-th counted in the month; tells what covered it. */
    ordinal: integer().notNull(),
    firstSeenAt: instant().notNull(),
  },
  (table) => [
    primaryKey({
      name: "visitor_counted_once",
      columns: [table.organizationId, table.month, table.channel, table.contact],
    }),
    index("unique_visitors_by_time").on(table.organizationId, table.firstSeenAt, table.month, table.ordinal),
  ],
);

/** Units and money per day: what the page and the usage API read. */
export const dailyUsage = pgTable(
  "daily_usage",
  {
    organizationId: organizationId(),
    day: day().notNull(),
    service: count().notNull().default(0),
    marketing: count().notNull().default(0),
    utility: count().notNull().default(0),
    authentication: count().notNull().default(0),
    authenticationInternational: count().notNull().default(0),
    group: count().notNull().default(0),
    other: count().notNull().default(0),
    uniqueVisitors: count().notNull().default(0),
    amountMicros: micros().notNull().default(sql`0`),
  },
  (table) => [primaryKey({ name: "daily_usage_is_one", columns: [table.organizationId, table.day] })],
);

/** The same by what it was and what paid: totals of filtered reports and break-downs. */
export const dailyUsageDetails = pgTable(
  "daily_usage_details",
  {
    organizationId: organizationId(),
    day: day().notNull(),
    /** Category, or "group". */
    category: text().notNull(),
    market: text().notNull(),
    paidFrom: text().notNull(),
    /** Rows of `messages`. */
    uses: count().notNull().default(0),
    units: count().notNull().default(0),
    quotaUnits: count().notNull().default(0),
    amountMicros: micros().notNull().default(sql`0`),
    initialMicros: micros().notNull().default(sql`0`),
    additionalMicros: micros().notNull().default(sql`0`),
  },
  (table) => [
    primaryKey({
      name: "daily_usage_detail_is_one",
      columns: [table.organizationId, table.day, table.category, table.market, table.paidFrom],
    }),
  ],
);

/** Unique visitors per day of first contact and channel. */
export const dailyVisitors = pgTable(
  "daily_visitors",
  {
    organizationId: organizationId(),
    day: day().notNull(),
    channel: text().notNull(),
    visitors: count().notNull(),
  },
  (table) => [
    primaryKey({ name: "daily_visitors_is_one", columns: [table.organizationId, table.day, table.channel] }),
  ],
);

/** One row per broadcast, kept in step with its messages. */
export const broadcasts = pgTable(
  "broadcasts",
  {
    organizationId: organizationId(),
    broadcastId: text().notNull(),
    name: text().notNull(),
    template: text(),
    category: text(),
    /** The earliest event of any of its messages. */
    startedAt: instant().notNull(),
    recipients: count().notNull(),
    sent: count().notNull(),
    delivered: count().notNull(),
    read: count().notNull(),
    failed: count().notNull(),
    amountMicros: micros().notNull(),
  },
  (table) => [
    primaryKey({ name: "broadcast_is_one", columns: [table.organizationId, table.broadcastId] }),
    index("broadcasts_by_start").on(table.organizationId, table.startedAt, table.broadcastId),
  ],
);

/** Raw webhook bodies from Meta: stored before anything else, worked through until it succeeds. Not a tenant's: one body may tell of several. */
export const webhookBodies = pgTable(
  "webhook_bodies",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    /** SHA-256 of the body: the same delivery sent again is the same row. */
    bodyHash: text().notNull(),
    body: text().notNull(),
    receivedAt: instant().notNull().defaultNow(),
    processedAt: instant(),
    attempts: integer().notNull().default(0),
    nextAttemptAt: instant(),
    /** Why it waits: "unknown_number", "failed", "malformed". */
    reason: text(),
    /** The business numbers it waits for, sorted, with spaces between them. */
    waitsFor: text(),
  },
  (table) => [
    index("webhook_bodies_to_process").on(table.nextAttemptAt, table.id).where(sql`processed_at is null`),
    index("webhook_bodies_by_hash").on(table.bodyHash),
    index("webhook_bodies_waiting_for").on(table.waitsFor, table.id).where(sql`processed_at is null`),
  ],
);
