import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { closeDatabases } from "@/db/client";
import { readEnv } from "@/lib/env";
import { micros } from "@/lib/money/money";
import { type Course, type DatabaseProxy, startDatabaseProxy } from "@/scripts/database-proxy";
import type { StandIn } from "@/scripts/stripe-stand-in/stand-in";
import { lookAgain } from "./changes";
import { fulfil } from "./fulfilment";
import { recordManualTopUp } from "./manual";
import { refundPurchase } from "./refunds";
import {
  brokenInvariants,
  type Client,
  given,
  newClient,
  operator,
  startPurchase,
  startStripe,
  stateOf,
} from "./testing";

let stripe: StandIn;
let proxy: DatabaseProxy;

beforeAll(async () => {
  stripe = await startStripe();
  proxy = await startDatabaseProxy(readEnv(given()).DATABASE_URL);
  vi.stubEnv("DATABASE_URL", proxy.url);
});
beforeEach(() => {
  proxy.watch(null);
});
afterAll(async () => {
  proxy.watch(null);
  await closeDatabases();
  await proxy.close();
  await stripe.close();
});

/**
 * Does something again and again with a fault at its first statement, its second, and so on until it needs no more of
 * them; each time it is done once more without a fault. @returns how many statements there were
 */
async function atEachStatement(
  course: Course,
  prepare: () => Promise<() => Promise<unknown>>,
): Promise<number> {
  for (let k = 1; ; k++) {
    const work = await prepare();
    let wasCut = false;
    proxy.watch((statement) => {
      if (statement !== k) return "pass";
      wasCut = true;
      return course;
    });
    const fault = await work().then(
      () => null,
      (error: unknown) => error,
    );
    proxy.watch(null);
    await work();
    if (!wasCut) {
      expect(fault).toBeNull();
      return k - 1;
    }
  }
}

async function paidPurchase(client: Client) {
  const purchase = await startPurchase(client, { blocks: 1, balance: "1000000" });
  await stripe.control(`sessions/${purchase.session}/complete`);
  return purchase;
}

describe.each(["fail", "cut_before", "cut_after"] as const)("a fault at any statement (%s)", (course) => {
  test("of the fulfilment: the next attempt credits what the first did not, and nothing twice · T2", async () => {
    const client = await newClient();
    let purchases = 0n;
    const statements = await atEachStatement(course, async () => {
      const { session } = await paidPurchase(client);
      purchases += 1n;
      return () => fulfil(session);
    });
    expect(statements).toBeGreaterThan(15);
    const state = await stateOf(client);
    expect(state.additional).toBe(purchases * 1_000_000_000_000n);
    expect(state.visitors).toBe(Number(purchases) * 500);
    expect(state.receipts).toBe(Number(purchases));
    expect(state.purchases.every(({ status }) => status === "paid")).toBe(true);
    expect(await brokenInvariants()).toEqual([]);
  }, 120_000);

  test("of a refund: it is taken back once and paid back once · T4", async () => {
    const client = await newClient();
    let purchases = 0;
    const statements = await atEachStatement(course, async () => {
      const { session, purchaseId } = await paidPurchase(client);
      await fulfil(session);
      purchases += 1;
      const order = {
        organization: client.slug,
        purchaseId,
        amount: micros("666000"),
        reason: "test",
        request: "r",
      };
      return () => refundPurchase(operator, order);
    });
    expect(statements).toBeGreaterThan(15);
    const state = await stateOf(client);
    expect(state.transfers.filter(([kind]) => kind === "refund")).toHaveLength(purchases);
    expect(state.purchases.every(({ status }) => status === "partly_refunded")).toBe(true);
    for (const { payment_reference: payment } of state.purchases) {
      expect(await refundsAtStripe(payment)).toHaveLength(1);
    }
    expect(await brokenInvariants()).toEqual([]);
  }, 120_000);

  test("of a dispute: it is taken once · T4", async () => {
    const client = await newClient();
    let purchases = 0;
    await atEachStatement(course, async () => {
      const { session } = await paidPurchase(client);
      await fulfil(session);
      purchases += 1;
      const { result } = await stripe.control("disputes", { session });
      return () => lookAgain({ kind: "dispute", reference: (result as { id: string }).id });
    });
    const state = await stateOf(client);
    expect(state).toMatchObject({ additional: 0n, visitors: 0, openDisputes: purchases });
    expect(state.transfers.filter(([kind]) => kind === "dispute")).toHaveLength(purchases);
    expect(await brokenInvariants()).toEqual([]);
  }, 120_000);

  test("of a manual top-up: it is recorded once · A4", async () => {
    const client = await newClient();
    let purchases = 0n;
    await atEachStatement(course, async () => {
      purchases += 1n;
      const reference = `TRF-${purchases}`;
      const topUp = { organization: client.slug, visitorBlocks: 1, balance: micros("250000"), reference };
      return () => recordManualTopUp(operator, topUp);
    });
    expect((await stateOf(client)).additional).toBe(purchases * 250_000_000_000n);
    expect(await brokenInvariants()).toEqual([]);
  }, 120_000);
});

async function refundsAtStripe(payment: string): Promise<unknown[]> {
  const response = await fetch(`${stripe.url}/v1/refunds?payment_intent=${payment}`, {
    headers: { authorization: "Bearer sk_test_1234567890abcdef" },
  });
  const list: { data: unknown[] } = await response.json();
  return list.data;
}
