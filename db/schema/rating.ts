import { sql } from "drizzle-orm";
import { boolean, check, integer, jsonb, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { day, instant, micros } from "./columns";

/** How one category is counted and when it is free. */
export type CategoryScheme = {
  readonly unit: "conversation" | "message";
  readonly free_in_window?: boolean | undefined;
  readonly free_per_number_and_month?: number | undefined;
};
export type Scheme = { readonly [category: string]: CategoryScheme };

/** From the unit after `above` on, in a month, each unit costs this (decimal text in currency units). */
export type PriceTier = { readonly above: number; readonly unit_price: string };

/** A named list of dated price versions in one currency. */
export const priceBooks = pgTable(
  "price_books",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    slug: text().notNull(),
    name: text().notNull(),
    currency: text().notNull(),
    /** Grows with every publication, so that copies held in memory know when they are old. */
    revision: integer().notNull().default(1),
  },
  (table) => [unique("price_book_slug_is_unique").on(table.slug)],
);

/** The scheme and prices of a price book from a local day at 00:00 on. */
export const priceVersions = pgTable(
  "price_versions",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    priceBookId: integer()
      .notNull()
      .references(() => priceBooks.id),
    effectiveFrom: day().notNull(),
    scheme: jsonb().$type<Scheme>().notNull(),
    /** True once a charge was priced by it; from then on no price in it may change. */
    used: boolean().notNull().default(false),
    publishedAt: instant().notNull().defaultNow(),
  },
  (table) => [unique("one_version_per_day").on(table.priceBookId, table.effectiveFrom)],
);

/** The price of one unit in a market, before any volume tier. */
export const prices = pgTable(
  "prices",
  {
    priceVersionId: integer()
      .notNull()
      .references(() => priceVersions.id, { onDelete: "cascade" }),
    market: text().notNull(),
    category: text().notNull(),
    unitPriceMicros: micros().notNull(),
    tiers: jsonb().$type<PriceTier[]>(),
  },
  (table) => [
    primaryKey({
      name: "one_price_per_market_and_category",
      columns: [table.priceVersionId, table.market, table.category],
    }),
    check("price_is_not_negative", sql`${table.unitPriceMicros} >= 0`),
  ],
);

/** Which market a calling code belongs to from a day on; the longest prefix decides. */
export const marketPrefixes = pgTable(
  "market_prefixes",
  {
    callingPrefix: text().notNull(),
    effectiveFrom: day().notNull(),
    /** ISO 3166 country, for recipients known only by a user id. */
    country: text().notNull(),
    market: text().notNull(),
  },
  (table) => [
    primaryKey({
      name: "one_market_per_prefix_and_day",
      columns: [table.callingPrefix, table.effectiveFrom],
    }),
  ],
);
