import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { count, instant, micros, organizationId } from "./columns";

/** What a client's people and systems can be told of. See lib/alerts/README.md. */
export const OCCURRENCE_TYPES = [
  "balance.low",
  "balance.depleted",
  "balance.recovered",
  "quota.low",
  "quota.used_up",
  "quota.recovered",
  "month.opened",
  "top_up.paid",
  "hold.refused",
] as const;
export type OccurrenceType = (typeof OCCURRENCE_TYPES)[number];

/** Something that happened to an organization. Written in the transaction that made it happen, told afterwards. */
export const occurrences = pgTable(
  "occurrences",
  {
    organizationId: organizationId(),
    id: uuid().notNull().defaultRandom(),
    /** One of OCCURRENCE_TYPES, or "alert.test", which one endpoint gets when somebody tries it. */
    type: text({ enum: [...OCCURRENCE_TYPES, "alert.test"] }).notNull(),
    /** Names the one thing that it tells of: "month:2026-12", "purchase:…", "balance:417". */
    cause: text().notNull(),
    /** On the organization's clock. */
    occurredAt: instant().notNull(),
    recordedAt: instant().notNull().defaultNow(),
    /** The body's `data`, as it is sent: text, so that every sending has the same bytes. */
    data: json().notNull(),
    /** When mails and deliveries were written for it; null before. */
    toldAt: instant(),
  },
  (table) => [
    primaryKey({ name: "occurrence_is_one", columns: [table.organizationId, table.id] }),
    unique("occurrence_is_recorded_once").on(table.organizationId, table.type, table.cause),
    index("occurrences_to_tell").on(table.recordedAt).where(sql`told_at is null`),
    index("occurrences_by_recording").on(table.recordedAt),
  ],
);

/** Whom an organization wants told by mail, and from where on something is low. Without a row the defaults hold. */
export const alertSettings = pgTable(
  "alert_settings",
  {
    organizationId: integer().primaryKey(),
    /** Low: less than this share of what the month began with. 0: no share is low. */
    lowPercent: smallint().notNull(),
    /** The WhatsApp balance is low below this amount too; null: only by its share. */
    lowAmountMicros: micros(),
    /** What is told by mail. */
    mailTypes: text({ enum: OCCURRENCE_TYPES }).array().notNull(),
    /** Members who get the mails, as long as they are members. */
    memberIds: integer().array().notNull(),
    /** Others who get them. */
    addresses: text().array().notNull(),
    /** The language of mails to those others. */
    locale: text({ enum: ["en", "id"] }).notNull(),
    updatedAt: instant().notNull().defaultNow(),
  },
  (table) => [
    check("low_share_is_a_share", sql`${table.lowPercent} between 0 and 100`),
    check("low_amount_is_positive", sql`${table.lowAmountMicros} > 0`),
  ],
);

export const ALERT_LEVELS = ["enough", "low", "used_up"] as const;

/** How much was left of what when an organization was last looked at: what edges are told by. */
export const alertWatches = pgTable("alert_watches", {
  organizationId: integer().primaryKey(),
  /** The version of the ledger that was looked at. */
  seenVersion: count().notNull(),
  balance: text({ enum: ALERT_LEVELS }).notNull(),
  uniqueVisitors: text({ enum: ALERT_LEVELS }).notNull(),
  conversations: text({ enum: ALERT_LEVELS }).notNull(),
});

/** Where an organization's system takes webhooks. */
export const webhookEndpoints = pgTable(
  "webhook_endpoints",
  {
    organizationId: organizationId(),
    id: uuid().notNull().defaultRandom(),
    url: text().notNull(),
    types: text({ enum: OCCURRENCE_TYPES }).array().notNull(),
    /** The signing secret, sealed with a key that comes of NEXTAUTH_SECRET. */
    sealedSecret: text().notNull(),
    /** The secret before, which signs too until its time is over. */
    sealedFormerSecret: text(),
    formerSecretUntil: instant(),
    isEnabled: boolean().notNull().default(true),
    /** Why it takes none: somebody switched it off, or it answered 410. */
    disabledBecause: text({ enum: ["switched_off", "gone"] }),
    createdAt: instant().notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ name: "webhook_endpoint_is_one", columns: [table.organizationId, table.id] }),
    unique("webhook_endpoint_address_is_unique").on(table.organizationId, table.url),
    check("disabled_endpoint_says_why", sql`${table.isEnabled} = (${table.disabledBecause} is null)`),
  ],
);

/** One occurrence for one endpoint, with what came of sending it. */
export const webhookDeliveries = pgTable(
  "webhook_deliveries",
  {
    organizationId: organizationId(),
    /** Counts up in the order of writing. */
    id: count().notNull().generatedAlwaysAsIdentity(),
    endpointId: uuid().notNull(),
    occurrenceId: uuid().notNull(),
    state: text({ enum: ["waiting", "delivered", "failed"] }).notNull(),
    attempts: smallint().notNull().default(0),
    createdAt: instant().notNull().defaultNow(),
    /** When it is sent next; null once it is delivered or given up. */
    nextAttemptAt: instant(),
    lastAttemptAt: instant(),
    /** The HTTP status of the last answer; null when there was none. */
    lastStatus: smallint(),
    /** Why the last attempt failed, in a word: "timeout", "refused_address", "status". */
    lastFailure: text(),
    lastMilliseconds: integer(),
  },
  (table) => [
    primaryKey({ name: "webhook_delivery_is_one", columns: [table.organizationId, table.id] }),
    unique("occurrence_is_delivered_once").on(table.organizationId, table.occurrenceId, table.endpointId),
    foreignKey({
      name: "webhook_delivery_belongs_to_endpoint",
      columns: [table.organizationId, table.endpointId],
      foreignColumns: [webhookEndpoints.organizationId, webhookEndpoints.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "webhook_delivery_tells_of_occurrence",
      columns: [table.organizationId, table.occurrenceId],
      foreignColumns: [occurrences.organizationId, occurrences.id],
    }).onDelete("cascade"),
    check(
      "waiting_delivery_has_a_time",
      sql`(${table.state} = 'waiting') = (${table.nextAttemptAt} is not null)`,
    ),
    index("webhook_deliveries_by_turn")
      .on(table.organizationId, table.nextAttemptAt)
      .where(sql`next_attempt_at is not null`),
    // For the release before, which takes what is due by its time alone.
    index("webhook_deliveries_to_send").on(table.nextAttemptAt).where(sql`next_attempt_at is not null`),
    index("webhook_deliveries_of_endpoint").on(table.organizationId, table.endpointId, table.id),
  ],
);
