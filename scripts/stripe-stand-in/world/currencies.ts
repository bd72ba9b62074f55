import { badRequest } from "../api/refusals";

/** https://docs.stripe.com/currencies#zero-decimal */
const zeroDecimal = new Set("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "));

/** https://docs.stripe.com/currencies#three-decimal: the last digit must be 0. */
const threeDecimal = new Set("bhd jod kwd omr tnd".split(" "));

/** Two decimals on the wire, though the currency has none: amounts are multiples of 100. */
const hundreds = new Set(["isk", "ugx"]);

/** https://docs.stripe.com/currencies#presentment-currencies */
const supported = new Set(
  (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf " +
    "chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg " +
    "huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt " +
    "mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar " +
    "sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd " +
    "xof xpf yer zar zmw"
  ).split(" "),
);

/**
 * Smallest charge in minor units, as of an account that settles in US dollars: Stripe's published minimum
 * (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts), for currencies without one about
 * half a dollar. Others: 50 minor units, or 1 without decimals.
 */
const minimum = new Map(
  (
    "usd 50,aed 200,aud 50,brl 50,cad 50,chf 50,czk 1500,dkk 250,eur 50,gbp 30,hkd 400,huf 17500,inr 50," +
    "jpy 50,mxn 1000,myr 200,nok 300,nzd 50,pln 200,ron 200,sek 300,sgd 50,thb 1000," +
    "idr 800000,krw 700,vnd 12500,ugx 190000,isk 7000,kwd 150,bhd 190,omr 190,jod 360,tnd 1560,php 2800,clp 480"
  )
    .split(",")
    .map((entry) => [entry.slice(0, 3), Number(entry.slice(4))] as const),
);

const largest = 999_999_999_999;

/** Number of decimals of a currency's minor unit at Stripe. */
export function exponentOf(currency: string): 0 | 2 | 3 {
  if (zeroDecimal.has(currency)) return 0;
  return threeDecimal.has(currency) ? 3 : 2;
}

/**
 * The currency in lower case, as Stripe keeps it.
 * @throws StripeRefusal when Stripe does not take the currency
 */
export function acceptedCurrency(currency: string, param: string): string {
  const lower = currency.toLowerCase();
  if (supported.has(lower)) return lower;
  throw badRequest(
    `Invalid currency: ${currency}. Stripe currently supports these currencies: ${[...supported].join(", ")}`,
    { param },
  );
}

/**
 * Refuses an amount that Stripe does not take in this currency, whatever it is for.
 * @param amount minor units
 * @throws StripeRefusal below zero, above twelve digits, or finer than the currency allows
 */
export function checkAmount(amount: number, currency: string, param: string): void {
  if (amount < 0) {
    throw badRequest("Invalid non-negative integer", { code: "parameter_invalid_integer", param });
  }
  if (amount > largest) {
    throw badRequest(`Amount must be no more than ${shown(largest, currency)}`, {
      code: "amount_too_large",
      param,
    });
  }
  const step = threeDecimal.has(currency) ? 10 : hundreds.has(currency) ? 100 : 1;
  if (amount % step === 0) return;
  throw badRequest(`Invalid amount for ${currency}: ${amount} must be divisible by ${step}`, {
    code: "invalid_charge_amount",
    param,
  });
}

/** Smallest amount that can be charged, in minor units. */
export function minimumOf(currency: string): number {
  return minimum.get(currency) ?? (zeroDecimal.has(currency) ? 1 : 50);
}

/** An amount for people, in the currency's own decimals; whole amounts of money without decimals use none. */
export function shown(amount: number, currency: string): string {
  const exponent = exponentOf(currency);
  const value = amount / 10 ** exponent;
  const decimals = Number.isInteger(value) && (hundreds.has(currency) || currency === "idr") ? 0 : exponent;
  return new Intl.NumberFormat("en", {
    style: "currency",
    currency: currency.toUpperCase(),
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
}
