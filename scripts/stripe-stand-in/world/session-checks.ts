import type Stripe from "stripe";
import { parameterMissing } from "../api/parameters";
import { badRequest, notPlayed } from "../api/refusals";
import { checkedEmail } from "./customers";
import type { World } from "./world";

/** The parameters of a new session, as decoded. */
export type SessionParams = Stripe.Checkout.SessionCreateParams;

const shortestSeconds = 30 * 60;
const longestSeconds = 24 * 3600;
/** A request that was 30 minutes away when it was written is a little less when it arrives. */
const travelSeconds = 5;

/** What would change the money or the course of the payment and is not played here. */
const notPlayedParams = [
  "after_expiration",
  "allow_promotion_codes",
  "automatic_tax",
  "custom_fields",
  "customer_account",
  "discounts",
  "invoice_creation",
  "managed_payments",
  "optional_items",
  "payment_method_configuration",
  "payment_method_data",
  "permissions",
  "setup_intent_data",
  "shipping_address_collection",
  "shipping_options",
  "subscription_data",
] as const;

/** @throws StripeRefusal for what Stripe refuses in a session, and by name for what is not played here */
export function checkKind(params: SessionParams): void {
  if (params.mode === undefined) throw parameterMissing("mode");
  if (params.mode !== "payment") throw notPlayed(`checkout in ${params.mode} mode`, "mode");
  if (params.ui_mode !== undefined && params.ui_mode !== "hosted_page") {
    throw notPlayed(`ui_mode ${params.ui_mode}`, "ui_mode");
  }
  for (const name of notPlayedParams) {
    const value = params[name];
    const off = value === false || (typeof value === "object" && "enabled" in value && !value.enabled);
    if (value !== undefined && !off) throw notPlayed(`the parameter ${name}`, name);
  }
  if (params.payment_intent_data?.capture_method === "manual") {
    throw notPlayed("manual capture in checkout", "payment_intent_data[capture_method]");
  }
  if (params.customer !== undefined && params.customer_email !== undefined) {
    throw badRequest("You may only specify one of these parameters: customer, customer_email.", {
      code: "parameters_exclusive",
      param: "customer_email",
    });
  }
  checkedEmail(params.customer_email ?? null);
  checkAddresses(params);
}

function checkAddresses(params: SessionParams): void {
  if (params.return_url !== undefined) {
    throw badRequest("`return_url` can only be used when `ui_mode` is not `hosted_page`.", {
      param: "return_url",
    });
  }
  if (params.success_url === undefined) throw parameterMissing("success_url");
  for (const name of ["success_url", "cancel_url"] as const) {
    const url = params[name];
    if (url === undefined || (URL.canParse(url) && /^https?:/.test(url))) continue;
    throw badRequest("Not a valid URL", { code: "url_invalid", param: name });
  }
  if ((params.client_reference_id?.length ?? 0) > 200) {
    throw badRequest("Invalid string: client_reference_id; must be at most 200 characters", {
      param: "client_reference_id",
    });
  }
}

/** When the session ends, in seconds. @throws StripeRefusal unless 30 minutes to 24 hours away */
export function checkExpiry(world: World, wanted: number | undefined): number {
  if (wanted === undefined) return world.now() + longestSeconds;
  const away = wanted - world.now();
  if (away < shortestSeconds - travelSeconds) {
    throw badRequest(
      "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
      {
        param: "expires_at",
      },
    );
  }
  if (away > longestSeconds) {
    throw badRequest(
      "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
      {
        param: "expires_at",
      },
    );
  }
  return wanted;
}
