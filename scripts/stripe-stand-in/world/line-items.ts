import { parameterMissing } from "../api/parameters";
import { badRequest, missing, notPlayed } from "../api/refusals";
import { draftPrice, type PriceDraft, type PriceSeed } from "./catalogue";
import { checkAmount, minimumOf, shown } from "./currencies";
import { newId } from "./identifiers";
import { mergedMetadata } from "./lookup";
import type { LineItem } from "./objects";
import type { SessionParams } from "./session-checks";
import type { World } from "./world";

const mostLineItems = 100;

/** A line item that was checked but is not kept yet; `draft` when its price is made for it alone. */
export type LineItemDraft = { item: LineItem; draft: PriceDraft | null };

/**
 * Checks the line items of a session; nothing is kept.
 * @throws StripeRefusal for a price, quantity, amount or currency that Stripe refuses
 */
export function draftLineItems(world: World, params: SessionParams): LineItemDraft[] {
  const wanted = params.line_items ?? [];
  if (wanted.length === 0) throw parameterMissing("line_items");
  if (wanted.length > mostLineItems) {
    throw badRequest(`Too many line items: at most ${mostLineItems}.`, { param: "line_items" });
  }
  return wanted.map((item, at) => draftLineItem(world, item, `line_items[${at}]`));
}

function draftLineItem(
  world: World,
  wanted: NonNullable<SessionParams["line_items"]>[number],
  path: string,
): LineItemDraft {
  if (wanted.adjustable_quantity?.enabled) {
    throw notPlayed("adjustable quantities", `${path}[adjustable_quantity]`);
  }
  if (wanted.tax_rates?.[0] !== undefined)
    throw missing("tax rate", wanted.tax_rates[0], `${path}[tax_rates]`);
  if (wanted.quantity === undefined) throw parameterMissing(`${path}[quantity]`);
  if (wanted.quantity < 1) {
    throw badRequest("Invalid positive integer", {
      code: "parameter_invalid_integer",
      param: `${path}[quantity]`,
    });
  }
  const { price, product, draft } = priceOf(world, wanted, path);
  const amount = Math.round(Number(price.unit_amount_decimal) * wanted.quantity);
  checkAmount(amount, price.currency, path);
  const item: LineItem = {
    id: newId("line_item"),
    object: "item",
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: product?.name ?? null,
    metadata: mergedMetadata(null, wanted.metadata),
    price: price.id,
    quantity: wanted.quantity,
  };
  return { item, draft };
}

function priceOf(
  world: World,
  wanted: { price?: string; price_data?: PriceSeed },
  path: string,
): { price: PriceDraft["price"]; product: PriceDraft["product"] | undefined; draft: PriceDraft | null } {
  if (wanted.price_data && wanted.price === undefined) {
    if (wanted.price_data.recurring) throw notPlayed("recurring prices", `${path}[price_data][recurring]`);
    const draft = draftPrice(world, wanted.price_data, true, `${path}[price_data]`);
    return { ...draft, draft };
  }
  if (wanted.price === undefined || wanted.price_data) {
    throw badRequest(`You must specify either \`price\` or \`price_data\` for ${path}.`, {
      code: wanted.price_data ? "parameters_exclusive" : "parameter_missing",
      param: `${path}[price]`,
    });
  }
  const price = world.tables.prices.get(wanted.price);
  if (!price) throw missing("price", wanted.price, `${path}[price]`);
  if (price.type === "recurring") {
    throw badRequest("You specified `payment` mode but passed a recurring price.", {
      param: `${path}[price]`,
    });
  }
  if (price.active) return { price, product: world.tables.products.get(price.product), draft: null };
  throw badRequest("The price specified is inactive. This field only accepts active prices.", {
    param: `${path}[price]`,
  });
}

/** The currency of all the items. @throws StripeRefusal when they differ */
export function oneCurrency(items: LineItem[], wanted: string | undefined): string {
  const currency = wanted?.toLowerCase() ?? items[0]?.currency ?? "";
  if (items.every((item) => item.currency === currency)) return currency;
  throw badRequest("All line items of a Checkout Session must have the same currency.", {
    param: "line_items",
  });
}

/** @throws StripeRefusal `amount_too_small`, or too large */
export function checkTotal(total: number, currency: string): void {
  checkAmount(total, currency, "line_items");
  const minimum = minimumOf(currency);
  if (total === 0 || total >= minimum) return;
  throw badRequest(
    `The Checkout Session's total amount due must add up to at least ${shown(minimum, currency)} ${currency}`,
    { code: "amount_too_small", param: "line_items" },
  );
}
