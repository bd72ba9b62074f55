import type Stripe from "stripe";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { StandIn } from "./stand-in";
import { press, type Receiver, startReceiver, startWithSdk, topUp, until } from "./testing";
import type { Delivery } from "./web/delivery";
import { signatureHeader } from "./web/signature";
import type { DeliverySwitches } from "./web/switches";

const completed = "checkout.session.completed";

let standIn: StandIn;
let stripe: Stripe;
let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
  ({ standIn, stripe } = await startWithSdk({
    webhookUrl: receiver.url,
    retryDelaysMs: [20, 20],
    behaviour: { laterStepMs: null },
  }));
});
afterEach(async () => {
  await standIn.close();
  await receiver.close();
});

/** Pays a session with the switches set. @returns its id */
async function pay(switches: Partial<DeliverySwitches> = {}): Promise<string> {
  const { id } = await stripe.checkout.sessions.create(topUp());
  await until(() => receiver.events.length === 4);
  receiver.events.length = 0;
  await standIn.control("delivery", switches);
  await standIn.control(`sessions/${id}/complete`);
  return id;
}

const types = () => receiver.events.map(({ type }) => type);
const count = (type: string) => types().filter((other) => other === type).length;
const deliveries = async (type = completed) =>
  (await standIn.control("deliveries", { type }, "GET")).result as Delivery[];

test("each event is signed, and reaches the door once", async () => {
  const id = await pay();
  expect(types().sort()).toEqual([
    "charge.succeeded",
    completed,
    "payment_intent.created",
    "payment_intent.succeeded",
  ]);
  const event = receiver.events.find(({ type }) => type === completed);
  expect(event).toMatchObject({
    api_version: "2026-10-28.endive",
    livemode: false,
    data: { object: { id } },
  });
  const fetched = await stripe.events.retrieve(event?.id ?? "");
  expect(fetched.data.object).toEqual(event?.data.object);
  expect([event?.pending_webhooks, fetched.pending_webhooks]).toEqual([1, 0]);
  expect(await deliveries()).toMatchObject([{ outcome: "delivered", attempt: 1, status: 200 }]);
});

test("two secrets in force give two signatures", () => {
  const header = signatureHeader("{}", ["whsec_old", "whsec_new"], 1_800_000_000);
  expect(header).toMatch(/^t=1800000000,v1=[0-9a-f]{64},v1=[0-9a-f]{64}$/);
});

test("duplicate: an event arrives so many times more, at once", async () => {
  await pay({ duplicate: 19, types: [completed] });
  expect(count(completed)).toBe(20);
  expect(count("charge.succeeded")).toBe(1);
  expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(4);
});

test("reorder: the events of one step arrive last first", async () => {
  receiver.pauseMs = 20;
  await pay({ reorder: true });
  expect(types()).toEqual([
    completed,
    "payment_intent.succeeded",
    "charge.succeeded",
    "payment_intent.created",
  ]);
});

test("hold and release in reverse: events of several steps arrive last first", async () => {
  const { id } = await stripe.checkout.sessions.create(topUp());
  await until(() => receiver.events.length === 4);
  receiver.events.length = 0;
  await standIn.control("delivery", { hold: true });
  await standIn.control(`sessions/${id}/complete-later`);
  await standIn.control(`sessions/${id}/settle`, { outcome: "succeed" });
  expect(types()).toEqual([]);
  const { result } = await standIn.control("deliveries/release", { order: "reverse" });
  expect(result).toEqual({ released: 7 });
  await until(() => receiver.events.length === 7);
  expect(types()[0]).toBe("checkout.session.async_payment_succeeded");
  expect(types().indexOf(completed)).toBeGreaterThan(0);
});

test("delay: the event comes later, and the payer is not kept waiting", async () => {
  await standIn.control("delivery", { delayMs: 1000 });
  const session = await stripe.checkout.sessions.create(topUp());
  receiver.events.length = 0;
  const started = performance.now();
  await press(session, "pay");
  expect(performance.now() - started).toBeLessThan(900);
  expect(types()).toEqual([]);
  await until(() => count(completed) === 1);
});

test("lose: the event is recorded and can be listed, but never arrives until it is sent again", async () => {
  await pay({ lose: true });
  expect(types()).toEqual([]);
  const [event] = (await stripe.events.list({ type: completed })).data;
  expect(event?.pending_webhooks).toBe(1);
  expect((await stripe.events.list({ delivery_success: false, limit: 100 })).data).toHaveLength(4);
  const { result } = await standIn.control(`events/${event?.id}/redeliver`, { copies: 3 });
  expect(result).toMatchObject([{ status: 200 }, { status: 200 }, { status: 200 }]);
  expect(types()).toEqual([completed, completed, completed]);
});

test("retry: a good answer is taken for lost, and the same event is sent again", async () => {
  await pay({ retry: 2, types: [completed] });
  await until(() => count(completed) === 3);
  expect((await deliveries()).map(({ outcome }) => outcome)).toEqual([
    "answer_lost",
    "answer_lost",
    "delivered",
  ]);
});

test("an answer that is not 2xx is retried, and given up after the last delay", async () => {
  const { id } = await stripe.checkout.sessions.create(topUp());
  await until(() => receiver.events.length === 4);
  await standIn.control("delivery", { lose: true, types: ["payment_intent.created", "charge.succeeded"] });
  receiver.answers = Array.from({ length: 20 }, () => 500);
  await standIn.control(`sessions/${id}/complete`);
  await until(async () => (await deliveries()).length === 3);
  expect(await deliveries()).toMatchObject([
    { outcome: "refused", attempt: 1, status: 500 },
    { outcome: "refused", attempt: 2 },
    { outcome: "refused", attempt: 3 },
  ]);
});

test("a switch can hold for so many events only", async () => {
  await pay({ lose: true, types: [completed], times: 1 });
  expect(count(completed)).toBe(0);
  const { id } = await stripe.checkout.sessions.create(topUp());
  await standIn.control(`sessions/${id}/complete`);
  expect(count(completed)).toBe(1);
});

test("switches given at the start hold from the start; unknown ones are refused", async () => {
  const other = await startWithSdk({ webhookUrl: receiver.url, deliver: { lose: true } });
  await other.stripe.customers.create({});
  const lost = async () => (await other.standIn.control("deliveries", {}, "GET")).result as Delivery[];
  await until(async () => (await lost()).map(({ outcome }) => outcome).join() === "lost");
  expect(receiver.events).toEqual([]);
  await other.standIn.close();
  await expect(standIn.control("delivery", { loose: true })).rejects.toThrow(/unknown switch loose/);
  await expect(standIn.control("delivery", { duplicate: -1 })).rejects.toThrow(/duplicate cannot be -1/);
});

test("a control waits for the webhooks it causes, unless it is told not to", async () => {
  const { id } = await stripe.checkout.sessions.create(topUp());
  await until(() => receiver.events.length === 4);
  receiver.pauseMs = 1000;
  const { result, events } = await standIn.control(`sessions/${id}/complete`, { wait: false });
  expect(result).toMatchObject({ payment_status: "paid" });
  expect(events).toHaveLength(4);
  expect(await deliveries()).toEqual([]);
  await until(async () => (await deliveries()).length === 1);
});

test("webhooks go where they are pointed to, also when the app starts last", async () => {
  const other = await startWithSdk({ webhookSecret: undefined });
  await other.stripe.customers.create({});
  await other.standIn.control("webhook", { url: receiver.url, secret: "whsec_stand_in" });
  await other.stripe.customers.create({});
  await until(() => types().join() === "customer.created");
  await other.standIn.close();
});

test("an app that is down is unreachable, and is tried again", async () => {
  await standIn.control("webhook", { url: "http://127.0.0.1:9/none" });
  await stripe.customers.create({});
  await until(async () => (await deliveries("customer.created")).length === 3);
  expect((await deliveries("customer.created")).map(({ outcome }) => outcome)).toEqual([
    "unreachable",
    "unreachable",
    "unreachable",
  ]);
});
