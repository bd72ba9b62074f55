import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { StandIn } from "./stand-in";
import { press, type Receiver, startReceiver, startWithSdk, topUp, until } from "./testing";

let standIn: StandIn;
let stripe: Stripe;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  ({ standIn, stripe } = await startWithSdk({
    webhookUrl: receiver.url,
    behaviour: { laterStepMs: null },
  }));
});
afterAll(async () => {
  await standIn.close();
  await receiver.close();
});
beforeEach(() => {
  receiver.events.length = 0;
  receiver.pauseMs = 0;
});

const open = () => stripe.checkout.sessions.create(topUp());
const types = () =>
  receiver.events.map(({ type }) => type).filter((type) => !/^(product|price)\./.test(type));
const page = async (id: string) => (await fetch(`${standIn.url}/c/pay/${id}`)).text();

test("the hosted page shows line items, total and every button, and needs no script", async () => {
  const session = await open();
  const response = await fetch(session.url ?? "");
  const html = await response.text();
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  for (const text of ["Balance", "Tax (11%)", "IDR", "1,110,000", "width=device-width"]) {
    expect(html).toContain(text);
  }
  for (const name of ["Pay", "Pay later then succeed", "Pay later then fail", "Decline", "Cancel"]) {
    expect(html).toContain(`>${name}</button>`);
  }
  expect(html).not.toContain("<script");
});

test("text from outside is shown as text", async () => {
  const name = `<img src=x onerror="alert(1)">`;
  const session = await stripe.checkout.sessions.create(
    topUp({
      line_items: [
        { quantity: 1, price_data: { currency: "idr", unit_amount: 1e8, product_data: { name } } },
      ],
    }),
  );
  expect(await page(session.id)).not.toContain("<img");
});

test("paying completes the session, charges once and redirects with the session's id", async () => {
  const session = await open();
  expect(await press(session, "pay")).toBe(`http://localhost:3000/top-up/return?session=${session.id}`);
  const paid = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ["payment_intent.latest_charge"],
  });
  expect(paid).toMatchObject({
    status: "complete",
    payment_status: "paid",
    amount_total: 111_000_000,
    url: null,
    livemode: false,
    payment_intent: {
      status: "succeeded",
      amount_received: 111_000_000,
      metadata: { purchase: "purchase-1" },
      latest_charge: { paid: true, captured: true, metadata: { purchase: "purchase-1" } },
    },
  });
  await press(`${standIn.url}/c/pay/${session.id}`, "pay");
  expect((await stripe.charges.list({ limit: 100 })).data).toHaveLength(1);
  expect(new Set(types())).toEqual(
    new Set([
      "payment_intent.created",
      "charge.succeeded",
      "payment_intent.succeeded",
      "checkout.session.completed",
    ]),
  );
  expect(await page(session.id)).toContain("This checkout is paid");
});

test("the redirect waits for the webhook's answer", async () => {
  receiver.pauseMs = 300;
  const started = performance.now();
  await press(await open(), "pay");
  expect(performance.now() - started).toBeGreaterThan(290);
});

test("the redirect does not wait longer than it is set to", async () => {
  await standIn.control("behaviour", { redirectWaitMs: 100 });
  receiver.pauseMs = 1500;
  const started = performance.now();
  expect(await press(await open(), "pay")).toContain("/return");
  expect(performance.now() - started).toBeLessThan(1000);
  await standIn.control("behaviour", { redirectWaitMs: 10_000 });
});

test("a delayed payment completes unpaid, and the money arrives later", async () => {
  const session = await open();
  expect(await press(session, "pay_later_succeed")).toContain(session.id);
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
    status: "complete",
    payment_status: "unpaid",
  });
  expect(types()).toContain("checkout.session.completed");
  expect(await page(session.id)).toContain("on its way");
  await standIn.control(`sessions/${session.id}/settle`, { outcome: "succeed" });
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ payment_status: "paid" });
  expect(types()).toContain("checkout.session.async_payment_succeeded");
});

test("a delayed payment can fail later, and stays unpaid", async () => {
  const session = await open();
  await press(session, "pay_later_fail");
  await press(`${standIn.url}/c/pay/${session.id}`, "settle_fail");
  const failed = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
  expect(failed).toMatchObject({
    status: "complete",
    payment_status: "unpaid",
    payment_intent: { status: "requires_payment_method" },
  });
  expect(types()).toContain("checkout.session.async_payment_failed");
});

test("the later step of a delayed payment comes by itself when it is set to", async () => {
  await standIn.control("behaviour", { laterStepMs: 50 });
  const [good, bad] = [await open(), await open()];
  await press(good, "pay_later_succeed");
  await press(bad, "pay_later_fail");
  await until(() => types().includes("checkout.session.async_payment_succeeded"));
  await until(() => types().includes("checkout.session.async_payment_failed"));
  expect(await stripe.checkout.sessions.retrieve(good.id)).toMatchObject({ payment_status: "paid" });
  await standIn.control("behaviour", { laterStepMs: null });
});

test("a declined card leaves the session open for another try, in one payment intent", async () => {
  const session = await open();
  expect(await press(session, "decline")).toBe(`/c/pay/${session.id}`);
  expect(await page(session.id)).toContain("Your card was declined.");
  const declined = await stripe.checkout.sessions.retrieve(session.id);
  expect(declined).toMatchObject({ status: "open", payment_status: "unpaid" });
  expect(types()).toContain("payment_intent.payment_failed");
  await press(session, "pay");
  const paid = await stripe.checkout.sessions.retrieve(session.id);
  expect(paid).toMatchObject({ payment_status: "paid", payment_intent: declined.payment_intent });
});

test("cancel goes back and leaves the session open", async () => {
  const session = await open();
  expect(await press(session, "cancel")).toBe("http://localhost:3000/top-up");
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: "open" });
});

test("an expired session cannot be paid, and a paid one cannot expire", async () => {
  const session = await open();
  await standIn.control(`sessions/${session.id}/expire`);
  expect(types()).toContain("checkout.session.expired");
  expect(await page(session.id)).toContain("has expired");
  await press(`${standIn.url}/c/pay/${session.id}`, "pay");
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
    status: "expired",
    payment_status: "unpaid",
  });
  const paid = await open();
  await standIn.control(`sessions/${paid.id}/complete`);
  await expect(stripe.checkout.sessions.expire(paid.id)).rejects.toThrow(/can be expired/);
});

test("a session ends by itself when its time has come", async () => {
  const session = await open();
  await standIn.control(`objects/${session.id}`, { expires_at: session.created - 1 });
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: "expired" });
});

test("controls complete, complete later and decline without the page", async () => {
  const [paid, later, declined] = [await open(), await open(), await open()];
  const answer = await standIn.control(`sessions/${paid.id}/complete`);
  expect(answer.result).toMatchObject({ id: paid.id, payment_status: "paid" });
  expect(answer.events.map(({ type }) => type)).toContain("checkout.session.completed");
  expect(await standIn.control(`sessions/${later.id}/complete-later`)).toMatchObject({
    result: { status: "complete", payment_status: "unpaid" },
  });
  expect(await standIn.control(`sessions/${declined.id}/decline`)).toMatchObject({
    result: { status: "open" },
  });
  await expect(standIn.control("sessions/cs_none/complete")).rejects.toThrow(/No such checkout.session/);
  await expect(standIn.control("nothing")).rejects.toThrow(/There is no/);
});

test("a session that excludes delayed methods, or allows cards alone, offers no paying later", async () => {
  for (const limit of [
    { excluded_payment_method_types: ["customer_balance" as const] },
    { allowed_payment_method_types: ["card" as const] },
  ]) {
    const session = await stripe.checkout.sessions.create(topUp(limit));
    expect(session).toMatchObject({ ...limit, payment_method_types: ["card"] });
    expect(await page(session.id)).not.toContain("Pay later");
    await press(session, "pay_later_succeed");
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: "open" });
  }
});

test("a free checkout is complete without a payment", async () => {
  const free = {
    quantity: 1,
    price_data: { currency: "idr", unit_amount: 0, product_data: { name: "Free" } },
  };
  const session = await stripe.checkout.sessions.create(topUp({ line_items: [free] }));
  await press(session, "pay");
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
    payment_status: "no_payment_required",
    payment_intent: null,
  });
});

test("a page of another site can neither pay nor control", async () => {
  const session = await open();
  const headers = { origin: "https://elsewhere.example" };
  for (const address of [`/c/pay/${session.id}`, `/_stand-in/sessions/${session.id}/complete`]) {
    const body = new URLSearchParams({ act: "pay" });
    const response = await fetch(`${standIn.url}${address}`, { method: "POST", headers, body });
    expect(response.status).toBe(403);
  }
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: "open" });
});

test("the overview lists sessions, and its buttons come back to it", async () => {
  const session = await open();
  const html = await (await fetch(`${standIn.url}/_stand-in/`)).text();
  expect(html).toContain(`/_stand-in/sessions/${session.id}/complete`);
  const response = await fetch(`${standIn.url}/_stand-in/sessions/${session.id}/complete`, {
    method: "POST",
    redirect: "manual",
    headers: { accept: "text/html", origin: standIn.url },
    body: new URLSearchParams(),
  });
  expect(response.headers.get("location")).toBe("/_stand-in/");
  const paid = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ["payment_intent.latest_charge"],
  });
  const { latest_charge } = paid.payment_intent as Stripe.PaymentIntent;
  const receipt = await fetch((latest_charge as Stripe.Charge).receipt_url ?? "");
  expect(await receipt.text()).toContain("Test receipt");
});
