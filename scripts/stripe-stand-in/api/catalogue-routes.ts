import type Stripe from "stripe";
import { createPrice, createProduct, type PriceSeed, type ProductSeed } from "../world/catalogue";
import { recordEvent } from "../world/events";
import { found, mergedMetadata, newestFirst } from "../world/lookup";
import type { Price, Product } from "../world/objects";
import type { World } from "../world/world";
import { inRange, page } from "./listing";
import { notPlayed, refused } from "./refusals";
import { type Route, route } from "./routes";

/** `/v1/products` and `/v1/prices` */
export const catalogueRoutes: Route[] = [
  route<ProductSeed & { default_price_data?: unknown }>(
    "POST",
    "/v1/products",
    "Products:ProductCreateParams",
    (world, params) => {
      if (params.default_price_data) throw notPlayed("default prices", "default_price_data");
      return createProduct(world, params);
    },
  ),
  route<Stripe.ProductListParams>("GET", "/v1/products", "Products:ProductListParams", (world, params) =>
    page(
      newestFirst(world.tables.products).filter(
        (product) =>
          (params.active === undefined || product.active === params.active) &&
          (params.ids === undefined || params.ids.includes(product.id)) &&
          inRange(product.created, params.created),
      ),
      "/v1/products",
      params,
    ),
  ),
  route("GET", "/v1/products/:id", "Products:ProductRetrieveParams", productAt),
  route<Stripe.ProductUpdateParams>(
    "POST",
    "/v1/products/:id",
    "Products:ProductUpdateParams",
    updateProduct,
  ),
  route("DELETE", "/v1/products/:id", "{}", deleteProduct),
  route<PriceSeed & Record<string, unknown>>(
    "POST",
    "/v1/prices",
    "Prices:PriceCreateParams",
    (world, params) => {
      for (const name of [
        "tiers",
        "tiers_mode",
        "transform_quantity",
        "currency_options",
        "custom_unit_amount",
      ]) {
        if (params[name] !== undefined) throw notPlayed(`the parameter ${name}`, name);
      }
      return createPrice(world, params);
    },
  ),
  route<Stripe.PriceListParams>("GET", "/v1/prices", "Prices:PriceListParams", (world, params) =>
    page(
      newestFirst(world.tables.prices).filter(
        (price) =>
          (params.active === undefined || price.active === params.active) &&
          (params.product === undefined || price.product === params.product) &&
          (params.currency === undefined || price.currency === params.currency) &&
          (params.lookup_keys === undefined || params.lookup_keys.includes(price.lookup_key ?? "")) &&
          inRange(price.created, params.created),
      ),
      "/v1/prices",
      params,
    ),
  ),
  route("GET", "/v1/prices/:id", "Prices:PriceRetrieveParams", priceAt),
  route<Stripe.PriceUpdateParams>(
    "POST",
    "/v1/prices/:id",
    "Prices:PriceUpdateParams",
    (world, params, id) => {
      const price = priceAt(world, params, id);
      const previous = { active: price.active, nickname: price.nickname };
      if (params.active !== undefined) price.active = params.active;
      if (params.nickname !== undefined) price.nickname = params.nickname || null;
      price.metadata = mergedMetadata(price.metadata, params.metadata);
      recordEvent(world, "price.updated", price, previous);
      return price;
    },
  ),
];

function productAt(world: World, _params: unknown, id = ""): Product {
  return found(world.tables.products, id, "product");
}

function priceAt(world: World, _params: unknown, id = ""): Price {
  return found(world.tables.prices, id, "price");
}

function updateProduct(world: World, params: Stripe.ProductUpdateParams, id?: string): Product {
  const product = productAt(world, params, id);
  const previous = { name: product.name, active: product.active, updated: product.updated };
  if (params.name !== undefined) product.name = params.name;
  if (params.active !== undefined) product.active = params.active;
  if (params.description !== undefined) product.description = params.description || null;
  product.metadata = mergedMetadata(product.metadata, params.metadata);
  product.updated = world.now();
  recordEvent(world, "product.updated", product, previous);
  return product;
}

function deleteProduct(world: World, params: unknown, id?: string): unknown {
  const product = productAt(world, params, id);
  if ([...world.tables.prices.values()].some((price) => price.product === product.id)) {
    throw refused("This product cannot be deleted because it has one or more user-created prices.");
  }
  const gone = { id: product.id, object: "product", deleted: true } as const;
  world.tables.products.delete(product.id);
  world.tables.deleted.set(product.id, gone);
  recordEvent(world, "product.deleted", product);
  return gone;
}
