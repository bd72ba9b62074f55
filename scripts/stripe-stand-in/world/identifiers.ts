import { randomBytes } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Random letters and digits. */
export function randomText(length: number): string {
  return [...randomBytes(length)].map((byte) => alphabet[byte % alphabet.length]).join("");
}

const forms = {
  customer: () => `cus_${randomText(14)}`,
  tax_id: () => `txi_1${randomText(23)}`,
  product: () => `prod_${randomText(14)}`,
  price: () => `price_1${randomText(23)}`,
  payment_method: () => `pm_1${randomText(23)}`,
  session: () => `cs_test_a1${randomText(56)}`,
  line_item: () => `li_1${randomText(23)}`,
  payment_intent: () => `pi_3${randomText(23)}`,
  charge: () => `ch_3${randomText(23)}`,
  delayed_charge: () => `py_3${randomText(23)}`,
  refund: () => `re_3${randomText(23)}`,
  dispute: () => `du_1${randomText(23)}`,
  balance_transaction: () => `txn_3${randomText(23)}`,
  event: () => `evt_1${randomText(23)}`,
  request: () => `req_${randomText(14)}`,
};

/** A new id of the form that Stripe gives this kind of object. */
export function newId(kind: keyof typeof forms): string {
  return forms[kind]();
}
