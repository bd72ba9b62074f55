import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StandIn } from "./stand-in";
import { post, refusal, sdkFor, startWithSdk, topUp } from "./testing";

let standIn: StandIn;
let stripe: Stripe;

beforeAll(async () => {
  ({ standIn, stripe } = await startWithSdk());
});
afterAll(() => standIn.close());

describe("idempotency keys", () => {
  test("the same key and body answer alike, whatever the order of the fields, and make one object", async () => {
    const first = await post(standIn, "/v1/customers", "name=A&email=a%40example.com", {
      "idempotency-key": "one",
    });
    const again = await post(standIn, "/v1/customers", "email=a%40example.com&name=A", {
      "idempotency-key": "one",
    });
    expect(again.body).toEqual(first.body);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.headers.get("original-request")).toBe(first.headers.get("request-id"));
  });

  test("twenty parallel requests with one key open one session", async () => {
    const requests = Array.from({ length: 20 }, () =>
      stripe.checkout.sessions.create(topUp(), { idempotencyKey: "topup:1:v1" }),
    );
    expect(new Set((await Promise.all(requests)).map(({ id }) => id)).size).toBe(1);
  });

  test("the same key with another body or address is an idempotency_error", async () => {
    const create = (name: string) => stripe.customers.create({ name }, { idempotencyKey: "two" });
    await create("A");
    const other = { statusCode: 400, rawType: "idempotency_error", type: "StripeIdempotencyError" };
    expect(await refusal(create("B"))).toMatchObject(other);
    const product = stripe.products.create({ name: "A" }, { idempotencyKey: "two" });
    expect(await refusal(product)).toMatchObject(other);
  });

  test("a key keeps the refusal of an endpoint, but not that of a bad parameter", async () => {
    const refund = (charge: string) => stripe.refunds.create({ charge }, { idempotencyKey: "three" });
    expect(await refusal(refund("ch_none"))).toMatchObject({ code: "resource_missing" });
    const again = await post(standIn, "/v1/refunds", "charge=ch_none", { "idempotency-key": "three" });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    await post(standIn, "/v1/customers", "wrong=1", { "idempotency-key": "four" });
    expect((await post(standIn, "/v1/customers", "name=A", { "idempotency-key": "four" })).status).toBe(200);
  });
});

describe("lists and expansion", () => {
  test("pages go on in both directions, newest first, without a gap", async () => {
    const product = await stripe.products.create({ name: "Pages" });
    const made: string[] = [];
    for (let at = 0; at < 7; at += 1) {
      made.unshift(
        (await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: 100 + at })).id,
      );
    }
    const first = await stripe.prices.list({ product: product.id, limit: 3 });
    expect(first).toMatchObject({ object: "list", url: "/v1/prices", has_more: true });
    expect(first.data.map(({ id }) => id)).toEqual(made.slice(0, 3));
    const before = await stripe.prices.list({ product: product.id, limit: 2, ending_before: made[4] ?? "" });
    expect(before.data.map(({ id }) => id)).toEqual(made.slice(2, 4));
    expect(before.has_more).toBe(true);
    const all = await stripe.prices.list({ product: product.id, limit: 3 }).autoPagingToArray({ limit: 100 });
    expect(all.map(({ id }) => id)).toEqual(made);
  });

  test("a limit outside 1 to 100, or an unknown cursor, is refused", async () => {
    for (const limit of [0, 101]) {
      expect(await refusal(stripe.customers.list({ limit }))).toMatchObject({ param: "limit" });
    }
    expect(await refusal(stripe.customers.list({ starting_after: "cus_none" }))).toMatchObject({
      code: "resource_missing",
    });
  });

  test("lists are filtered by customer, status and time", async () => {
    const customer = (await stripe.customers.create({ email: "filter@example.com" })).id;
    const open = await stripe.checkout.sessions.create(topUp({ customer }));
    const gone = await stripe.checkout.sessions.create(topUp({ customer }));
    await stripe.checkout.sessions.expire(gone.id);
    const ids = async (params: Stripe.Checkout.SessionListParams) =>
      (await stripe.checkout.sessions.list({ customer, ...params })).data.map(({ id }) => id);
    expect(await ids({})).toEqual([gone.id, open.id]);
    expect(await ids({ status: "open" })).toEqual([open.id]);
    expect(await ids({ created: { gte: open.created } })).toHaveLength(2);
    expect(await ids({ created: { lt: open.created } })).toEqual([]);
    expect((await stripe.events.list({ types: ["checkout.session.expired"] })).data).not.toEqual([]);
  });

  test("ids unfold into objects, in lists and through several levels; other names are refused", async () => {
    const customer = (await stripe.customers.create({ email: "unfold@example.com" })).id;
    const made = await stripe.checkout.sessions.create(
      topUp({ customer, expand: ["customer", "line_items.data.price.product"] }),
    );
    expect(made.customer).toMatchObject({ email: "unfold@example.com" });
    expect(made.line_items?.data[0]?.price?.product).toMatchObject({ name: "Balance" });
    const plain = await stripe.checkout.sessions.retrieve(made.id);
    expect(plain.customer).toBe(customer);
    expect(plain.line_items).toBeUndefined();
    const list = await stripe.checkout.sessions.list({ customer, expand: ["data.customer"] });
    expect(list.data[0]?.customer).toMatchObject({ id: customer });
    const items = await stripe.checkout.sessions.listLineItems(made.id, { limit: 1 });
    expect(items).toMatchObject({ has_more: true, data: [{ amount_total: 100_000_000 }] });
    const wrong = stripe.checkout.sessions.retrieve(made.id, { expand: ["metadata"] });
    expect(await refusal(wrong)).toMatchObject({ param: "expand" });
  });
});

describe("outages", () => {
  const patient = () => sdkFor(standIn, { maxNetworkRetries: 2 });
  const customers = async () => (await stripe.customers.list({ limit: 100 })).data.length;

  test.each(["error", "cut_before", "cut_after"])(
    "after %s the SDK tries again and one object is made",
    async (kind) => {
      const before = await customers();
      await standIn.control("outage", { kind, times: 1, path: "POST /v1/customers" });
      await patient().customers.create({ name: kind }, { idempotencyKey: `outage:${kind}` });
      expect(await customers()).toBe(before + 1);
    },
  );

  test("too many requests are 429, which the SDK passes on", async () => {
    await standIn.control("outage", { kind: "rate_limit" });
    expect(await refusal(patient().customers.list())).toMatchObject({ statusCode: 429, code: "rate_limit" });
    await standIn.control("outage", {}, "DELETE");
    await expect(stripe.customers.list()).resolves.toBeDefined();
  });

  test("an answer that never comes meets the client's time limit", async () => {
    await standIn.control("outage", { kind: "hang", times: 1 });
    const impatient = sdkFor(standIn, { maxNetworkRetries: 0, timeout: 200 });
    expect(await refusal(impatient.customers.list())).toMatchObject({ type: "StripeConnectionError" });
  });
});
