import { badRequest, notPlayed } from "../api/refusals";
import { keepPrice } from "./catalogue";
import { filledAddress, namedCustomer } from "./customers";
import { newId, randomText } from "./identifiers";
import { checkTotal, draftLineItems, oneCurrency } from "./line-items";
import { mergedMetadata } from "./lookup";
import type { Customer, Session } from "./objects";
import { checkExpiry, checkKind, type SessionParams } from "./session-checks";
import type { SessionFacts, World } from "./world";

/**
 * Opens a Checkout Session in `payment` mode on the hosted page.
 * @throws StripeRefusal for what Stripe refuses (line items, amounts, expiry, addresses), and by name for
 *   what the stand-in does not play
 */
export function createSession(world: World, params: SessionParams): Session {
  checkKind(params);
  const customer = params.customer === undefined ? null : namedCustomer(world, params.customer);
  const expiresAt = checkExpiry(world, params.expires_at);
  const paymentIntentData = intentData(params);
  const drafts = draftLineItems(world, params);
  const items = drafts.map(({ item }) => item);
  const currency = oneCurrency(items, params.currency);
  const total = items.reduce((sum, item) => sum + item.amount_total, 0);
  checkTotal(total, currency);
  const id = newId("session");
  const session = emptySession(world, id, params, customer);
  if (params.excluded_payment_method_types) {
    session.excluded_payment_method_types = params.excluded_payment_method_types;
  }
  session.amount_subtotal = total;
  session.amount_total = total;
  session.currency = currency;
  session.expires_at = expiresAt;
  world.tables.sessions.set(id, session);
  for (const { draft } of drafts) if (draft) keepPrice(world, draft);
  for (const item of items) world.tables.line_items.set(item.id, item);
  world.tables.session_facts.set(id, {
    lineItems: items.map((item) => item.id),
    paymentIntentData,
    lastFailure: null,
  });
  return session;
}

function intentData(params: SessionParams): SessionFacts["paymentIntentData"] {
  const data = params.payment_intent_data;
  if (!data) return {};
  for (const name of ["application_fee_amount", "on_behalf_of", "transfer_data"] as const) {
    if (data[name] !== undefined) throw notPlayed("connected accounts", `payment_intent_data[${name}]`);
  }
  const { capture_method: _, metadata, shipping, ...plain } = data;
  return {
    ...(plain as SessionFacts["paymentIntentData"]),
    ...(metadata ? { metadata: mergedMetadata(null, metadata) } : {}),
    ...(shipping
      ? {
          shipping: {
            address: filledAddress(shipping.address),
            name: shipping.name,
            phone: shipping.phone ?? null,
          },
        }
      : {}),
  };
}

const playedMethods = ["card", "customer_balance"];

/** What a session as it is played here never has, or has only later. */
const emptyInSession = {
  after_expiration: null,
  client_secret: null,
  consent: null,
  consent_collection: null,
  currency: null,
  currency_conversion: null,
  customer_account: null,
  invoice: null,
  payment_intent: null,
  payment_link: null,
  payment_method_configuration_details: null,
  permissions: null,
  recovered_from: null,
  saved_payment_method_options: null,
  setup_intent: null,
  shipping_address_collection: null,
  shipping_cost: null,
  subscription: null,
  wallet_options: null,
} satisfies Partial<Session>;

function emptySession(world: World, id: string, params: SessionParams, customer: Customer | null): Session {
  const session: Session = {
    id,
    object: "checkout.session",
    ...emptyInSession,
    adaptive_pricing: { enabled: params.adaptive_pricing?.enabled ?? true },
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    amount_subtotal: 0,
    amount_total: 0,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: params.billing_address_collection
      ? (params.billing_address_collection as Session["billing_address_collection"])
      : null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    collected_information: { business_name: null, individual_name: null, shipping_details: null },
    created: world.now(),
    custom_fields: [],
    custom_text: customText(params),
    customer: customer?.id ?? null,
    customer_creation: customer
      ? null
      : ((params.customer_creation as Session["customer_creation"]) ?? "if_required"),
    customer_details: payerSoFar(customer?.email ?? params.customer_email ?? null),
    customer_email: params.customer_email ?? null,
    discounts: [],
    expires_at: 0,
    integration_identifier: params.integration_identifier ?? null,
    invoice_creation: {
      enabled: false,
      invoice_data: {
        account_tax_ids: null,
        custom_fields: null,
        description: null,
        footer: null,
        issuer: null,
        metadata: {},
        rendering_options: null,
      },
    },
    livemode: false,
    locale: (params.locale as Session["locale"]) ?? null,
    managed_payments: { enabled: false },
    metadata: mergedMetadata(null, params.metadata),
    mode: "payment",
    origin_context: (params.origin_context as Session["origin_context"]) ?? null,
    payment_method_collection: "if_required",
    payment_method_options: { card: { request_three_d_secure: "automatic" } },
    payment_method_types: paymentMethodTypes(params),
    payment_status: "unpaid",
    phone_number_collection: { enabled: params.phone_number_collection?.enabled ?? false },
    shipping_options: [],
    status: "open",
    submit_type: (params.submit_type as Session["submit_type"]) ?? null,
    success_url: params.success_url ?? null,
    tax_id_collection: { enabled: params.tax_id_collection?.enabled ?? false, required: "never" },
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: "hosted_page",
    url: `${world.url}/c/pay/${id}#${randomText(24)}`,
  };
  return session;
}

/**
 * The methods on the hosted page: cards and bank transfers, unless the request names or leaves out some.
 * `payment_method_types` is the name that it had before the SDK's version.
 * @throws StripeRefusal when none is left
 */
function paymentMethodTypes(params: SessionParams & { payment_method_types?: string[] }): string[] {
  const named = params.payment_method_types ?? params.allowed_payment_method_types ?? playedMethods;
  const excluded: string[] = params.excluded_payment_method_types ?? [];
  const left = named.filter((type) => !excluded.includes(type));
  if (left.length > 0) return left;
  throw badRequest("No payment method is left for this Checkout Session.", {
    param: "excluded_payment_method_types",
  });
}

function payerSoFar(email: string | null): Session["customer_details"] {
  if (email === null) return null;
  return {
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: "none",
    tax_ids: null,
  };
}

function customText(params: SessionParams): Session["custom_text"] {
  const text = params.custom_text ?? {};
  const message = (part: { message: string } | "" | null | undefined) =>
    part ? { message: part.message } : null;
  return {
    after_submit: message(text.after_submit),
    shipping_address: message(text.shipping_address),
    submit: message(text.submit),
    terms_of_service_acceptance: message(text.terms_of_service_acceptance),
  };
}
