import { Temporal } from "temporal-polyfill";

/** A point in time: milliseconds since 1970, UTC. */
export type Instant = number;
/** A calendar day `YYYY-MM-DD` of the organization's zone. */
export type Day = string;
/** A calendar month `YYYY-MM` of the organization's zone. */
export type Month = string;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** Reads an RFC 3339 time, whatever its offset. */
export function instantOf(text: string): Instant {
  return Temporal.Instant.from(text).epochMilliseconds;
}

/** Writes an instant as RFC 3339 in UTC. */
export function isoOf(instant: Instant): string {
  return Temporal.Instant.fromEpochMilliseconds(instant).toString();
}

/** The local day that an instant falls on in a zone. */
export function dayOf(instant: Instant, timeZone: string): Day {
  return Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toString();
}

/** The local month that an instant falls in. */
export function monthOf(instant: Instant, timeZone: string): Month {
  return dayOf(instant, timeZone).slice(0, 7);
}

/** The first instant of a local day: 00:00, or the end of the gap where the clocks jump over midnight. */
export function startOfDay(day: Day, timeZone: string): Instant {
  return Temporal.PlainDate.from(day).toZonedDateTime(timeZone).epochMilliseconds;
}

/** The first instant of a local month. */
export function startOfMonth(month: Month, timeZone: string): Instant {
  return startOfDay(`${month}-01`, timeZone);
}

/** The month that follows (`count` 1) or lies `count` months away. */
export function monthsAfter(month: Month, count: number): Month {
  return Temporal.PlainYearMonth.from(month).add({ months: count }).toString();
}

/** The day that lies `count` days away. */
export function daysAfter(day: Day, count: number): Day {
  return Temporal.PlainDate.from(day).add({ days: count }).toString();
}
