import { CsvError, parse } from "csv-parse/sync";
import { Refusal } from "@/lib/errors";
import { divideRounded, MICROS_PER_UNIT, type Micros, parseDecimal } from "@/lib/money/money";
import { type Day, isDay } from "@/lib/time/period";
import { canonicalCategory } from "./rules";

/** One list price of a card. A category that the card marks n/a for a market is simply not among them. */
export type CardPrice = { readonly market: string; readonly category: string; readonly unitPrice: Micros };

/** Meta's rate card, read. */
export type RateCard = {
  /** ISO 4217. */
  readonly currency: string;
  /** The day that the preamble names; null when it names none. */
  readonly effectiveFrom: Day | null;
  readonly prices: readonly CardPrice[];
};

/** What the vendor adds to Meta's list prices: a percentage, then a fixed amount per unit of a category. */
export type ManagementFee = {
  /** Percent in micros: 12.5 % is 12,500,000. */
  readonly percent: Micros;
  readonly fixed: ReadonlyMap<string, Micros>;
};

const CURRENCY_TOKENS: { readonly [token: string]: string } = {
  $US: "USD",
  US$: "USD",
  $: "USD",
  RP: "IDR",
  "RP.": "IDR",
  $A: "AUD",
  A$: "AUD",
  "€": "EUR",
  "£": "GBP",
  "₹": "INR",
};
const MONTHS = "january february march april may june july august september october november december".split(
  " ",
);
const HEADER = /(?:^|\n)[ \t]*"?market"?[ \t]*([,;\t])/i;
const NO_PRICE = /^(?:n\/?a|-|–|—)?$/i;

/**
 * Reads a rate card in the layout of Meta's CSV: rows before the header, line breaks inside quoted cells, n/a,
 * currency tokens ($US, RP), thousands separated by commas; also a byte-order mark, CRLF, semicolons or tabs.
 *
 * @throws Refusal invalid_input naming the market and column of what cannot be read without guessing
 */
export function parseRateCard(text: string): RateCard {
  const clean = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const delimiter = HEADER.exec(clean)?.[1];
  if (!delimiter) throw unreadable("The file has no header row that begins with Market.");
  const rows = readRows(clean, delimiter);
  const headerAt = rows.findIndex(([first]) => first?.toLowerCase() === "market");
  const header = rows[headerAt];
  if (!header) throw unreadable("The file has no header row that begins with Market.");
  const columns = readHeader(header);

  const currencies = new Set<string>();
  const markets = new Set<string>();
  const prices: CardPrice[] = [];
  for (const row of rows.slice(headerAt + 1)) {
    const market = row[0] ?? "";
    const filled = columns.categories.some(({ at }) => (row[at] ?? "") !== "");
    const token = row[columns.currency] ?? "";
    if (token === "" && !filled) continue;
    if (market === "") throw unreadable("A row has prices but no market.");
    if (markets.has(market)) throw unreadable(`${market} is in the card twice.`);
    markets.add(market);
    currencies.add(readCurrency(token, market));
    for (const { at, category } of columns.categories) {
      const unitPrice = readPrice(row[at] ?? "", delimiter, `${market}, ${category}`);
      if (unitPrice !== null) prices.push({ market, category, unitPrice });
    }
  }
  const [currency, ...others] = currencies;
  if (!currency) throw unreadable("The card has no market.");
  if (others.length > 0) throw unreadable(`The card mixes currencies: ${[...currencies].join(", ")}.`);
  return { currency, effectiveFrom: readEffectiveDay(rows.slice(0, headerAt)), prices };
}

/**
 * List prices with the vendor's management fee: list × (100 + percent) / 100, rounded half up to 6 decimals, plus
 * the fixed part of the category.
 */
export function withManagementFee(prices: readonly CardPrice[], fee: ManagementFee): CardPrice[] {
  const hundred = 100n * MICROS_PER_UNIT;
  return prices.map(({ market, category, unitPrice }) => ({
    market,
    category,
    unitPrice: divideRounded(unitPrice * (hundred + fee.percent), hundred) + (fee.fixed.get(category) ?? 0n),
  }));
}

function readRows(text: string, delimiter: string): string[][] {
  try {
    return parse(text, { delimiter, trim: true, relax_column_count: true, skip_empty_lines: true });
  } catch (error) {
    if (error instanceof CsvError)
      throw unreadable(`The file is not readable as CSV from line ${error.lines} on.`);
    throw error;
  }
}

function readHeader(header: readonly string[]) {
  const names = header.map((cell) => canonicalCategory(cell.replace(/\s*-\s*/g, "-").replace(/\s+/g, "_")));
  const currency = names.indexOf("currency");
  if (currency < 0) throw unreadable("The header has no column Currency.");
  const categories = names
    .map((category, at) => ({ category, at }))
    .filter(({ category, at }) => at > 0 && at !== currency && category !== "");
  if (categories.length === 0) throw unreadable("The header names no category.");
  const twice = categories.find(({ category, at }) => names.indexOf(category) !== at);
  if (twice) throw unreadable(`The header has ${twice.category} twice.`);
  return { currency, categories };
}

function readCurrency(token: string, market: string): string {
  const upper = token.toUpperCase();
  const currency = CURRENCY_TOKENS[upper] ?? (/^[A-Z]{3}$/.test(upper) ? upper : undefined);
  if (!currency) throw unreadable(`${market} has the unknown currency "${token}".`);
  return currency;
}

function readPrice(cell: string, delimiter: string, where: string): Micros | null {
  if (NO_PRICE.test(cell)) return null;
  const number = plainNumber(cell.replace(/\s/g, ""), delimiter);
  const value = number === null ? null : parseDecimal(number);
  if (value === null || value < 0n) throw unreadable(`"${cell}" is not a price (${where}).`);
  return value;
}

/** Null where it would be a guess which sign separates the decimals. */
function plainNumber(text: string, delimiter: string): string | null {
  if (/^\d+(\.\d+)?$/.test(text)) return text;
  if (/^\d{1,3}(,\d{3})+\.\d+$/.test(text)) return text.replaceAll(",", "");
  if (delimiter !== ";") return /^\d{1,3}(,\d{3})+$/.test(text) ? text.replaceAll(",", "") : null;
  if (/^\d{1,3}(\.\d{3})+,\d+$/.test(text)) return text.replaceAll(".", "").replace(",", ".");
  return /^\d+,(\d{1,2}|\d{4,6})$/.test(text) ? text.replace(",", ".") : null;
}

function readEffectiveDay(preamble: readonly string[][]): Day | null {
  const text = preamble.flat().join("\n");
  const iso = /effective\D*?(\d{4}-\d{2}-\d{2})/i.exec(text)?.[1];
  if (iso) return isDay(iso) ? iso : null;
  const american = /effective\s+(?:from\s+|on\s+)?([a-z]{3,})\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})/i.exec(
    text,
  );
  if (american) return dayFrom(american[3], american[1], american[2]);
  const british = /effective\s+(?:from\s+|on\s+)?(\d{1,2})\s+([a-z]{3,}),?\s+(\d{4})/i.exec(text);
  return british ? dayFrom(british[3], british[2], british[1]) : null;
}

function dayFrom(year = "", monthName = "", dayOfMonth = ""): Day | null {
  const month = MONTHS.findIndex((name) => name.startsWith(monthName.toLowerCase())) + 1;
  const text = `${year}-${String(month).padStart(2, "0")}-${dayOfMonth.padStart(2, "0")}`;
  return isDay(text) ? text : null;
}

function unreadable(detail: string): Refusal {
  return new Refusal("invalid_input", detail);
}
