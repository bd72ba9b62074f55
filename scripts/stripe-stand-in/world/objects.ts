import type Stripe from "stripe";

/**
 * An object of the SDK's types as it is kept: what can be expanded is an id, decimals are strings.
 * Building one as such a type makes the compiler ask for every field that Stripe always sends.
 */
export type Wire<T> = T extends Stripe.Decimal
  ? string
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer Part)[]
      ? WireField<Part>[]
      : T extends object
        ? { [Key in keyof T]: WireField<T[Key]> }
        : T;

/** Lists of words are closed here, though the SDK leaves them open: a wrong word does not compile. */
type WireField<T> = string extends T
  ? [Words<T>] extends [never]
    ? Wire<Exclude<T, { object: string }>>
    : Wire<Closed<T>>
  : Wire<T>;

type Words<T> = T extends string ? (string extends T ? never : T) : never;
type Closed<T> = T extends string ? Words<T> : T;

export type Customer = Wire<Stripe.Customer>;
export type TaxId = Wire<Stripe.TaxId>;
export type Product = Wire<Stripe.Product>;
export type Price = Wire<Stripe.Price>;
export type PaymentMethod = Wire<Stripe.PaymentMethod>;
export type Session = Wire<Stripe.Checkout.Session>;
/** With the id of its price, which is always unfolded in an answer. */
export type LineItem = Wire<Omit<Stripe.LineItem, "price">> & { price: string };
export type PaymentIntent = Wire<Stripe.PaymentIntent>;
export type Charge = Wire<Stripe.Charge>;
export type Refund = Wire<Stripe.Refund>;
/** With the ids of its balance transactions, which are always unfolded in an answer. */
export type Dispute = Wire<Omit<Stripe.Dispute, "balance_transactions">> & { balance_transactions: string[] };
export type BalanceTransaction = Wire<Stripe.BalanceTransaction>;
export type Event = Wire<Stripe.EventBase>;
export type Address = Wire<Stripe.Address>;
