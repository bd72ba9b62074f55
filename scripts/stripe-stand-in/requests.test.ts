import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiVersion } from "./sdk/version";
import type { StandIn } from "./stand-in";
import { lineItem, post, refusal, secretKey, startWithSdk, topUp } from "./testing";

let standIn: StandIn;
let stripe: Stripe;

beforeAll(async () => {
  ({ standIn, stripe } = await startWithSdk());
});
afterAll(() => standIn.close());

const session = (changes: Record<string, unknown>) =>
  refusal(stripe.checkout.sessions.create(topUp(changes as Partial<Stripe.Checkout.SessionCreateParams>)));

describe("parameters", () => {
  test("unknown parameters are refused by name, at every depth", async () => {
    expect(await session({ payment_method_types: ["card"] })).toMatchObject({
      statusCode: 400,
      type: "StripeInvalidRequestError",
      code: "parameter_unknown",
      param: "payment_method_types",
      message: "Received unknown parameter: payment_method_types",
    });
    const nested = { ...lineItem("idr", 100_000_000), discountable: true };
    expect(await session({ line_items: [nested], colour: "red" })).toMatchObject({
      code: "parameter_unknown",
      message: expect.stringMatching(/^Received unknown parameters: .*line_items\[0\]\[discountable\]/),
    });
    const unknown = await post(standIn, "/v1/customers", "email=a%40example.com&nickname=a");
    expect(unknown.body.error).toMatchObject({ code: "parameter_unknown", param: "nickname" });
  });

  test("the SDK's list of words is closed: another ui_mode, locale or reason is refused", async () => {
    expect(await session({ ui_mode: "hosted" })).toMatchObject({
      param: "ui_mode",
      message: "Invalid ui_mode: must be one of elements, embedded_page, form, or hosted_page",
    });
    expect(await session({ locale: "jv" })).toMatchObject({ param: "locale" });
    expect(await refusal(stripe.refunds.create({ charge: "ch_1", reason: "mistake" }))).toMatchObject({
      param: "reason",
    });
  });

  test("missing, empty and ill-formed values are refused with Stripe's codes", async () => {
    expect(await session({ line_items: [{ quantity: 1, price_data: { unit_amount: 5 } }] })).toMatchObject({
      code: "parameter_missing",
      param: "line_items[0][price_data][currency]",
    });
    expect(await session({ success_url: undefined })).toMatchObject({ code: "parameter_missing" });
    expect(await session({ mode: undefined })).toMatchObject({ code: "parameter_missing", param: "mode" });
    expect(await session({ line_items: [] })).toMatchObject({ param: "line_items" });
    expect(await session({ success_url: "" })).toMatchObject({ code: "parameter_invalid_empty" });
    expect(await session({ success_url: "/return" })).toMatchObject({ code: "url_invalid" });
    expect(await session({ line_items: [lineItem("idr", 1000.5)] })).toMatchObject({
      code: "parameter_invalid_integer",
    });
    expect(await session({ line_items: [{ ...lineItem("idr", 1_000_000), quantity: 0 }] })).toMatchObject({
      code: "parameter_invalid_integer",
    });
    const both = { customer: "cus_1", customer_email: "a@example.com" };
    expect(await session(both)).toMatchObject({ code: "parameters_exclusive" });
    expect(await refusal(stripe.customers.create({ email: "nobody" }))).toMatchObject({
      code: "email_invalid",
    });
  });

  test("what the stand-in does not play is refused instead of ignored", async () => {
    expect(await session({ allow_promotion_codes: true })).toMatchObject({ param: "allow_promotion_codes" });
    expect(await session({ discounts: [{ coupon: "c" }] })).toMatchObject({ param: "discounts" });
    expect(await session({ mode: "subscription" })).toMatchObject({ param: "mode" });
  });

  test("a refused session leaves nothing behind", async () => {
    const before = await stripe.events.list({ limit: 1 });
    expect(await session({ line_items: [lineItem("idr", 100_000_000), lineItem("usd", 500)] })).toMatchObject(
      {
        param: "line_items",
      },
    );
    expect((await stripe.events.list({ limit: 1 })).data).toEqual(before.data);
  });

  test("metadata is merged, an empty value removes a key, and its limits are kept", async () => {
    const made = await stripe.customers.create({ metadata: { a: "1", b: "2" } });
    const changed = await stripe.customers.update(made.id, { metadata: { a: "", c: "3" } });
    expect(changed.metadata).toEqual({ b: "2", c: "3" });
    expect((await stripe.customers.update(made.id, { metadata: "" })).metadata).toEqual({});
    const long = stripe.customers.update(made.id, { metadata: { a: "x".repeat(501) } });
    expect(await refusal(long)).toMatchObject({ param: "metadata[a]" });
  });

  test("a session ends 30 minutes to 24 hours from now", async () => {
    const at = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
    for (const seconds of [-60, 29 * 60, 24 * 3600 + 60]) {
      expect(await session({ expires_at: at(seconds) })).toMatchObject({ param: "expires_at" });
    }
    for (const seconds of [30 * 60, 24 * 3600]) {
      const made = await stripe.checkout.sessions.create(topUp({ expires_at: at(seconds) }));
      expect(made.expires_at - made.created).toBeGreaterThanOrEqual(seconds - 2);
    }
  });
});

describe("amounts", () => {
  const create = (currency: string, amount: number) =>
    stripe.checkout.sessions.create(topUp({ line_items: [lineItem(currency, amount)] }));

  test.each([
    ["idr", 100_000_000],
    ["idr", 100_000_050],
    ["jpy", 5000],
    ["usd", 50],
    ["kwd", 5000],
    ["kwd", 12_340],
    ["ugx", 5_000_000],
    ["isk", 500_000],
    ["eur", 999_999_999],
  ])("%s %i is taken as it is", async (currency, amount) => {
    expect(await create(currency, amount)).toMatchObject({ currency, amount_total: amount });
  });

  test.each([
    ["kwd", 12_345, "invalid_charge_amount"],
    ["ugx", 5_000_050, "invalid_charge_amount"],
    ["isk", 500_001, "invalid_charge_amount"],
    ["usd", 49, "amount_too_small"],
    ["idr", 799_999, "amount_too_small"],
    ["jpy", 49, "amount_too_small"],
    ["idr", 1_000_000_000_000, "amount_too_large"],
    ["idr", -100, "parameter_invalid_integer"],
  ])("%s %i is refused: %s", async (currency, amount, code) => {
    expect(await refusal(create(currency, amount))).toMatchObject({ code });
  });

  test("a currency that Stripe does not know is refused, and two in one session", async () => {
    expect(await refusal(create("xyz", 1000))).toMatchObject({
      message: expect.stringMatching(/^Invalid currency: xyz/),
    });
  });

  test("payment intents keep to the same table", async () => {
    const intent = (currency: string, amount: number) => stripe.paymentIntents.create({ currency, amount });
    expect(await refusal(intent("kwd", 12_345))).toMatchObject({ code: "invalid_charge_amount" });
    expect(await refusal(intent("usd", 10))).toMatchObject({ code: "amount_too_small" });
    expect(await intent("IDR", 50_000_000)).toMatchObject({ currency: "idr", amount: 50_000_000 });
  });
});

describe("log-in and version", () => {
  test("a request without a key, or with a wrong one, is 401", async () => {
    expect((await post(standIn, "/v1/customers", "", { authorization: "" })).status).toBe(401);
    expect((await post(standIn, "/v1/customers", "", { authorization: "Bearer sk_live_1" })).status).toBe(
      401,
    );
    const own = await startWithSdk({ secretKey: "sk_test_only" });
    expect(await refusal(own.stripe.customers.list())).toMatchObject({
      statusCode: 401,
      type: "StripeAuthenticationError",
    });
    await own.standIn.close();
  });

  test("a key as the user name of basic authentication works too", async () => {
    const authorization = `Basic ${Buffer.from(`${secretKey}:`).toString("base64")}`;
    expect((await post(standIn, "/v1/customers", "", { authorization })).status).toBe(200);
  });

  test("another API version is refused, and each answer names its own", async () => {
    expect((await post(standIn, "/v1/customers", "", { "stripe-version": "2019-01-01" })).status).toBe(400);
    expect((await post(standIn, "/v1/customers", "")).headers.get("stripe-version")).toBe(apiVersion);
  });

  test("unknown addresses and objects are 404, ids in parameters 400", async () => {
    expect((await post(standIn, "/v1/subscriptions", "")).status).toBe(404);
    expect(await refusal(stripe.charges.retrieve("ch_none"))).toMatchObject({
      statusCode: 404,
      code: "resource_missing",
      param: "id",
    });
    expect(await session({ customer: "cus_none" })).toMatchObject({
      statusCode: 400,
      code: "resource_missing",
      param: "customer",
    });
  });

  test("a deleted customer tells its id alone and takes no checkout", async () => {
    const customer = await stripe.customers.create({ email: "gone@example.com" });
    await stripe.customers.del(customer.id);
    const gone = await stripe.customers.retrieve(customer.id);
    expect(gone).toEqual({ id: customer.id, object: "customer", deleted: true });
    expect(await session({ customer: customer.id })).toMatchObject({ code: "resource_missing" });
  });

  test("a body that is no form, or too large, is refused", async () => {
    const json = await post(standIn, "/v1/customers", "{}", { "content-type": "application/json" });
    expect(json.status).toBe(400);
    expect((await post(standIn, "/v1/customers", `name=${"x".repeat(2_000_000)}`)).status).toBe(413);
    expect((await post(standIn, "/v1/customers", "metadata=a&metadata[b]=c")).status).toBe(400);
  });
});
