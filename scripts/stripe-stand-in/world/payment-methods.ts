import { missing } from "../api/refusals";
import { recordEvent } from "./events";
import { newId } from "./identifiers";
import type { PaymentMethod } from "./objects";
import { type MethodDetails, type TestMethod, testCard } from "./test-methods";
import type { World } from "./world";

/** Who pays. */
export type BillingDetails = PaymentMethod["billing_details"];

/** Nothing is known of who pays. */
export const noBillingDetails: BillingDetails = {
  address: null,
  email: null,
  name: null,
  phone: null,
  tax_id: null,
};

/** Makes a payment method and remembers how it behaves. */
export function newPaymentMethod(
  world: World,
  details: MethodDetails,
  billing: BillingDetails = noBillingDetails,
  customer: string | null = null,
): PaymentMethod {
  const method: PaymentMethod = {
    id: newId("payment_method"),
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: billing,
    created: world.now(),
    customer,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: details.type,
    ...details.fields,
  };
  world.tables.payment_methods.set(method.id, method);
  world.tables.method_facts.set(method.id, details.behaviour);
  return method;
}

/**
 * The payment method with this id; `pm_card_…` makes a new one of that test card, as at Stripe.
 * @throws StripeRefusal `resource_missing`
 */
export function findPaymentMethod(world: World, id: string, param = "payment_method"): PaymentMethod {
  const known = world.tables.payment_methods.get(id);
  if (known) return known;
  const card = id.startsWith("pm_") ? testCard(id) : null;
  if (!card) throw missing("PaymentMethod", id, param);
  return newPaymentMethod(world, card);
}

/** How payments with this method go; like a good card when nothing is known of it. */
export function behaviourOf(world: World, method: string | null): TestMethod {
  return (method === null ? undefined : world.tables.method_facts.get(method)) ?? { outcome: "succeed" };
}

/** Ties a payment method to a customer. */
export function attachPaymentMethod(world: World, method: PaymentMethod, customer: string): PaymentMethod {
  method.customer = customer;
  recordEvent(world, "payment_method.attached", method);
  return method;
}
