import type { Micros } from "@/lib/money/money";
import { PaymentRefused } from "./payments";

/** https://docs.stripe.com/currencies#zero-decimal */
const NO_DECIMALS = new Set("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(" "));
/** https://docs.stripe.com/currencies#three-decimal: the last digit is 0. */
const THREE_DECIMALS = new Set("BHD JOD KWD OMR TND".split(" "));
/** Two decimals on the wire, though the currency has none: multiples of 100. */
const WHOLE_UNITS = new Set(["ISK", "UGX"]);

/** Most cards take twelve digits; American Express nine. */
const MOST_MINOR_UNITS = 999_999_999_999n;

/**
 * An amount as Stripe counts it. A table of our own: `Intl` and ISO 4217 give rupiah no decimals, Stripe two.
 *
 * @throws PaymentRefused `amount` for what Stripe cannot charge exactly; nothing is ever rounded
 */
export function toMinorUnits(amount: Micros, currency: string): number {
  const step = smallestAmount(currency);
  if (amount <= 0n) throw new PaymentRefused("amount", "The amount must be more than 0.");
  if (amount % step !== 0n) {
    throw new PaymentRefused("amount", `An amount in ${currency} cannot be charged that finely.`);
  }
  const minor = amount / microsPerMinorUnit(currency);
  if (minor > MOST_MINOR_UNITS)
    throw new PaymentRefused("amount", "The amount is too large for one payment.");
  return Number(minor);
}

/** An amount that Stripe tells. */
export function fromMinorUnits(minor: number, currency: string): Micros {
  return BigInt(minor) * microsPerMinorUnit(currency);
}

/** What every charge in the currency is a multiple of. */
function smallestAmount(currency: string): Micros {
  const code = currency.toUpperCase();
  if (WHOLE_UNITS.has(code)) return 1_000_000n;
  return THREE_DECIMALS.has(code) ? 10_000n : microsPerMinorUnit(code);
}

function microsPerMinorUnit(currency: string): bigint {
  const code = currency.toUpperCase();
  if (NO_DECIMALS.has(code)) return 1_000_000n;
  return THREE_DECIMALS.has(code) ? 1_000n : 10_000n;
}
