import type Stripe from "stripe";
import { badRequest, missing } from "../api/refusals";
import { recordEvent } from "./events";
import { newId, randomText } from "./identifiers";
import { mergedMetadata } from "./lookup";
import type { Address, Customer, TaxId } from "./objects";
import type { World } from "./world";

type Fields = Stripe.CustomerCreateParams | Stripe.CustomerUpdateParams;

/** Makes a customer, with the tax ids given along. */
export function createCustomer(world: World, fields: Stripe.CustomerCreateParams): Customer {
  const customer: Customer = {
    id: newId("customer"),
    object: "customer",
    address: null,
    balance: 0,
    created: world.now(),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: randomText(8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: "none",
    test_clock: null,
  };
  setFields(customer, fields);
  for (const { type, value } of fields.tax_id_data ?? []) checkTaxId(type, value);
  world.tables.customers.set(customer.id, customer);
  for (const { type, value } of fields.tax_id_data ?? []) createTaxId(world, customer.id, type, value);
  recordEvent(world, "customer.created", customer);
  return customer;
}

/** Changes the named fields; an empty value clears one. */
export function updateCustomer(
  world: World,
  customer: Customer,
  fields: Stripe.CustomerUpdateParams,
): Customer {
  const before: Record<string, unknown> = structuredClone(customer);
  setFields(customer, fields);
  const previous = Object.fromEntries(
    Object.entries(customer)
      .filter(([key, value]) => JSON.stringify(before[key]) !== JSON.stringify(value))
      .map(([key]) => [key, before[key]]),
  );
  if (Object.keys(previous).length > 0) recordEvent(world, "customer.updated", customer, previous);
  return customer;
}

function setFields(customer: Customer, fields: Fields): void {
  const { address, description, email, metadata, name, phone, preferred_locales, shipping, tax_exempt } =
    fields;
  if (email !== undefined) customer.email = checkedEmail(email);
  if (description !== undefined) customer.description = description || null;
  if (name !== undefined) customer.name = name || null;
  if (phone !== undefined) customer.phone = phone || null;
  if (address !== undefined) customer.address = address ? filledAddress(address) : null;
  if (preferred_locales !== undefined) customer.preferred_locales = preferred_locales;
  if (shipping !== undefined) {
    customer.shipping = shipping
      ? { address: filledAddress(shipping.address), name: shipping.name, phone: shipping.phone ?? null }
      : null;
  }
  if (tax_exempt) customer.tax_exempt = tax_exempt as NonNullable<Customer["tax_exempt"]>;
  customer.metadata = mergedMetadata(customer.metadata, metadata);
}

/** An address with every line that Stripe always sends. */
export function filledAddress(address: Stripe.AddressParam): Address {
  return {
    city: address.city ?? null,
    country: address.country ?? null,
    line1: address.line1 ?? null,
    line2: address.line2 ?? null,
    postal_code: address.postal_code ?? null,
    state: address.state ?? null,
  };
}

/** @throws StripeRefusal `email_invalid` */
export function checkedEmail(email: string | null): string | null {
  if (!email) return null;
  if (/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email)) return email;
  throw badRequest(`Invalid email address: ${email}`, { code: "email_invalid", param: "email" });
}

/** Deletes a customer for good: only the id is told from now on. */
export function deleteCustomer(
  world: World,
  customer: Customer,
): { id: string; object: "customer"; deleted: true } {
  const gone = { id: customer.id, object: "customer", deleted: true } as const;
  world.tables.customers.delete(customer.id);
  world.tables.deleted.set(customer.id, gone);
  recordEvent(world, "customer.deleted", customer);
  return gone;
}

/** The customer named in a parameter. @throws StripeRefusal `resource_missing`, for a deleted one too */
export function namedCustomer(world: World, id: string): Customer {
  const customer = world.tables.customers.get(id);
  if (!customer) throw missing("customer", id, "customer");
  return customer;
}

/**
 * Adds a tax id. An Indonesian one (`id_npwp`) is checked by its digits, the others are taken as they are.
 * @throws StripeRefusal `tax_id_invalid`
 */
export function createTaxId(world: World, customer: string, type: string, value: string): TaxId {
  checkTaxId(type, value);
  const taxId: TaxId = {
    id: newId("tax_id"),
    object: "tax_id",
    country: /^[a-z]{2}_/.test(type) ? type.slice(0, 2).toUpperCase() : null,
    created: world.now(),
    customer,
    customer_account: null,
    livemode: false,
    owner: { customer, customer_account: null, type: "customer" },
    type: type as TaxId["type"],
    value,
    verification: { status: "unavailable", verified_address: null, verified_name: null },
  };
  world.tables.tax_ids.set(taxId.id, taxId);
  recordEvent(world, "customer.tax_id.created", taxId);
  return taxId;
}

function checkTaxId(type: string, value: string): void {
  if (type === "id_npwp" && !/^\d{15,16}$/.test(value.replace(/[.-]/g, ""))) {
    throw badRequest("Invalid value for id_npwp.", { code: "tax_id_invalid", param: "value" });
  }
}
