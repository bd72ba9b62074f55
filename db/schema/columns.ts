import { bigint, date, integer, text, timestamp } from "drizzle-orm/pg-core";

/** A point in time, kept to the millisecond so that a JavaScript Date holds all of it. */
export const instant = () => timestamp({ withTimezone: true, precision: 3 });

/** An amount of money in millionths of a currency unit. See lib/money. */
export const micros = () => bigint({ mode: "bigint" });

/** A count or a number of a row within its organization; below 2^53. */
export const count = () => bigint({ mode: "number" });

/** A calendar day of the organization's zone. */
export const day = () => date({ mode: "string" });

/** A calendar month of the organization's zone, "2026-11". */
export const month = () => text();

/** The tenant. First in every primary and unique key, so that the database can be distributed by it. */
export const organizationId = () => integer().notNull();
