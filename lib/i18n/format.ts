import { divideRounded, type Micros } from "@/lib/money/money";
import type { Day, Month } from "@/lib/time/period";
import type { Locale } from "./locale";

/**
 * How numbers, money and times are written. Tables of our own instead of Intl's wherever a browser's data may differ from
 * the server's, so that both write the same.
 */
const MARKS = { en: { thousands: ",", decimal: "." }, id: { thousands: ".", decimal: "," } } as const;

const SHORT_MONTHS = {
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  id: ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
} as const;

const LONG_MONTHS = {
  en: [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
  ],
  id: [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
  ],
} as const;

const SYMBOLS: Readonly<Record<string, string>> = {
  IDR: "Rp",
  USD: "US$",
  EUR: "€",
  SGD: "S$",
  MYR: "RM",
  INR: "₹",
};

/** Zones whose people know them by a name and not by an offset. */
const ZONE_NAMES: Readonly<Record<string, string>> = {
  "Asia/Jakarta": "WIB",
  "Asia/Pontianak": "WIB",
  "Asia/Makassar": "WITA",
  "Asia/Ujung_Pandang": "WITA",
  "Asia/Jayapura": "WIT",
  UTC: "UTC",
  "Etc/UTC": "UTC",
};

/**
 * An amount of money, exactly: "Rp 471,839.96" in English, "Rp 471.839,96" in Indonesian. Two decimals, and as many more
 * (up to six) as the amount has; `round` leaves ".00" away, for amounts that people choose: "Rp 300,000".
 */
export function formatMoney(
  amount: Micros,
  currency: string,
  locale: Locale,
  { round = false }: { readonly round?: boolean } = {},
): string {
  const number = formatNumber(amount < 0n ? -amount : amount, locale);
  const bare = round ? number.replace(/[.,]00$/, "") : number;
  const symbol = SYMBOLS[currency.toUpperCase()] ?? currency.toUpperCase();
  return `${amount < 0n ? "-" : ""}${symbol} ${bare}`;
}

/** An amount where the currency goes without saying, as exactly as `formatMoney`: "471,839.96", "471.839,96". */
export function formatNumber(amount: Micros, locale: Locale): string {
  const absolute = amount < 0n ? -amount : amount;
  const fraction = (absolute % 1_000_000n)
    .toString()
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  const whole = groupDigits((absolute / 1_000_000n).toString(), locale);
  return `${amount < 0n ? "-" : ""}${whole}${MARKS[locale].decimal}${fraction}`;
}

/**
 * An amount where it is shown and not reckoned with: rounded to 2 decimals, half away from zero. Unit prices and what
 * explains a charge are written with `formatMoney`, to the last decimal.
 */
export function formatAmount(amount: Micros, currency: string, locale: Locale): string {
  return formatMoney(divideRounded(amount, 10_000n) * 10_000n, currency, locale);
}

/** A count: "12,345" in English, "12.345" in Indonesian. */
export function formatUnits(units: number | bigint, locale: Locale): string {
  const whole = wholeOf(units);
  return `${whole < 0n ? "-" : ""}${groupDigits((whole < 0n ? -whole : whole).toString(), locale)}`;
}

/**
 * A share of a whole: "39.5%" in English, "39,5%" in Indonesian. At most one decimal, cut and not rounded up. Counts, or
 * micros: whole numbers, so that half of an amount is 50% and not 49.9%.
 */
export function formatShare(part: number | bigint, whole: number | bigint, locale: Locale): string {
  const all = wholeOf(whole);
  const tenths = all === 0n ? 0n : (wholeOf(part) * 1_000n) / all;
  const absolute = tenths < 0n ? -tenths : tenths;
  const decimal = absolute % 10n === 0n ? "" : `${MARKS[locale].decimal}${absolute % 10n}`;
  return `${tenths < 0n ? "-" : ""}${formatUnits(absolute / 10n, locale)}${decimal}%`;
}

/** A rate in hundredths of a percent, to the last of them: "11%", "8.25%" in English, "8,25%" in Indonesian. */
export function formatRate(basisPoints: number, locale: Locale): string {
  const decimals = String(basisPoints % 100)
    .padStart(2, "0")
    .replace(/0{1,2}$/, "");
  const whole = formatUnits(Math.trunc(basisPoints / 100), locale);
  return `${whole}${decimals === "" ? "" : `${MARKS[locale].decimal}${decimals}`}%`;
}

/** A calendar day: "1 Dec 2026", "1 Des 2026". */
export function formatDay(day: Day, locale: Locale): string {
  const [year = "", month = "", date = ""] = day.split("-");
  return `${Number(date)} ${SHORT_MONTHS[locale][Number(month) - 1]} ${year}`;
}

/** A calendar day where the year goes without saying, as under a chart: "1 Dec", "1 Des". */
export function formatShortDay(day: Day, locale: Locale): string {
  return formatDay(day, locale).slice(0, -5);
}

/** A calendar month: "December 2026", "Desember 2026". */
export function formatMonth(month: Month, locale: Locale): string {
  const [year = "", number = ""] = month.split("-");
  return `${LONG_MONTHS[locale][Number(number) - 1]} ${year}`;
}

/** An instant on the clocks of a zone: "1 Dec 2026, 00:00 WIB". */
export function formatInstant(instant: Date, zone: string, locale: Locale): string {
  const { day, time } = onClocksOf(instant, zone);
  return `${formatDay(day, locale)}, ${time} ${zoneName(instant, zone)}`;
}

/** As `formatInstant` where the page names the zone once for all: "1 Dec 2026, 00:00". */
export function formatLocalTime(instant: Date, zone: string, locale: Locale): string {
  const { day, time } = onClocksOf(instant, zone);
  return `${formatDay(day, locale)}, ${time}`;
}

/** How people of a zone call its time at an instant: "WIB", or "GMT+5:45" where it has no name of its own. */
export function zoneName(instant: Date, zone: string): string {
  const known = ZONE_NAMES[zone];
  if (known) return known;
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "shortOffset" }).formatToParts(
    instant,
  );
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
}

/** How a zone is named where times of every season stand under it: "WIB", or "America/St_Johns". */
export function zoneTitle(zone: string): string {
  return ZONE_NAMES[zone] ?? zone;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function onClocksOf(instant: Date, zone: string): { day: Day; time: string } {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    clocks.set(zone, clock);
  }
  const parts = Object.fromEntries(clock.formatToParts(instant).map(({ type, value }) => [type, value]));
  return { day: `${parts.year}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}` };
}

function wholeOf(count: number | bigint): bigint {
  return typeof count === "bigint" ? count : BigInt(Math.trunc(count));
}

function groupDigits(digits: string, locale: Locale): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, MARKS[locale].thousands);
}
