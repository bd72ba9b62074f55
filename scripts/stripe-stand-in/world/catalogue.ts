import type Stripe from "stripe";
import { badRequest, missing } from "../api/refusals";
import { acceptedCurrency, checkAmount } from "./currencies";
import { recordEvent } from "./events";
import { newId } from "./identifiers";
import { mergedMetadata } from "./lookup";
import type { Price, Product } from "./objects";
import type { World } from "./world";

/** What a product needs; the rest starts empty. */
export type ProductSeed = {
  id?: string | undefined;
  name: string;
  active?: boolean | undefined;
  description?: string | undefined;
  images?: string[] | undefined;
  metadata?: Record<string, unknown> | undefined;
  url?: string | undefined;
  tax_code?: string | undefined;
  unit_label?: string | undefined;
};

/** @throws StripeRefusal `resource_already_exists` */
export function createProduct(world: World, seed: ProductSeed): Product {
  const product = draftProduct(world, seed);
  keepProduct(world, product);
  return product;
}

function draftProduct(world: World, seed: ProductSeed): Product {
  if (seed.id !== undefined && world.tables.products.has(seed.id)) {
    throw badRequest("Product already exists.", { code: "resource_already_exists", param: "id" });
  }
  return {
    id: seed.id ?? newId("product"),
    object: "product",
    active: seed.active ?? true,
    created: world.now(),
    default_price: null,
    description: seed.description ?? null,
    images: seed.images ?? [],
    livemode: false,
    marketing_features: [],
    metadata: mergedMetadata(null, seed.metadata),
    name: seed.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: seed.tax_code ?? null,
    tax_details: null,
    type: "service",
    unit_label: seed.unit_label ?? null,
    updated: world.now(),
    url: seed.url ?? null,
  };
}

function keepProduct(world: World, product: Product): void {
  world.tables.products.set(product.id, product);
  recordEvent(world, "product.created", product);
}

/** What a price needs: one product, or one described along, and one amount in minor units. */
export type PriceSeed = {
  currency: string;
  product?: string | undefined;
  product_data?: ProductSeed | undefined;
  unit_amount?: number | undefined;
  unit_amount_decimal?: string | Stripe.Decimal | undefined;
  tax_behavior?: string | undefined;
  lookup_key?: string | undefined;
  nickname?: string | undefined;
  recurring?: Stripe.PriceCreateParams.Recurring | undefined;
  metadata?: Record<string, unknown> | undefined;
};

/** A price that was checked but is not kept yet, with the product described along, if any. */
export type PriceDraft = { price: Price; product: Product; newProduct: boolean };

/** Makes a price. @throws StripeRefusal as `draftPrice` */
export function createPrice(world: World, seed: PriceSeed): Price {
  const draft = draftPrice(world, seed);
  keepPrice(world, draft);
  return draft.price;
}

/**
 * Checks a price of a product that exists or is described along, and keeps nothing.
 * @param inline made for one checkout: it cannot be used again, so it is not active
 * @param path where the fields stand in the request, such as `line_items[0][price_data]`; empty: at the top
 * @throws StripeRefusal unless there is exactly one product and one amount that the currency allows
 */
export function draftPrice(world: World, seed: PriceSeed, inline = false, path = ""): PriceDraft {
  const at = (name: string) => (path === "" ? name : `${path}[${name}]`);
  exactlyOne(seed, ["product", "product_data"], at);
  exactlyOne(seed, ["unit_amount", "unit_amount_decimal"], at);
  const currency = acceptedCurrency(seed.currency, at("currency"));
  const decimal = String(seed.unit_amount_decimal ?? seed.unit_amount);
  const amount = Number(decimal);
  checkAmount(Math.trunc(amount), currency, at("unit_amount"));
  const product = seed.product_data
    ? draftProduct(world, { ...seed.product_data, active: !inline })
    : world.tables.products.get(seed.product ?? "");
  if (!product) throw missing("product", seed.product ?? "", at("product"));
  const price: Price = {
    id: newId("price"),
    object: "price",
    active: !inline,
    billing_scheme: "per_unit",
    created: world.now(),
    currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: seed.lookup_key ?? null,
    metadata: mergedMetadata(null, seed.metadata),
    nickname: seed.nickname ?? null,
    product: product.id,
    recurring: recurringOf(seed),
    tax_behavior: (seed.tax_behavior as Price["tax_behavior"]) ?? "unspecified",
    tiers_mode: null,
    transform_quantity: null,
    type: seed.recurring ? "recurring" : "one_time",
    unit_amount: Number.isInteger(amount) ? amount : null,
    unit_amount_decimal: decimal,
  };
  return { price, product, newProduct: seed.product_data !== undefined };
}

function recurringOf({ recurring }: PriceSeed): Price["recurring"] {
  if (!recurring) return null;
  return {
    interval: recurring.interval as NonNullable<Price["recurring"]>["interval"],
    interval_count: recurring.interval_count ?? 1,
    meter: null,
    trial_period_days: null,
    usage_type: "licensed",
  };
}

/** Keeps a drafted price, and its product if that is new. */
export function keepPrice(world: World, draft: PriceDraft): void {
  if (draft.newProduct) keepProduct(world, draft.product);
  world.tables.prices.set(draft.price.id, draft.price);
  recordEvent(world, "price.created", draft.price);
}

/** @throws StripeRefusal `parameter_missing` or `parameters_exclusive` unless one of the two is given */
function exactlyOne<T extends object>(
  seed: T,
  names: (keyof T & string)[],
  at: (name: string) => string,
): void {
  const given = names.filter((name) => seed[name] !== undefined);
  if (given.length === 1) return;
  const listed = names.map(at).join(", ");
  if (given.length === 0) {
    throw badRequest(`You must specify one of these parameters: ${listed}.`, {
      code: "parameter_missing",
      param: at(names[0] ?? ""),
    });
  }
  throw badRequest(`You may only specify one of these parameters: ${listed}.`, {
    code: "parameters_exclusive",
    param: at(names[0] ?? ""),
  });
}
