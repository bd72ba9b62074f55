import { Temporal } from "temporal-polyfill";
import { invariant } from "@/lib/errors";

/** A calendar day of some zone, "2026-11-02". Compares as text. */
export type Day = string;
/** A calendar month of some zone, "2026-11". Compares as text. */
export type Month = string;
/** Half-open: `start` belongs to it, `end` does not. */
export type Period = { readonly start: Date; readonly end: Date };
/** A range of calendar days, both ends included. */
export type DayRange = { readonly from: Day; readonly to: Day };

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** True for an existing calendar day written as YYYY-MM-DD. */
export function isDay(text: string): text is Day {
  if (!DAY.test(text)) return false;
  try {
    return Temporal.PlainDate.from(text, { overflow: "reject" }).toString() === text;
  } catch {
    return false;
  }
}

export function isMonth(text: string): text is Month {
  return MONTH.test(text);
}

/** Zones of the database with summer time that PostgreSQL takes for abbreviations without: our days would not be its days. */
const AMBIGUOUS_ZONE = /^(CET|EET|MET|WET)$/i;

/**
 * True for a name that the zone database knows, such as Asia/Jakarta. Bare offsets are refused, and so are the four names
 * that mean two things: Europe/Paris says what CET does not.
 */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text) || AMBIGUOUS_ZONE.test(text)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** Boundaries of days already worked out, per zone; the zone database is slow to ask. */
type KnownDay = { readonly day: Day; readonly start: number; readonly end: number };
const daysByZone = new Map<string, Map<number, KnownDay[]>>();
const BUCKET = 86_400_000;
const MOST_BUCKETS = 4_000;

/** The calendar day of an instant (or milliseconds since 1970) in a zone. Fast when asked again for nearby instants. */
export function dayOf(instant: Date | number, zone: string): Day {
  const time = Number(instant);
  invariant(!Number.isNaN(time), "the instant exists");
  const buckets = daysByZone.get(zone) ?? new Map<number, KnownDay[]>();
  daysByZone.set(zone, buckets);
  const bucket = Math.floor(time / BUCKET);
  const known = buckets.get(bucket) ?? [];
  if (known.length === 0) {
    if (buckets.size >= MOST_BUCKETS) buckets.clear();
    buckets.set(bucket, known);
  }
  for (const entry of known) if (time >= entry.start && time < entry.end) return entry.day;
  const date = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(zone).toPlainDate();
  const entry = {
    day: date.toString(),
    start: startOf(date, zone),
    end: startOf(date.add({ days: 1 }), zone),
  };
  // Where a zone repeats or skips a whole day the boundaries may not hold the instant: then nothing is remembered.
  if (time >= entry.start && time < entry.end) known.push(entry);
  return entry.day;
}

export function monthOf(instant: Date | number, zone: string): Month {
  return dayOf(instant, zone).slice(0, 7);
}

/** The first instant of a day in a zone. Midnight is not always there: then the first instant after the gap. */
export function startOfDay(day: Day, zone: string): Date {
  return new Date(startOf(Temporal.PlainDate.from(day), zone));
}

/** The first instant of a month in a zone. */
export function startOfMonth(month: Month, zone: string): Date {
  return startOfDay(`${month}-01`, zone);
}

function startOf(date: Temporal.PlainDate, zone: string): number {
  return date.toZonedDateTime(zone).epochMilliseconds;
}

export function periodOfDays({ from, to }: DayRange, zone: string): Period {
  return { start: startOfDay(from, zone), end: startOfDay(addDays(to, 1), zone) };
}

export function periodOfMonth(month: Month, zone: string): Period {
  return { start: startOfMonth(month, zone), end: startOfMonth(nextMonth(month), zone) };
}

export function addDays(day: Day, days: number): Day {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

export function addMonths(day: Day, months: number): Day {
  return Temporal.PlainDate.from(day).add({ months }).toString();
}

export function nextMonth(month: Month): Month {
  return addMonths(`${month}-01`, 1).slice(0, 7);
}

export function previousMonth(month: Month): Month {
  return addMonths(`${month}-01`, -1).slice(0, 7);
}

export function daysInMonth(month: Month): number {
  return Temporal.PlainDate.from(`${month}-01`).daysInMonth;
}

/** Every day of the range, in order. */
export function daysOf({ from, to }: DayRange): Day[] {
  const days: Day[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

/** Every month from `first` to `last`, both included, in order; empty when `last` is earlier. */
export function monthsFrom(first: Month, last: Month): Month[] {
  const months: Month[] = [];
  for (let month = first; month <= last; month = nextMonth(month)) months.push(month);
  return months;
}

/** True when the range touches at most `most` calendar months' length: from 5 Aug, three months end on 4 Nov. */
export function isWithinMonths({ from, to }: DayRange, most: number): boolean {
  const last = addMonths(from, most);
  // Three months from 30 November end with February, whatever its last day is.
  const end = last.slice(8) < from.slice(8) ? addDays(last, 1) : last;
  return from <= to && to < end;
}

/** An instant with the zone's offset, "2026-11-02T10:04:05.000+07:00": RFC 3339 for people of that zone. */
export function toZonedText(instant: Date, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(zone)
    .toString({ timeZoneName: "never", smallestUnit: "millisecond" });
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ](?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** The databases' calendar has no year 0, and what is looked up around an event must still lie in it. */
const EARLIEST = new Date("0002-01-01T00:00:00Z");

/**
 * Reads an RFC 3339 time, cut to the millisecond; a leap second is the last millisecond of its minute, which keeps it in
 * its day and month. Null for anything else: days that do not exist, and what is earlier than the year 2.
 */
export function parseInstant(text: string): Date | null {
  if (!RFC_3339.test(text) || !existsInCalendar(text)) return null;
  const isLeap = text.slice(17, 19) === "60";
  const plain = isLeap ? text.replace(/:60(?:\.\d+)?/, ":59.999") : text;
  const time = new Date(plain.replace(" ", "T").toUpperCase());
  if (Number.isNaN(time.getTime()) || time < EARLIEST) return null;
  return isLeap && !time.toISOString().endsWith("T23:59:59.999Z") ? null : time;
}

/** The engine takes 30 February for 2 March. Plain arithmetic: this is asked of every event. */
function existsInCalendar(text: string): boolean {
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeapYear ? 29 : (DAYS_OF_MONTHS[month - 1] ?? 0);
  return day >= 1 && day <= days;
}

const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const texts = new Map<number, string>();
const MOST_TEXTS = 10_000;

/** An instant (milliseconds since 1970) as the database and JSON write it. Fast when asked again for one asked lately. */
export function isoOf(time: number): string {
  let text = texts.get(time);
  if (text === undefined) {
    if (texts.size >= MOST_TEXTS) texts.clear();
    text = new Date(time).toISOString();
    texts.set(time, text);
  }
  return text;
}
