import { invariant } from "@/lib/errors";

/** Money is exact: whole millionths of a currency unit (1 IDR = 1,000,000 micros), as bigint from field to column. */
export type Micros = bigint;

export const MICROS_PER_UNIT = 1_000_000n;

const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{1,6}))?$/;

/**
 * Reads a decimal string in currency units ("586.33", "-0.5") without rounding.
 * Returns null for anything else: separators, exponents, more than 6 decimals or 12 whole digits.
 */
export function parseDecimal(text: string): Micros | null {
  const match = DECIMAL.exec(text);
  if (!match) return null;
  const [, sign, whole = "", fraction = ""] = match;
  const micros = BigInt(whole) * MICROS_PER_UNIT + BigInt(fraction.padEnd(6, "0"));
  return sign ? -micros : micros;
}

/** As `parseDecimal`, for literals in our own code and settings. */
export function micros(text: string): Micros {
  const value = parseDecimal(text);
  invariant(value !== null, `${text} is a decimal amount`);
  return value;
}

/** The machine form of an amount: at least 2 and at most 6 decimals, no separators ("9913.67", "-256.65"). */
export function toDecimal(value: Micros): string {
  const absolute = value < 0n ? -value : value;
  const fraction = (absolute % MICROS_PER_UNIT)
    .toString()
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  return `${value < 0n ? "-" : ""}${absolute / MICROS_PER_UNIT}.${fraction}`;
}

/** Only for drawing charts and for payment providers: loses exactness beyond 2^53 micros. */
export function toNumber(value: Micros): number {
  return Number(value) / 1_000_000;
}

export function min(a: Micros, b: Micros): Micros {
  return a < b ? a : b;
}

export function max(a: Micros, b: Micros): Micros {
  return a > b ? a : b;
}

export function sum(values: Iterable<Micros>): Micros {
  let total = 0n;
  for (const value of values) total += value;
  return total;
}

/** Division rounded half away from zero; for taxes and percentages, where one rounding is allowed. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  invariant(denominator > 0n, "the divisor is positive");
  const doubled = 2n * (numerator < 0n ? -numerator : numerator) + denominator;
  const result = doubled / (2n * denominator);
  return numerator < 0n ? -result : result;
}
