import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
} from "drizzle-orm/pg-core";
import { count, day, instant, micros, month, organizationId } from "./columns";

/** A client company. Small and read by all: a reference table when the database is distributed. */
export const organizations = pgTable(
  "organizations",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    slug: text().notNull(),
    name: text().notNull(),
    /** IANA name. Days and months of everything the organization sees are this zone's. */
    timeZone: text().notNull().default("Asia/Jakarta"),
    currency: text().notNull().default("IDR"),
    mode: text({ enum: ["live", "test"] })
      .notNull()
      .default("live"),
    /** Where a test organization's clock stands; null for live ones. Only moves forward. */
    clock: instant(),
    /** First month with grants. */
    startsOn: month().notNull(),
    /** Declared eligible by Meta for authentication-international prices. */
    authenticationInternational: boolean().notNull().default(false),
    suspendedAt: instant(),
    createdAt: instant().notNull().defaultNow(),
  },
  (table) => [
    unique("organization_slug_is_unique").on(table.slug),
    check(
      "only_test_organizations_have_a_clock",
      sql`(${table.mode} = 'test') = (${table.clock} is not null)`,
    ),
  ],
);

/** What a client buys per month. A change reaches only months that open after it. */
export const packages = pgTable(
  "packages",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    slug: text().notNull(),
    name: text().notNull(),
    seats: integer().notNull(),
    uniqueVisitors: integer().notNull(),
    /** Service units per month; null where the package has no such quota. */
    conversations: integer(),
    initialBalanceMicros: micros().notNull(),
    currency: text().notNull(),
    /** Whether what is left of the initial balance survives the month. */
    initialCarriesOver: boolean().notNull().default(false),
    updatedAt: instant().notNull().defaultNow(),
  },
  (table) => [
    unique("package_slug_is_unique").on(table.slug),
    check(
      "package_grants_are_not_negative",
      sql`${table.seats} >= 0 and ${table.uniqueVisitors} >= 0 and coalesce(${table.conversations}, 0) >= 0 and ${table.initialBalanceMicros} >= 0`,
    ),
  ],
);

/** Which package an organization has from a month on, with what was agreed for it alone (null: as the package says). */
export const packageAssignments = pgTable(
  "package_assignments",
  {
    organizationId: organizationId(),
    fromMonth: month().notNull(),
    packageId: integer()
      .notNull()
      .references(() => packages.id),
    seats: integer(),
    uniqueVisitors: integer(),
    conversations: integer(),
    initialBalanceMicros: micros(),
    createdAt: instant().notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ name: "one_package_per_month", columns: [table.organizationId, table.fromMonth] }),
    foreignKey({
      name: "package_assignment_belongs_to_organization",
      columns: [table.organizationId],
      foreignColumns: [organizations.id],
    }),
  ],
);

/** Which price book an organization uses from a day on. */
export const priceBookAssignments = pgTable(
  "price_book_assignments",
  {
    organizationId: organizationId(),
    fromDay: day().notNull(),
    priceBookId: integer().notNull(),
    createdAt: instant().notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ name: "one_price_book_per_day", columns: [table.organizationId, table.fromDay] }),
    index("organizations_of_price_book").on(table.priceBookId),
  ],
);

/** A WhatsApp business number, by Meta's id of it. Webhooks find the organization through it. */
export const businessNumbers = pgTable(
  "business_numbers",
  {
    phoneNumberId: text().primaryKey(),
    organizationId: organizationId(),
    displayPhoneNumber: text().notNull(),
    createdAt: instant().notNull().defaultNow(),
  },
  (table) => [index("business_numbers_of_organization").on(table.organizationId, table.createdAt)],
);

/** What a month grants and how much of it is used. One row per organization and month. */
export const monthQuotas = pgTable(
  "month_quotas",
  {
    organizationId: organizationId(),
    month: month().notNull(),
    /** When the month was opened; null while only late or early events have touched it. */
    openedAt: instant(),
    packageId: integer(),
    seats: integer().notNull().default(0),
    visitorsPackage: integer().notNull().default(0),
    visitorsTopUp: integer().notNull().default(0),
    /** Unique visitors counted in the month, over quota included. */
    visitorsUsed: integer().notNull().default(0),
    conversationsPackage: integer(),
    conversationsUsed: integer().notNull().default(0),
    initialGrantedMicros: micros().notNull().default(sql`0`),
  },
  (table) => [
    primaryKey({ name: "month_opens_once", columns: [table.organizationId, table.month] }),
    check(
      "quota_use_is_not_negative",
      sql`${table.visitorsUsed} >= 0 and ${table.conversationsUsed} >= 0 and ${table.visitorsTopUp} >= 0`,
    ),
  ],
);

/** Counted units that decide a price: free ones per business number, and those that fill a volume tier. */
export const usageCounters = pgTable(
  "usage_counters",
  {
    organizationId: organizationId(),
    month: month().notNull(),
    /** "free:{business number}:{category}" or "tier:{market}:{category}". */
    counter: text().notNull(),
    units: count().notNull(),
  },
  (table) => [
    primaryKey({ name: "usage_counter_is_one", columns: [table.organizationId, table.month, table.counter] }),
    check("usage_counter_is_not_negative", sql`${table.units} >= 0`),
  ],
);
