import { formatDay, formatInstant, formatMonth, formatNumber, formatUnits } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { parseDecimal } from "@/lib/money/money";

/** How the audit log is shown: in which language and zone, and what words of ours are called. */
export type TrailManner = {
  readonly locale: Locale;
  readonly timeZone: string;
  /** Null for what is no word of ours. */
  readonly word: (text: string) => string | null;
};

const MONTHS = ["from_month", "starts_on"];
const DAYS = ["from_day", "effective_from"];
const WORDS = ["role", "mode", "account", "mail_types", "types"];
const AMOUNTS = [
  ...["initial", "additional", "on_hold", "available", "amount", "balance", "total", "refunded"],
  ...["initial_balance", "initialBalance", "low_amount", "block_price", "charge_step"],
  ...["minimum_balance", "largest_balance", "balance_presets"],
];
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const DAY = /^\d{4}-(0[1-9]|1[0-2])-\d\d$/;

/** A value of the audit log as people read it: amounts, counts and dates in their language, lists with commas. */
export function shownValue(name: string, value: unknown, manner: TrailManner): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? "–" : value.map((one) => shownValue(name, one, manner)).join("; ");
  }
  if (typeof value === "boolean") return manner.word(value ? "yes" : "no") ?? String(value);
  if (typeof value === "number")
    return Number.isInteger(value) ? formatUnits(value, manner.locale) : `${value}`;
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([inner, one]) => `${inner}: ${shownValue(inner, one, manner)}`)
      .join(", ");
  }
  if (typeof value !== "string") return String(value);
  return shownText(name, value, manner);
}

function shownText(name: string, text: string, { locale, timeZone, word }: TrailManner): string {
  if (WORDS.includes(name)) return word(text) ?? text;
  if (MONTHS.includes(name) && MONTH.test(text)) return formatMonth(text, locale);
  if (DAYS.includes(name) && DAY.test(text)) return formatDay(text, locale);
  if (name === "now") return formatInstant(new Date(text), timeZone, locale);
  const amount = AMOUNTS.includes(name) ? parseDecimal(text) : null;
  return amount === null ? text : formatNumber(amount, locale);
}
