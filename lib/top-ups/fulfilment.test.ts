import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { POST } from "@/app/api/webhooks/stripe/route";
import { closeDatabases, inOrganization, rawSql } from "@/db/client";
import { systemNow } from "@/lib/time/clock";
import type { StandIn } from "@/scripts/stripe-stand-in/stand-in";
import { fulfil } from "./fulfilment";
import { listAllPurchases } from "./history/history";
import { closeQuarantine } from "./quarantine";
import { sweepPurchases } from "./sweep";
import {
  brokenInvariants,
  buyerOf,
  type Client,
  type Door,
  newClient,
  openDoor,
  operator,
  startPurchase,
  startStripe,
  stateOf,
} from "./testing";
import { cancelTopUp, returnFromCheckout } from "./top-ups";

const MILLION = 1_000_000_000_000n;
let stripe: StandIn;
let door: Door;

beforeAll(async () => {
  stripe = await startStripe();
  door = await openDoor(stripe, POST);
});
afterEach(async () => {
  await stripe.control("delivery", {}, "DELETE");
  await stripe.control("outage", {}, "DELETE");
  expect(await brokenInvariants()).toEqual([]);
});
afterAll(async () => {
  await door.close();
  await stripe.close();
  await closeDatabases();
});

const creditedOnce = {
  additional: MILLION,
  receipts: 1,
  mails: 1,
  transfers: [["top_up", 1_000_000n]],
  purchases: [{ status: "paid", quarantined: false }],
};
const untouched = { additional: 0n, visitors: 0, receipts: 0, mails: 0, transfers: [] };

const later = (minutes: number) => new Date(systemNow().getTime() + minutes * 60_000);
const complete = (session: string) => stripe.control(`sessions/${session}/complete`);
const eventOf = (events: { id: string; type: string }[], type: string) =>
  events.find((event) => event.type === type)?.id ?? "";

describe("a payment is credited exactly once", () => {
  test("both products, with one receipt and one mail, however often it is looked at · T2 T6", async () => {
    await stripe.control("delivery", { lose: true });
    const client = await newClient();
    const { session } = await startPurchase(client, { blocks: 2, balance: "1500000" });
    expect(await fulfil(session)).toMatchObject({ outcome: "unpaid" });
    expect(await stateOf(client)).toMatchObject({ ...untouched, purchases: [{ status: "open" }] });
    await complete(session);
    expect(await fulfil(session)).toMatchObject({ outcome: "credited" });
    expect(await fulfil(session)).toMatchObject({ outcome: "settled" });
    expect(await stateOf(client)).toMatchObject({
      additional: 1_500_000_000_000n,
      visitors: 1_000,
      receipts: 1,
      mails: 1,
      transfers: [["top_up", 1_500_000n]],
      purchases: [{ status: "paid", visitors_month: "2026-11" }],
    });
  });

  test("when one event is delivered twenty times at once · T2", async () => {
    await stripe.control("delivery", { lose: true });
    const client = await newClient();
    const { session } = await startPurchase(client);
    const { events } = await complete(session);
    await stripe.control("delivery", {}, "DELETE");
    door.answers.length = 0;
    await stripe.control(`events/${eventOf(events, "checkout.session.completed")}/redeliver`, { copies: 20 });
    expect(door.answers).toEqual(Array.from({ length: 20 }, () => 200));
    expect(await stateOf(client)).toMatchObject(creditedOnce);
  });

  test("when webhook, return page and sweep come at once · T2", async () => {
    await stripe.control("delivery", { lose: true });
    const client = await newClient();
    const { session } = await startPurchase(client);
    const { events } = await complete(session);
    await stripe.control("delivery", {}, "DELETE");
    const event = eventOf(events, "checkout.session.completed");
    await Promise.all([
      stripe.control(`events/${event}/redeliver`, { copies: 5 }),
      ...Array.from({ length: 5 }, () => returnFromCheckout(buyerOf(client), session)),
      ...Array.from({ length: 3 }, () => sweepPurchases(later(5))),
      ...Array.from({ length: 7 }, () => fulfil(session)),
    ]);
    expect(await stateOf(client)).toMatchObject(creditedOnce);
  });

  test("when the return page is never opened · T2", async () => {
    const client = await newClient();
    const { session } = await startPurchase(client);
    await complete(session);
    expect(await stateOf(client)).toMatchObject(creditedOnce);
  });

  test("when every webhook is lost: a later look finds it · T2", async () => {
    await stripe.control("delivery", { lose: true });
    const client = await newClient();
    const { session } = await startPurchase(client);
    await complete(session);
    expect(await stateOf(client)).toMatchObject(untouched);
    await sweepPurchases(later(5));
    expect(await stateOf(client)).toMatchObject(creditedOnce);
    await sweepPurchases(later(600));
    expect(await stateOf(client)).toMatchObject(creditedOnce);
  });

  test("when events arrive in reverse, doubled, and once more later · T2", async () => {
    await stripe.control("delivery", { reorder: true, duplicate: 2 });
    const client = await newClient();
    const { session } = await startPurchase(client);
    const { events } = await stripe.control(`sessions/${session}/complete-later`);
    expect(await stateOf(client)).toMatchObject({ ...untouched, purchases: [{ status: "pending" }] });
    await stripe.control(`sessions/${session}/settle`);
    await stripe.control(`events/${eventOf(events, "checkout.session.completed")}/redeliver`, { copies: 3 });
    expect(await stateOf(client)).toMatchObject(creditedOnce);
  });

  test("when the answer to the provider gets lost and it sends again", async () => {
    await stripe.control("delivery", { retry: 1, types: ["checkout.session.completed"] });
    const client = await newClient();
    const { session } = await startPurchase(client);
    const { events } = await complete(session);
    const event = eventOf(events, "checkout.session.completed");
    await expect
      .poll(async () => (await stripe.control("deliveries", { event }, "GET")).result)
      .toHaveLength(2);
    expect(await stateOf(client)).toMatchObject(creditedOnce);
  });

  test("when the provider cannot be asked at first: the event is answered with a fault and comes again · T2", async () => {
    await stripe.control("delivery", { lose: true });
    const client = await newClient();
    const { session } = await startPurchase(client);
    const { events } = await complete(session);
    await stripe.control("delivery", {}, "DELETE");
    await stripe.control("outage", { kind: "error", path: `GET /v1/checkout/sessions/${session}` });
    const event = eventOf(events, "checkout.session.completed");
    door.answers.length = 0;
    await stripe.control(`events/${event}/redeliver`);
    expect(door.answers).toEqual([500]);
    expect(await stateOf(client)).toMatchObject(untouched);
    await stripe.control("outage", {}, "DELETE");
    await stripe.control(`events/${event}/redeliver`);
    expect(door.answers).toEqual([500, 200]);
    expect(await stateOf(client)).toMatchObject(creditedOnce);
  });

  test("paid is paid, also after the purchase had expired here · T2", async () => {
    await stripe.control("delivery", { lose: true });
    const client = await newClient();
    const { session } = await startPurchase(client);
    await inOrganization(
      client.id,
      (tx) => rawSql(tx)`update purchases set status = 'expired' where organization_id = ${client.id}`,
    );
    await complete(session);
    await fulfil(session);
    expect(await stateOf(client)).toMatchObject(creditedOnce);
  });

  test("a purchase whose page was written down by nobody is found by what the provider tells back", async () => {
    await stripe.control("delivery", { lose: true });
    const client = await newClient();
    const { session } = await startPurchase(client);
    await inOrganization(
      client.id,
      (tx) => rawSql(tx)`
        update purchases set checkout_reference = null, checkout_url = null where organization_id = ${client.id}`,
    );
    await complete(session);
    expect(await fulfil(session)).toMatchObject({ outcome: "credited" });
    expect(await stateOf(client)).toMatchObject(creditedOnce);
  });
});

describe("what is not paid credits nothing", () => {
  test("a delayed payment is pending, and failed when the money does not come · T2", async () => {
    const client = await newClient();
    const { session } = await startPurchase(client);
    await stripe.control(`sessions/${session}/complete-later`, { outcome: "fail" });
    expect(await stateOf(client)).toMatchObject({ ...untouched, purchases: [{ status: "pending" }] });
    await stripe.control(`sessions/${session}/settle`, { outcome: "fail" });
    expect(await stateOf(client)).toMatchObject({ ...untouched, purchases: [{ status: "failed" }] });
  });

  test("a decline leaves the page open and is told; the next attempt pays · T2", async () => {
    const client = await newClient();
    const { session } = await startPurchase(client);
    await stripe.control(`sessions/${session}/decline`);
    await fulfil(session);
    expect(await stateOf(client)).toMatchObject({
      ...untouched,
      purchases: [{ status: "open", failure: "Your card was declined." }],
    });
    await complete(session);
    expect(await stateOf(client)).toMatchObject(creditedOnce);
  });

  test("an expired page ends the purchase · T2", async () => {
    const client = await newClient();
    const { session } = await startPurchase(client);
    await stripe.control(`sessions/${session}/expire`);
    expect(await stateOf(client)).toMatchObject({ ...untouched, purchases: [{ status: "expired" }] });
  });

  test("a purchase that the buyer cancels can no longer be paid", async () => {
    const client = await newClient();
    const { session, purchaseId } = await startPurchase(client);
    await cancelTopUp(buyerOf(client), purchaseId);
    expect(await stateOf(client)).toMatchObject({ ...untouched, purchases: [{ status: "expired" }] });
    await complete(session).catch(() => null);
    expect(await stateOf(client)).toMatchObject(untouched);
  });

  test("a purchase whose page was never opened expires by itself", async () => {
    const client = await newClient();
    await startPurchase(client);
    await inOrganization(
      client.id,
      (tx) => rawSql(tx)`
        update purchases set checkout_reference = null, checkout_url = null where organization_id = ${client.id}`,
    );
    await sweepPurchases(later(30));
    expect(await stateOf(client)).toMatchObject({ purchases: [{ status: "open" }] });
    await sweepPurchases(later(90));
    expect(await stateOf(client)).toMatchObject({ ...untouched, purchases: [{ status: "expired" }] });
  });

  test("what was told earlier and arrives later takes nothing back", async () => {
    const client = await newClient();
    const { session } = await startPurchase(client);
    const { events } = await stripe.control(`sessions/${session}/complete-later`, { outcome: "fail" });
    await stripe.control(`sessions/${session}/settle`, { outcome: "fail" });
    await stripe.control(`events/${eventOf(events, "checkout.session.completed")}/redeliver`, { copies: 2 });
    expect(await stateOf(client)).toMatchObject({ purchases: [{ status: "failed" }] });
  });
});

describe("a payment that is not the one asked for is quarantined · T2", () => {
  async function paidWith(
    changes: Record<string, unknown>,
  ): Promise<{ client: Client; session: string; purchaseId: string }> {
    await stripe.control("delivery", { lose: true });
    const client = await newClient();
    const { session, purchaseId } = await startPurchase(client, { blocks: 1, balance: "1000000" });
    await complete(session);
    await stripe.control(`objects/${session}`, changes);
    return { client, session, purchaseId };
  }

  test.each([
    ["amount", { amount_total: 1_000 }],
    ["currency", { currency: "usd" }],
    ["customer", { customer: null }],
    ["livemode", { livemode: true }],
  ])("another %s credits nothing and shows for staff", async (field, changes) => {
    const { client, session } = await paidWith(changes);
    expect(await fulfil(session)).toMatchObject({ outcome: "quarantined" });
    expect(await fulfil(session)).toMatchObject({ outcome: "quarantined" });
    const state = await stateOf(client);
    expect(state).toMatchObject({ ...untouched, purchases: [{ status: "pending", quarantined: true }] });
    const fields = state.purchases[0]?.mismatches.map((mismatch: { field: string }) => mismatch.field);
    expect(fields).toContain(field);
    const shown = await listAllPurchases(
      operator,
      { organizationId: client.id, onlyQuarantined: true },
      null,
    );
    expect(shown.rows).toMatchObject([{ isQuarantined: true }]);
  });

  test("staff settle it with the provider and close it; it stays closed", async () => {
    const { client, session, purchaseId } = await paidWith({ amount_total: 1_000 });
    await fulfil(session);
    const order = { organization: client.slug, purchaseId, reason: "refunded in the dashboard" };
    await closeQuarantine(operator, order);
    expect(await stateOf(client)).toMatchObject({ purchases: [{ status: "failed", quarantined: false }] });
    await fulfil(session);
    expect(await stateOf(client)).toMatchObject({
      ...untouched,
      purchases: [{ status: "failed", quarantined: false }],
    });
    await expect(closeQuarantine(operator, order)).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("a payment page in an address", () => {
  test("of another organization credits nothing and shows nothing · T2", async () => {
    await stripe.control("delivery", { lose: true });
    const [client, stranger] = [await newClient(), await newClient()];
    const { session } = await startPurchase(client);
    await complete(session);
    await expect(returnFromCheckout(buyerOf(stranger), session)).rejects.toMatchObject({ code: "not_found" });
    expect(await stateOf(client)).toMatchObject(untouched);
    expect(await stateOf(stranger)).toMatchObject(untouched);
  });

  test("that nobody knows is not ours", async () => {
    expect(await fulfil("cs_test_none")).toBeNull();
    await expect(returnFromCheckout(buyerOf(await newClient()), "cs_test_none")).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("time", () => {
  test("a live organization's transfer occurred when the provider was paid and is booked when it is found · T2", async () => {
    await stripe.control("delivery", { lose: true });
    const client = await newClient({ mode: "live", time_zone: "Asia/Jayapura" });
    const { session } = await startPurchase(client);
    await complete(session);
    const paidBy = systemNow();
    await fulfil(session);
    const [row] = await inOrganization(
      client.id,
      (tx) => rawSql(tx)`
        select t.occurred_at <= ${paidBy.toISOString()}::timestamptz as occurred, t.booked_at >= t.occurred_at as booked,
          p.paid_at = t.occurred_at as same, r.series
        from ledger_transfers t join purchases p on p.organization_id = t.organization_id
        join receipts r on r.organization_id = p.organization_id
        where t.organization_id = ${client.id} and t.kind = 'top_up'`,
    );
    expect(row).toEqual({ occurred: true, booked: true, same: true, series: "R" });
  });

  test("a top-up settles a debt first: −5,000 and 1,000,000 make 995,000 · S4 T3", async () => {
    const client = await newClient();
    const { adjust } = await import("@/lib/provisioning/adjustments");
    await adjust(
      operator,
      client.slug,
      { account: "additional", amount: -5_000_000_000n, reason: "test" },
      "debt",
    );
    const { session } = await startPurchase(client);
    await complete(session);
    expect((await stateOf(client)).additional).toBe(995_000_000_000n);
  });
});
