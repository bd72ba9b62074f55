import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Stripe from "stripe";
import { afterAll, beforeAll, expect, test } from "vitest";
import { typeOf } from "./api/expansion";
import { departures } from "./sdk/object-check";
import { sdkShape } from "./sdk/shapes";
import { apiVersion } from "./sdk/version";
import type { StandIn } from "./stand-in";
import { lineItem, press, secretKey, startWithSdk, topUp } from "./testing";

type Answer = { id: string; object: string; data: Answer[]; type: string; [name: string]: unknown };

let standIn: StandIn;
let stripe: Stripe;

/** Plays everything that can happen once, so that each kind of object and event exists. */
beforeAll(async () => {
  ({ standIn, stripe } = await startWithSdk({ behaviour: { laterStepMs: null } }));
  const customer = await stripe.customers.create({
    email: "billing@example.com",
    name: "Example Trading",
    address: { line1: "Jalan Contoh 1", country: "ID" },
    tax_id_data: [{ type: "id_npwp", value: "01.234.567.8-901.234" }],
  });
  await stripe.customers.update(customer.id, { name: "Example Trading Ltd" });
  const open = () => stripe.checkout.sessions.create(topUp({ customer: customer.id }));
  const paid = await open();
  await press(paid, "decline");
  await press(paid, "pay");
  for (const act of ["pay_later_succeed", "pay_later_fail"]) {
    const session = await open();
    await press(session, act);
    await press(`${standIn.url}/c/pay/${session.id}`, act.replace("pay_later", "settle"));
  }
  await stripe.checkout.sessions.expire((await open()).id);
  await press(await stripe.checkout.sessions.create(topUp({ customer_creation: "always" })), "pay");
  await playRefundsAndDisputes(paid.id);
  await playOtherObjects(customer.id);
}, 30_000);

afterAll(() => standIn.close());

async function playRefundsAndDisputes(session: string): Promise<void> {
  const { payment_intent } = await stripe.checkout.sessions.retrieve(session);
  const refund = (amount: number) =>
    stripe.refunds.create({ payment_intent: String(payment_intent), amount });
  await stripe.refunds.update((await refund(1_000_000)).id, { metadata: { note: "half" } });
  await standIn.control(`refunds/${(await refund(2_000_000)).id}/fail`);
  await standIn.control("behaviour", { refunds: "pending" });
  await standIn.control(`refunds/${(await refund(3_000_000)).id}/succeed`);
  await standIn.control("behaviour", { refunds: "require_action" });
  await refund(4_000_000);
  await stripe.refunds.cancel((await refund(5_000_000)).id);
  await standIn.control("behaviour", { refunds: "succeed" });
  const opened = await standIn.control("disputes", { session, inquiry: true });
  const { id } = opened.result as Stripe.Dispute;
  await standIn.control(`disputes/${id}/escalate`);
  await stripe.disputes.update(id, { evidence: { product_description: "Prepaid messages" } });
  await standIn.control(`disputes/${id}/win`);
  const lost = (await standIn.control("disputes", { session, amount: 50_000_000 })).result as Stripe.Dispute;
  await stripe.disputes.close(lost.id);
}

async function playOtherObjects(customer: string): Promise<void> {
  const product = await stripe.products.create({ name: "Messages" });
  await stripe.products.update(product.id, { name: "More messages" });
  const price = await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: 1500 });
  await stripe.prices.update(price.id, { nickname: "plain" });
  await stripe.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount_decimal: Stripe.Decimal.from("12.5"),
  });
  const method = await stripe.paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
  await stripe.paymentMethods.attach(method.id, { customer });
  const sepa = await stripe.paymentMethods.create({
    type: "sepa_debit",
    sepa_debit: { iban: "AT611904300234573201" },
    billing_details: { name: "Example Trading", email: "billing@example.com" },
  });
  const intent = (extra: Partial<Stripe.PaymentIntentCreateParams>) =>
    stripe.paymentIntents.create({ amount: 2000, currency: "eur", ...extra });
  await intent({ confirm: true, payment_method: sepa.id });
  await stripe.paymentIntents.cancel((await intent({})).id);
  const held = await intent({ capture_method: "manual", confirm: true, payment_method: "pm_card_visa" });
  await stripe.paymentIntents.capture(held.id);
  await intent({ confirm: true, payment_method: "pm_card_authenticationRequired" });
  await stripe.customers.del((await stripe.customers.create({ email: "gone@example.com" })).id);
}

async function get(address: string): Promise<Answer> {
  const response = await fetch(`${standIn.url}${address}`, {
    headers: { authorization: `Bearer ${secretKey}` },
  });
  return response.json();
}

const lists = [
  "checkout/sessions",
  "payment_intents",
  "charges",
  "refunds",
  "disputes",
  "customers",
  "products",
  "prices",
  "payment_methods",
  "balance_transactions",
];

test.each(lists)(
  "every object of /v1/%s has exactly the fields, nulls and words of the SDK's type",
  async (name) => {
    const { data } = await get(`/v1/${name}?limit=100`);
    expect(data.length).toBeGreaterThan(0);
    expect(data.flatMap((object) => departures(object, typeOf(object.object), object.id))).toEqual([]);
    for (const { id, object } of data.slice(0, 5)) {
      const single = await get(`/v1/${name}/${id}`);
      expect(single.id).toBe(id);
      expect(departures(single, typeOf(object), id)).toEqual([]);
    }
  },
);

const expansions = [
  "checkout/sessions?expand[]=data.line_items&expand[]=data.customer&expand[]=data.payment_intent.latest_charge",
  "payment_intents?expand[]=data.latest_charge.balance_transaction&expand[]=data.payment_method",
  "charges?expand[]=data.refunds&expand[]=data.payment_intent.customer&expand[]=data.customer",
  "refunds?expand[]=data.charge.payment_intent&expand[]=data.balance_transaction",
  "disputes?expand[]=data.charge&expand[]=data.payment_intent",
  "customers?expand[]=data.tax_ids",
  "prices?expand[]=data.product",
  "balance_transactions?expand[]=data.source",
];

test.each(expansions)("objects inside others keep to the SDK's types: %s", async (address) => {
  const { data } = await get(`/v1/${address}&limit=100`);
  expect(data.length).toBeGreaterThan(0);
  expect(data.flatMap((object) => departures(object, typeOf(object.object), object.id))).toEqual([]);
  expect(JSON.stringify(data)).toMatch(/"object":"(line_item|item|charge|refund|customer|tax_id|product)"/);
});

test("every event has the fields of its own type in the SDK, its object included", async () => {
  const { data } = await get("/v1/events?limit=100");
  const more = await get(`/v1/events?limit=100&starting_after=${data.at(-1)?.id}`);
  const events = [...data, ...more.data];
  for (const event of events) {
    expect(departures(event, sdkShape(`Events:${interfaceOf(event.type)}`), event.type)).toEqual([]);
  }
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(eventTypes));
});

function interfaceOf(type: string): string {
  const words = type.split(/[._]/).map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
  return `${words.join("")}Event`;
}

const eventTypes = [
  "charge.captured",
  "charge.dispute.closed",
  "charge.dispute.created",
  "charge.dispute.funds_reinstated",
  "charge.dispute.funds_withdrawn",
  "charge.dispute.updated",
  "charge.failed",
  "charge.pending",
  "charge.refund.updated",
  "charge.refunded",
  "charge.succeeded",
  "checkout.session.async_payment_failed",
  "checkout.session.async_payment_succeeded",
  "checkout.session.completed",
  "checkout.session.expired",
  "customer.created",
  "customer.deleted",
  "customer.tax_id.created",
  "customer.updated",
  "payment_intent.amount_capturable_updated",
  "payment_intent.canceled",
  "payment_intent.created",
  "payment_intent.payment_failed",
  "payment_intent.processing",
  "payment_intent.requires_action",
  "payment_intent.succeeded",
  "payment_method.attached",
  "price.created",
  "price.updated",
  "product.created",
  "product.updated",
  "refund.created",
  "refund.failed",
  "refund.updated",
];

test("the compiler itself takes the objects for the SDK's types", async () => {
  const types: Record<string, string> = {
    "checkout/sessions": "Checkout.Session",
    payment_intents: "PaymentIntent",
    charges: "Charge",
    refunds: "Refund",
    disputes: "Dispute",
    customers: "Customer",
    balance_transactions: "BalanceTransaction",
    payment_methods: "PaymentMethod",
  };
  const parts = await Promise.all(
    Object.entries(types).map(async ([name, type], at) => {
      const { data } = await get(`/v1/${name}?limit=100`);
      return `export const part${at}: Stripe.${type}[] = ${JSON.stringify(data, null, 1)};`;
    }),
  );
  mkdirSync(".data", { recursive: true });
  const folder = mkdtempSync(join(".data", "stripe-objects-"));
  try {
    const file = join(folder, "objects.ts");
    writeFileSync(file, `import type Stripe from "stripe";\n${parts.join("\n")}\n`);
    const options =
      "--noEmit --strict --exactOptionalPropertyTypes --skipLibCheck --ignoreConfig --types node";
    const resolution = "--module esnext --moduleResolution bundler --target es2023";
    execFileSync("node_modules/.bin/tsc", [...`${options} ${resolution}`.split(" "), file], {
      stdio: "pipe",
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 30_000);

test("a departure from the SDK's types is found: missing, null, unknown, or a word outside the list", async () => {
  const session = await stripe.checkout.sessions.create(topUp({ line_items: [lineItem("jpy", 5000)] }));
  const sent: Record<string, unknown> = JSON.parse(JSON.stringify(session));
  const { created: _, ...short } = sent;
  const shape = sdkShape("Checkout/Sessions:Session");
  expect(departures(sent, shape)).toEqual([]);
  expect(departures(short, shape)).toEqual([".created is missing"]);
  expect(departures({ ...sent, livemode: null }, shape)).toHaveLength(1);
  expect(departures({ ...sent, surprise: 1 }, shape)).toEqual([".surprise is not a field of Session"]);
  expect(departures({ ...sent, payment_status: "settled" }, shape)).toHaveLength(1);
  expect(departures({ ...sent, customer: { object: "charge" } }, shape)).not.toEqual([]);
});

test("the stand-in speaks the version that the SDK pins", () => {
  expect(apiVersion).toBe(Stripe.API_VERSION);
});
