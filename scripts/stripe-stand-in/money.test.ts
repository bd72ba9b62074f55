import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StandIn } from "./stand-in";
import { lineItem, startWithSdk, topUp, until } from "./testing";

let standIn: StandIn;
let stripe: Stripe;

beforeAll(async () => {
  ({ standIn, stripe } = await startWithSdk({ behaviour: { laterStepMs: null } }));
});
afterAll(() => standIn.close());

/** A paid top-up of Rp1.000.000. */
async function paid(): Promise<{ session: string; charge: string; intent: string }> {
  const params = topUp({ line_items: [lineItem("idr", 100_000_000)] });
  const { id } = await stripe.checkout.sessions.create(params);
  await standIn.control(`sessions/${id}/complete`);
  const { payment_intent } = await stripe.checkout.sessions.retrieve(id, { expand: ["payment_intent"] });
  const intent = payment_intent as Stripe.PaymentIntent;
  return { session: id, intent: intent.id, charge: String(intent.latest_charge) };
}

async function code(request: Promise<unknown>): Promise<string | undefined> {
  const error = await request.catch((caught: unknown) => caught);
  if (!(error instanceof Stripe.errors.StripeError)) throw new Error("it was not refused");
  return error.code ?? error.message;
}

/** What happened to one object, oldest first. */
async function story(id: string): Promise<string[]> {
  const { data } = await stripe.events.list({ limit: 100 });
  return data
    .filter(({ data: { object } }) => (object as { id?: string }).id === id)
    .map(({ type }) => type)
    .reverse();
}

const balanceOf = async (source: string) =>
  (await stripe.balanceTransactions.list({ source, limit: 100 })).data.reduce(
    (sum, { amount }) => sum + amount,
    0,
  );

describe("refunds", () => {
  test("several partial refunds of one charge are several refunds, up to the charge", async () => {
    const { charge, intent } = await paid();
    const first = await stripe.refunds.create({ charge, amount: 30_000_000, metadata: { refund: "1" } });
    const second = await stripe.refunds.create({ payment_intent: intent, amount: 20_000_000 });
    expect(first).toMatchObject({
      status: "succeeded",
      charge,
      payment_intent: intent,
      metadata: { refund: "1" },
    });
    expect(await stripe.charges.retrieve(charge)).toMatchObject({
      amount_refunded: 50_000_000,
      refunded: false,
    });
    expect(await code(stripe.refunds.create({ charge, amount: 50_000_001 }))).toContain(
      "greater than unrefunded amount on charge",
    );
    const rest = await stripe.refunds.create({ charge });
    expect(rest.amount).toBe(50_000_000);
    expect(await stripe.charges.retrieve(charge)).toMatchObject({ refunded: true });
    expect(await code(stripe.refunds.create({ charge }))).toBe("charge_already_refunded");
    const listed = await stripe.refunds.list({ charge });
    expect(listed.data.map(({ id }) => id)).toEqual([rest.id, second.id, first.id]);
    const { refunds } = await stripe.charges.retrieve(charge, { expand: ["refunds"] });
    expect(refunds?.data).toHaveLength(3);
    expect(await story(first.id)).toEqual(["refund.created"]);
    expect(await balanceOf(first.id)).toBe(-30_000_000);
  });

  test("an amount below one, above the charge or finer than the currency is refused", async () => {
    const { charge } = await paid();
    expect(await code(stripe.refunds.create({ charge, amount: 100_000_001 }))).toContain(
      "Refund amount (IDR",
    );
    expect(await code(stripe.refunds.create({ charge, amount: 0 }))).toBe("parameter_invalid_integer");
    expect(await code(stripe.refunds.create({}))).toBe("parameter_missing");
  });

  test("what was not paid cannot be refunded", async () => {
    const session = await stripe.checkout.sessions.create(topUp());
    await standIn.control(`sessions/${session.id}/complete-later`);
    const { payment_intent } = await stripe.checkout.sessions.retrieve(session.id);
    expect(await code(stripe.refunds.create({ payment_intent: String(payment_intent) }))).toBe(
      "payment_intent_unexpected_state",
    );
  });

  test("a pending refund arrives, or fails, later", async () => {
    const { charge } = await paid();
    await standIn.control("behaviour", { refunds: "pending" });
    const good = await stripe.refunds.create({ charge, amount: 10_000_000 });
    const bad = await stripe.refunds.create({ charge, amount: 20_000_000 });
    await standIn.control("behaviour", { refunds: "succeed" });
    expect([good.status, bad.status]).toEqual(["pending", "pending"]);
    await standIn.control(`refunds/${good.id}/succeed`);
    await standIn.control(`refunds/${bad.id}/fail`);
    expect(await stripe.refunds.retrieve(good.id)).toMatchObject({ status: "succeeded" });
    expect(await stripe.refunds.retrieve(bad.id)).toMatchObject({ status: "failed" });
    expect(await stripe.charges.retrieve(charge)).toMatchObject({ amount_refunded: 10_000_000 });
  });

  test("a refund can fail after it had succeeded, and the charge can be refunded anew", async () => {
    const { charge } = await paid();
    const refund = await stripe.refunds.create({ charge });
    const { events } = await standIn.control(`refunds/${refund.id}/fail`);
    expect(events.map(({ type }) => type)).toEqual([
      "refund.failed",
      "refund.updated",
      "charge.refund.updated",
    ]);
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: "failed",
      failure_reason: "unknown",
      failure_balance_transaction: expect.stringMatching(/^txn_/),
    });
    expect(await balanceOf(refund.id)).toBe(0);
    expect(await stripe.charges.retrieve(charge)).toMatchObject({ amount_refunded: 0, refunded: false });
    expect(await stripe.refunds.create({ charge })).toMatchObject({ status: "succeeded" });
    await expect(standIn.control(`refunds/${refund.id}/succeed`)).rejects.toThrow(/it cannot succeed/);
  });

  test("only a refund that waits for the payer can be canceled", async () => {
    const { charge } = await paid();
    const done = await stripe.refunds.create({ charge, amount: 10_000_000 });
    expect(await code(stripe.refunds.cancel(done.id))).toBe("status_transition_invalid");
    await standIn.control("behaviour", { refunds: "require_action" });
    const waiting = await stripe.refunds.create({ charge, amount: 20_000_000 });
    await standIn.control("behaviour", { refunds: "succeed" });
    expect(waiting.status).toBe("requires_action");
    expect(await stripe.refunds.cancel(waiting.id)).toMatchObject({ status: "canceled" });
    expect(await stripe.charges.retrieve(charge)).toMatchObject({ amount_refunded: 10_000_000 });
  });

  test("a refund made in the dashboard carries no metadata", async () => {
    const { session, charge } = await paid();
    const { result, events } = await standIn.control("refunds", { session, amount: 25_000_000 });
    expect(result).toMatchObject({ charge, amount: 25_000_000, metadata: {}, status: "succeeded" });
    expect(events.map(({ type }) => type)).toEqual(["refund.created", "charge.refunded"]);
    expect((await stripe.events.list({ type: "refund.created", limit: 1 })).data[0]?.request).toEqual({
      id: null,
      idempotency_key: null,
    });
  });

  test("test cards bring a pending and a failing refund by themselves", async () => {
    await standIn.control("behaviour", { laterStepMs: 20 });
    for (const [method, status] of [
      ["pm_card_pendingRefund", "succeeded"],
      ["pm_card_refundFail", "failed"],
    ] as const) {
      const intent = await stripe.paymentIntents.create({
        amount: 2000,
        currency: "usd",
        confirm: true,
        payment_method: method,
      });
      const refund = await stripe.refunds.create({ payment_intent: intent.id });
      await until(async () => (await stripe.refunds.retrieve(refund.id)).status === status);
    }
    await standIn.control("behaviour", { laterStepMs: null });
  });
});

describe("disputes", () => {
  const open = async (session: string, wishes: Record<string, unknown> = {}) =>
    (await standIn.control("disputes", { session, ...wishes })).result as Stripe.Dispute;
  const step = async (dispute: Stripe.Dispute, name: string) =>
    (await standIn.control(`disputes/${dispute.id}/${name}`)).result as Stripe.Dispute;

  test("an inquiry moves no money, leaves the charge refundable and ends without trace", async () => {
    const { session, charge } = await paid();
    const inquiry = await open(session, { inquiry: true });
    expect(inquiry).toMatchObject({
      status: "warning_needs_response",
      charge,
      balance_transactions: [],
      is_charge_refundable: true,
    });
    await stripe.refunds.create({ charge, amount: 10_000_000 });
    expect(await step(inquiry, "lose")).toMatchObject({ status: "warning_closed" });
    expect(await story(inquiry.id)).toEqual(["charge.dispute.created", "charge.dispute.closed"]);
    expect(await balanceOf(inquiry.id)).toBe(0);
  });

  test("an inquiry can grow into a formal dispute", async () => {
    const { session } = await paid();
    const inquiry = await open(session, { inquiry: true });
    expect(await step(inquiry, "escalate")).toMatchObject({ status: "needs_response" });
    expect(await story(inquiry.id)).toEqual([
      "charge.dispute.created",
      "charge.dispute.updated",
      "charge.dispute.funds_withdrawn",
    ]);
    await expect(step(inquiry, "escalate")).rejects.toThrow(/only an open inquiry/);
  });

  test("a formal dispute takes the amount at once and blocks refunds", async () => {
    const { session, charge } = await paid();
    const dispute = await open(session);
    expect(dispute).toMatchObject({
      status: "needs_response",
      amount: 100_000_000,
      balance_transactions: [{ amount: -100_000_000 }],
      is_charge_refundable: false,
    });
    expect(await stripe.charges.retrieve(charge)).toMatchObject({ disputed: true });
    expect(await code(stripe.refunds.create({ charge }))).toBe("charge_disputed");
    await expect(open(session)).rejects.toThrow(/open dispute already/);
  });

  test("a won dispute gives the money back and frees the charge", async () => {
    const { session, charge } = await paid();
    const dispute = await open(session);
    expect(
      await stripe.disputes.update(dispute.id, { evidence: { product_description: "Messages" } }),
    ).toMatchObject({
      status: "under_review",
      evidence_details: { submission_count: 1, has_evidence: true },
    });
    expect(await step(dispute, "win")).toMatchObject({ status: "won" });
    expect(await story(dispute.id)).toEqual([
      "charge.dispute.created",
      "charge.dispute.funds_withdrawn",
      "charge.dispute.updated",
      "charge.dispute.funds_reinstated",
      "charge.dispute.closed",
    ]);
    expect(await balanceOf(dispute.id)).toBe(0);
    expect(await stripe.refunds.create({ charge })).toMatchObject({ status: "succeeded" });
  });

  test("a lost dispute keeps the money, and can still be won later", async () => {
    const { session, charge } = await paid();
    const dispute = await open(session, { amount: 40_000_000, reason: "product_not_received" });
    expect(await stripe.disputes.close(dispute.id)).toMatchObject({ status: "lost" });
    expect(await code(stripe.refunds.create({ charge }))).toBe("charge_disputed");
    expect(await code(stripe.disputes.close(dispute.id))).toBe("status_transition_invalid");
    expect(await balanceOf(dispute.id)).toBe(-40_000_000);
    expect(await step(dispute, "win")).toMatchObject({ status: "won" });
    expect(await balanceOf(dispute.id)).toBe(0);
  });

  test("disputes are found by charge and payment intent", async () => {
    const { session, charge, intent } = await paid();
    const { id } = await open(session);
    for (const params of [{ charge }, { payment_intent: intent }]) {
      expect((await stripe.disputes.list(params)).data.map((dispute) => dispute.id)).toEqual([id]);
    }
    expect(await stripe.disputes.retrieve(id, { expand: ["charge"] })).toMatchObject({
      charge: { id: charge },
    });
  });
});

test("an object can be changed behind the app's back, but only in fields that it has", async () => {
  const { session } = await paid();
  await standIn.control(`objects/${session}`, { amount_total: 1, currency: "usd" });
  expect(await stripe.checkout.sessions.retrieve(session)).toMatchObject({
    amount_total: 1,
    currency: "usd",
  });
  await expect(standIn.control(`objects/${session}`, { amountTotal: 1 })).rejects.toThrow(
    /no field amountTotal/,
  );
});
