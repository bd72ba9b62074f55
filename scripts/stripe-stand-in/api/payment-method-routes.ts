import type Stripe from "stripe";
import { filledAddress, namedCustomer } from "../world/customers";
import { recordEvent } from "../world/events";
import { found, newestFirst } from "../world/lookup";
import type { PaymentMethod } from "../world/objects";
import { attachPaymentMethod, findPaymentMethod, newPaymentMethod } from "../world/payment-methods";
import { bankTransfer, type MethodDetails, sepaAccount, testCard } from "../world/test-methods";
import type { World } from "../world/world";
import { page } from "./listing";
import { parameterMissing } from "./parameters";
import { missing, notPlayed } from "./refusals";
import { type Route, route } from "./routes";

type CreateParams = Stripe.PaymentMethodCreateParams;

/** `/v1/payment_methods` */
export const paymentMethodRoutes: Route[] = [
  route<CreateParams>(
    "POST",
    "/v1/payment_methods",
    "PaymentMethods:PaymentMethodCreateParams",
    (world, params) => newPaymentMethod(world, detailsOf(params), billingOf(params)),
  ),
  route<Stripe.PaymentMethodListParams>(
    "GET",
    "/v1/payment_methods",
    "PaymentMethods:PaymentMethodListParams",
    (world, params) =>
      page(
        newestFirst(world.tables.payment_methods).filter(
          (method) =>
            method.customer !== null &&
            (params.customer === undefined || method.customer === params.customer) &&
            (params.type === undefined || method.type === params.type),
        ),
        "/v1/payment_methods",
        params,
      ),
  ),
  route("GET", "/v1/payment_methods/:id", "PaymentMethods:PaymentMethodRetrieveParams", methodAt),
  route<{ customer?: string }>(
    "POST",
    "/v1/payment_methods/:id/attach",
    "PaymentMethods:PaymentMethodAttachParams",
    (world, params, id = "") => {
      if (params.customer === undefined) throw parameterMissing("customer");
      const customer = namedCustomer(world, params.customer);
      return attachPaymentMethod(world, findPaymentMethod(world, id, "id"), customer.id);
    },
  ),
  route(
    "POST",
    "/v1/payment_methods/:id/detach",
    "PaymentMethods:PaymentMethodDetachParams",
    (world, params, id) => {
      const method = methodAt(world, params, id);
      const previous = { customer: method.customer };
      method.customer = null;
      recordEvent(world, "payment_method.detached", method, previous);
      return method;
    },
  ),
];

function methodAt(world: World, _params: unknown, id = ""): PaymentMethod {
  return found(world.tables.payment_methods, id, "PaymentMethod");
}

function detailsOf(params: CreateParams): MethodDetails {
  switch (params.type) {
    case undefined:
      throw parameterMissing("type");
    case "card":
      return cardOf(params);
    case "sepa_debit":
      if (!params.sepa_debit) throw parameterMissing("sepa_debit");
      return sepaAccount(params.sepa_debit.iban);
    case "customer_balance":
      return bankTransfer("later_succeed");
    default:
      throw notPlayed(`payment methods of type ${params.type}`, "type");
  }
}

function cardOf(params: CreateParams): MethodDetails {
  const card: { token?: string } = params.card ?? {};
  if (!params.card) throw parameterMissing("card");
  if (card.token === undefined)
    throw notPlayed("card numbers; use a test token such as tok_visa", "card[number]");
  const known = testCard(card.token);
  if (!known) throw missing("token", card.token, "card[token]");
  return known;
}

function billingOf({ billing_details: given }: CreateParams): PaymentMethod["billing_details"] {
  return {
    address: given?.address ? filledAddress(given.address) : null,
    email: given?.email || null,
    name: given?.name || null,
    phone: given?.phone || null,
    tax_id: given?.tax_id ?? null,
  };
}
