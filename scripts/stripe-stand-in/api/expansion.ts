import { type Shape, sdkShape } from "../sdk/shapes";
import { factsOf } from "../world/checkout";
import { findObject, included, isObject, type Plain } from "../world/inclusion";
import { newestFirst } from "../world/lookup";
import type { World } from "../world/world";
import { page } from "./listing";
import { badRequest } from "./refusals";

/** The SDK's type of each kind of object, which says what can be expanded. */
const types: Record<string, string> = {
  customer: "Customers:Customer",
  tax_id: "TaxIds:TaxId",
  product: "Products:Product",
  price: "Prices:Price",
  payment_method: "PaymentMethods:PaymentMethod",
  "checkout.session": "Checkout/Sessions:Session",
  item: "LineItems:LineItem",
  payment_intent: "PaymentIntents:PaymentIntent",
  charge: "Charges:Charge",
  refund: "Refunds:Refund",
  dispute: "Disputes:Dispute",
  balance_transaction: "BalanceTransactions:BalanceTransaction",
  event: "Events:EventBase",
};

const deepest = 4;

/** The SDK's type of this kind of object. @throws Error when the stand-in has none of the kind */
export function typeOf(kind: string): Shape {
  const address = types[kind];
  if (!address) throw new Error(`no type for ${kind}`);
  return sdkShape(address);
}

/**
 * An object or list as it is answered: with what Stripe always includes, and what the request asks to expand.
 * @throws StripeRefusal for a name that cannot be expanded, or more than four levels
 */
export function answered(world: World, kept: unknown, expand: string[] = []): unknown {
  const answer = included(world, structuredClone(kept));
  for (const path of expand) {
    const names = path.split(".");
    const levels = names[0] === "data" ? names.length - 1 : names.length;
    if (levels > deepest)
      throw badRequest(`You cannot expand more than ${deepest} levels of a property.`, { param: "expand" });
    expandPath(world, answer, names, path);
  }
  return answer;
}

function expandPath(world: World, value: unknown, names: string[], path: string): void {
  const [name, ...rest] = names;
  if (name === undefined || !isObject(value)) return;
  if (value.object === "list") {
    if (name !== "data") throw cannotExpand(path);
    for (const part of value.data as unknown[]) expandPath(world, part, rest, path);
    return;
  }
  if (Array.isArray(value)) {
    for (const part of value) expandPath(world, part, names, path);
    return;
  }
  expandField(world, value, name, rest, path);
}

function expandField(world: World, value: Plain, name: string, rest: string[], path: string): void {
  if (typeof value.object === "string" && !isExpandable(typeOf(value.object), name, rest.length > 0)) {
    throw cannotExpand(path);
  }
  const own = value[name];
  if (typeof own === "string") {
    value[name] = included(world, structuredClone(findObject(world, own) ?? own));
  } else if (own === undefined) {
    const list = listWithin(world, value, name);
    if (list !== null) value[name] = list;
  }
  expandPath(world, value[name], rest, path);
}

/** Lists that Stripe includes in an object only when asked. */
function listWithin(world: World, value: Plain, name: string): unknown {
  const { tables } = world;
  if (value.object === "checkout.session" && name === "line_items") {
    const session = tables.sessions.get(String(value.id));
    const ids = session ? factsOf(world, session).lineItems : [];
    const items = ids.map(
      (id) => included(world, structuredClone(tables.line_items.get(id))) as { id: string },
    );
    return page(items, `/v1/checkout/sessions/${value.id}/line_items`, {});
  }
  if (value.object === "charge" && name === "refunds") {
    const refunds = newestFirst(tables.refunds).filter((refund) => refund.charge === value.id);
    return page(structuredClone(refunds), `/v1/charges/${value.id}/refunds`, {});
  }
  if (value.object === "customer" && name === "tax_ids") {
    const taxIds = newestFirst(tables.tax_ids).filter((taxId) => taxId.customer === value.id);
    return page(structuredClone(taxIds), `/v1/customers/${value.id}/tax_ids`, {});
  }
  return null;
}

/** A field can be expanded when its type holds an object of the API or a list; a plain one can be gone through. */
function isExpandable(shape: Shape, name: string, through: boolean): boolean {
  if (shape.kind !== "object") return false;
  const member = shape.members().get(name);
  if (!member) return false;
  const parts = member.shape.kind === "union" ? member.shape.of : [member.shape];
  const named = parts.some((part) => part.kind === "object" && part.members().has("object"));
  return named || (through && parts.some((part) => part.kind === "object" || part.kind === "array"));
}

function cannotExpand(path: string): Error {
  return badRequest(
    `This property cannot be expanded (${path}). You may want to try expanding it on another object.`,
    { param: "expand" },
  );
}
