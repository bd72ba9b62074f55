import type Stripe from "stripe";
import { recordEvent } from "../world/events";
import { found, mergedMetadata, newestFirst } from "../world/lookup";
import type { Charge } from "../world/objects";
import type { World } from "../world/world";
import { inRange, page } from "./listing";
import { type Route, route } from "./routes";

/** Charges, and what they did to the account's balance. */
export const moneyRoutes: Route[] = [
  route<Stripe.ChargeListParams>("GET", "/v1/charges", "Charges:ChargeListParams", (world, params) =>
    page(
      newestFirst(world.tables.charges).filter(
        (charge) =>
          (params.customer === undefined || charge.customer === params.customer) &&
          (params.payment_intent === undefined || charge.payment_intent === params.payment_intent) &&
          inRange(charge.created, params.created),
      ),
      "/v1/charges",
      params,
    ),
  ),
  route("GET", "/v1/charges/:id", "Charges:ChargeRetrieveParams", chargeAt),
  route<Stripe.ChargeUpdateParams>(
    "POST",
    "/v1/charges/:id",
    "Charges:ChargeUpdateParams",
    (world, params, id) => {
      const charge = chargeAt(world, params, id);
      const previous = { description: charge.description, metadata: charge.metadata };
      if (params.description !== undefined) charge.description = params.description || null;
      charge.metadata = mergedMetadata(charge.metadata, params.metadata);
      recordEvent(world, "charge.updated", charge, previous);
      return charge;
    },
  ),
  route<Stripe.BalanceTransactionListParams>(
    "GET",
    "/v1/balance_transactions",
    "BalanceTransactions:BalanceTransactionListParams",
    (world, params) =>
      page(
        newestFirst(world.tables.balance_transactions).filter(
          (booked) =>
            (params.type === undefined || booked.type === params.type) &&
            (params.source === undefined || booked.source === params.source) &&
            (params.currency === undefined || booked.currency === params.currency) &&
            inRange(booked.created, params.created),
        ),
        "/v1/balance_transactions",
        params,
      ),
  ),
  route(
    "GET",
    "/v1/balance_transactions/:id",
    "BalanceTransactions:BalanceTransactionRetrieveParams",
    (world, _params, id = "") => found(world.tables.balance_transactions, id, "balance transaction"),
  ),
  route("GET", "/v1/balance", "Balance:BalanceRetrieveParams", balance),
];

function chargeAt(world: World, _params: unknown, id = ""): Charge {
  return found(world.tables.charges, id, "charge");
}

function balance(world: World): Stripe.Balance {
  const sums = new Map<string, number>();
  for (const { currency, net } of world.tables.balance_transactions.values()) {
    sums.set(currency, (sums.get(currency) ?? 0) + net);
  }
  return {
    object: "balance",
    available: [...sums.keys()].map((currency) => ({ amount: 0, currency, source_types: { card: 0 } })),
    livemode: false,
    pending: [...sums].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } })),
  };
}
