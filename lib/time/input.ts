import { z } from "zod";
import { isDay, isMonth, isTimeZone, parseInstant } from "./period";

const FIRST_YEAR = "2000";
const LAST_YEAR = "2099";

/** A calendar day that exists, between 2000 and 2099. */
export const dayInput = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, { error: "must be a day as YYYY-MM-DD", abort: true })
  .refine((text) => isDay(text) && inOurTime(text), "must be a day that exists, from 2000 to 2099");

/** A calendar month between 2000 and 2099. */
export const monthInput = z
  .string()
  .refine((text) => isMonth(text) && inOurTime(text), "must be a month as YYYY-MM, from 2000 to 2099");

/** A time with its offset, RFC 3339. */
export const instantInput = z.string().transform((text, context) => {
  const instant = parseInstant(text);
  const year = instant?.toISOString().slice(0, 4);
  if (instant && year && inOurTime(year)) return instant;
  context.addIssue({
    code: "custom",
    message: "must be a time as RFC 3339, such as 2026-11-02T10:04:05+07:00, from 2000 to 2099",
  });
  return z.NEVER;
});

/** A zone of the IANA database. */
export const timeZoneInput = z
  .string()
  .max(60)
  .refine(isTimeZone, "must be an IANA zone such as Asia/Jakarta");

function inOurTime(text: string): boolean {
  const year = text.slice(0, 4);
  return year >= FIRST_YEAR && year <= LAST_YEAR;
}
