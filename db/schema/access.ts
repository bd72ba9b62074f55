import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { count, instant, organizationId } from "./columns";

/** A person who can log in. */
export const users = pgTable(
  "users",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    /** Lower case. */
    email: text().notNull(),
    name: text().notNull(),
    /** Argon2id. Null until an invitation is accepted. */
    passwordHash: text(),
    locale: text({ enum: ["en", "id"] }),
    /** Vendor staff: `operator` may do everything in the back office, `viewer` only look. */
    staffRole: text({ enum: ["operator", "viewer"] }),
    lockedAt: instant(),
    /** Base32, encrypted; null without a second factor. */
    totpSecret: text(),
    /** The newest step of 30 seconds whose code was used: that code and older ones are worth nothing any more. */
    totpStep: count(),
    createdAt: instant().notNull().defaultNow(),
  },
  (table) => [unique("user_email_is_unique").on(table.email)],
);

/** What gets somebody in who has lost the second factor: each code once. */
export const recoveryCodes = pgTable(
  "recovery_codes",
  {
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** SHA-256 of the code; codes are random, so no slower hash is needed. */
    codeHash: text().notNull(),
    createdAt: instant().notNull().defaultNow(),
    usedAt: instant(),
  },
  (table) => [primaryKey({ name: "recovery_code_is_one", columns: [table.userId, table.codeHash] })],
);

export const ROLES = ["owner", "admin", "supervisor", "agent"] as const;
export type Role = (typeof ROLES)[number];

export const memberships = pgTable(
  "memberships",
  {
    organizationId: organizationId(),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: text({ enum: ROLES }).notNull(),
    createdAt: instant().notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ name: "one_membership_per_user", columns: [table.organizationId, table.userId] }),
    index("memberships_of_user").on(table.userId),
  ],
);

/** A log-in. The cookie carries its id; every request looks here, so that revoking works at once (P1). */
export const sessions = pgTable(
  "sessions",
  {
    id: uuid().primaryKey().defaultRandom(),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: instant().notNull().defaultNow(),
    expiresAt: instant().notNull(),
    revokedAt: instant(),
    userAgent: text(),
  },
  (table) => [index("sessions_of_user").on(table.userId)],
);

export const invitations = pgTable(
  "invitations",
  {
    organizationId: organizationId(),
    id: uuid().notNull().defaultRandom(),
    email: text().notNull(),
    role: text({ enum: ROLES }).notNull(),
    /** SHA-256 of the token in the link. */
    tokenHash: text().notNull(),
    invitedBy: text().notNull(),
    createdAt: instant().notNull().defaultNow(),
    expiresAt: instant().notNull(),
    acceptedAt: instant(),
    revokedAt: instant(),
  },
  (table) => [
    primaryKey({ name: "invitation_is_one", columns: [table.organizationId, table.id] }),
    index("invitations_by_token").on(table.tokenHash),
  ],
);

export const KEY_SCOPES = ["events:write", "holds:write", "balance:read", "reports:read", "admin"] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** A machine's key. Shown once; only its hash is kept. */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: uuid().primaryKey().defaultRandom(),
    /** Null: the platform's, for all organizations. */
    organizationId: integer(),
    name: text().notNull(),
    /** The first characters, to recognize it by. */
    prefix: text().notNull(),
    /** SHA-256 of the key; keys are random, so no slower hash is needed. */
    keyHash: text().notNull(),
    scopes: text({ enum: KEY_SCOPES }).array().notNull(),
    createdBy: text().notNull(),
    createdAt: instant().notNull().defaultNow(),
    lastUsedAt: instant(),
    revokedAt: instant(),
  },
  (table) => [
    unique("api_key_hash_is_unique").on(table.keyHash),
    index("api_keys_of_organization").on(table.organizationId, table.createdAt),
  ],
);

/** Who changed what. Rows are inserted, never changed: the database refuses. */
export const auditLog = pgTable(
  "audit_log",
  {
    /** 0 for what belongs to no organization. */
    organizationId: organizationId(),
    id: count().notNull().generatedAlwaysAsIdentity(),
    at: instant().notNull().defaultNow(),
    /** "user:12", "key:…", "system". */
    actor: text().notNull(),
    /** Address the request came from; null for the system's own work. */
    address: text(),
    action: text().notNull(),
    subject: text().notNull(),
    reason: text(),
    before: jsonb(),
    after: jsonb(),
  },
  (table) => [
    primaryKey({ name: "audit_entry_is_one", columns: [table.organizationId, table.id] }),
    index("audit_log_by_time").on(table.at, table.id),
  ],
);

/** Attempts counted against a limit (log-in, exports), shared by all instances. */
export const rateLimits = pgTable("rate_limits", {
  key: text().primaryKey(),
  points: integer().notNull().default(0),
  expire: instant(),
});

/** Things done once per installation, such as loading the demo data. */
export const installationFacts = pgTable("installation_facts", {
  name: text().primaryKey(),
  value: jsonb().notNull(),
  at: instant().notNull().default(sql`now()`),
});
