import { sql } from "drizzle-orm";
import { index, integer, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { instant, organizationId } from "./columns";

/** Mails to send and sent ones. Written in the transaction of what they tell about, sent after it. */
export const mails = pgTable(
  "mails",
  {
    /** 0 for what belongs to no organization. */
    organizationId: organizationId(),
    id: uuid().notNull().defaultRandom(),
    /** What it tells about: "receipt:…". The same cause reaches a recipient once. */
    cause: text().notNull(),
    recipient: text().notNull(),
    subject: text().notNull(),
    /** The plain text, and the same as HTML; both empty once it is sent or given up, because links in them open doors. */
    plainText: text().notNull(),
    html: text().notNull(),
    createdAt: instant().notNull().defaultNow(),
    sentAt: instant(),
    attempts: integer().notNull().default(0),
    /** When it is tried next; null once it is sent or given up. */
    nextAttemptAt: instant(),
    lastError: text(),
  },
  (table) => [
    primaryKey({ name: "mail_is_one", columns: [table.organizationId, table.id] }),
    unique("mail_is_sent_once").on(table.organizationId, table.cause, table.recipient),
    index("mails_by_turn")
      .on(table.organizationId, table.nextAttemptAt)
      .where(sql`next_attempt_at is not null`),
    // For the release before, which takes what is due by its time alone.
    index("mails_to_send").on(table.nextAttemptAt).where(sql`next_attempt_at is not null`),
  ],
);
