import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { closeDatabases, inOrganization, rawSql } from "@/db/client";
import { micros } from "@/lib/money/money";
import { suspendOrganization } from "@/lib/provisioning/provisioning";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { systemNow } from "@/lib/time/clock";
import type { StandIn } from "@/scripts/stripe-stand-in/stand-in";
import { fulfil } from "./fulfilment";
import { putProducts } from "./products/products";
import {
  brokenInvariants,
  buyerOf,
  type Client,
  newClient,
  operator,
  startPurchase,
  startStripe,
  stateOf,
} from "./testing";
import { findOpenTopUp, readOffer, startTopUp } from "./top-ups";

let stripe: StandIn;

beforeAll(async () => {
  stripe = await startStripe();
});
afterEach(async () => {
  await stripe.control("outage", {}, "DELETE");
});
afterAll(async () => {
  expect(await brokenInvariants()).toEqual([]);
  await stripe.close();
  await closeDatabases();
});

const order = (changes: Partial<Parameters<typeof startTopUp>[1]> = {}) => ({
  visitorBlocks: 1,
  balance: micros("1000000"),
  request: randomUUID(),
  locale: "id" as const,
  ...changes,
});

async function listAt(address: string): Promise<{ id: string; metadata: Record<string, string> }[]> {
  const response = await fetch(`${stripe.url}/v1/${address}`, {
    headers: { authorization: "Bearer sk_test_1234567890abcdef" },
  });
  const list: { data: { id: string; metadata: Record<string, string> }[] } = await response.json();
  return list.data;
}

const customersOf = async ({ id }: Client) =>
  (await listAt("customers?limit=100")).filter(({ metadata }) => metadata.organization === String(id));

describe("the offer", () => {
  test("is the vendor's for the organization's currency, on its own day · T1", async () => {
    const offer = await readOffer(buyerOf(await newClient()));
    expect(offer).toMatchObject({
      today: "2026-11-02",
      isSuspended: false,
      products: {
        visitorsPerBlock: 500,
        blockPrice: micros("300000"),
        minimumBalance: micros("1000000"),
        taxName: "PPN",
        taxBasisPoints: 1_100,
      },
    });
  });

  test("of another currency is made by staff; prices that cannot be charged are refused · T1", async () => {
    const dollars = {
      currency: "USD",
      visitorsPerBlock: 500,
      blockPrice: micros("19.99"),
      blockPresets: [1, 2],
      mostBlocks: 100,
      minimumBalance: micros("65"),
      largestBalance: micros("100000"),
      balancePresets: [micros("65"), micros("250")],
      taxName: "VAT",
      taxBasisPoints: 0,
      chargeStep: micros("0.01"),
    };
    await putProducts(operator, dollars);
    const { id, slug } = await newTestOrganization(
      { currency: "USD", price_book: "standard-usd" },
      { currency: "USD", initialBalance: 0n },
    );
    const client = { id, slug, ownerId: 0, email: "" };
    const { session } = await startPurchase(client, { blocks: 3, balance: "65.5" });
    await stripe.control(`sessions/${session}/complete`);
    await fulfil(session);
    expect(await stateOf(client)).toMatchObject({ additional: micros("65.5"), visitors: 1_500 });
    for (const wrong of [
      { blockPrice: micros("19.999") },
      { chargeStep: 0n },
      { largestBalance: micros("64") },
      { balancePresets: [micros("64")] },
      { blockPresets: [101] },
    ]) {
      await expect(putProducts(operator, { ...dollars, ...wrong })).rejects.toMatchObject({
        code: "invalid_input",
      });
    }
  });
});

describe("starting a top-up", () => {
  test("by a double click is one purchase, one page and one customer · T2", async () => {
    const client = await newClient();
    const same = order();
    const started = await Promise.all(Array.from({ length: 8 }, () => startTopUp(buyerOf(client), same)));
    expect(new Set(started.map(({ purchaseId }) => purchaseId)).size).toBe(1);
    expect(new Set(started.map(({ checkoutUrl }) => checkoutUrl)).size).toBe(1);
    expect(await customersOf(client)).toHaveLength(1);
    expect(await stateOf(client)).toMatchObject({ purchases: [{ status: "open" }], additional: 0n });
  });

  test("by several people at once is several purchases and still one customer", async () => {
    const client = await newClient();
    await Promise.all(Array.from({ length: 6 }, () => startTopUp(buyerOf(client), order())));
    expect(await customersOf(client)).toHaveLength(1);
    expect((await stateOf(client)).purchases).toHaveLength(6);
  });

  test("raises a balance below the minimum and charges the tax as a line of its own · T1", async () => {
    const client = await newClient();
    const { checkoutUrl } = await startTopUp(buyerOf(client), order({ balance: micros("250000.5") }));
    const session = /(cs_[A-Za-z0-9_]+)/.exec(checkoutUrl ?? "")?.[1] ?? "";
    const lines = (await listAt(`checkout/sessions/${session}/line_items`)) as unknown as {
      description: string;
      amount_total: number;
    }[];
    expect(lines.map(({ description, amount_total }) => [description, amount_total])).toEqual([
      ["500 pengunjung unik", 30_000_000],
      ["Saldo WhatsApp", 100_000_000],
      ["PPN 11%", 14_300_000],
    ]);
  });

  test.each([
    ["nothing", { visitorBlocks: 0, balance: 0n }],
    ["too many visitors", { visitorBlocks: 1_001 }],
    ["too much balance", { balance: micros("5000000001") }],
  ])("of %s is refused · T1", async (_what, changes) => {
    await expect(startTopUp(buyerOf(await newClient()), order(changes))).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  test("is refused for a suspended organization and for a currency without products", async () => {
    const client = await newClient();
    await suspendOrganization(operator, client.slug, true);
    await expect(startTopUp(buyerOf(client), order())).rejects.toMatchObject({ code: "suspended" });
    const { id, slug } = await newTestOrganization(
      { currency: "EUR", price_book: null },
      { currency: "EUR", initialBalance: 0n },
    );
    const european = { id, slug, ownerId: 0, email: "" };
    expect((await readOffer(buyerOf(european))).products).toBeNull();
    await expect(startTopUp(buyerOf(european), order())).rejects.toMatchObject({ code: "conflict" });
  });

  test.each(["error", "cut_before", "cut_after", "rate_limit"])(
    "while the provider is away (%s) charges nothing; the same form sent again goes on with the same purchase",
    async (kind) => {
      const client = await newClient();
      const same = order();
      await stripe.control("outage", { kind, path: "POST /v1/checkout/sessions" });
      await expect(startTopUp(buyerOf(client), same)).rejects.toMatchObject({ code: "overloaded" });
      await stripe.control("outage", {}, "DELETE");
      const { checkoutUrl } = await startTopUp(buyerOf(client), same);
      expect(checkoutUrl).toContain("/c/pay/");
      expect((await stateOf(client)).purchases).toHaveLength(1);
      const sessions = (await listAt("checkout/sessions?limit=100")).filter(
        ({ metadata }) => metadata.organization === String(client.id),
      );
      expect(sessions).toHaveLength(1);
    },
  );

  test("with a customer that the provider has lost makes a new one", async () => {
    const client = await newClient();
    await startTopUp(buyerOf(client), order());
    const [customer] = await customersOf(client);
    await fetch(`${stripe.url}/v1/customers/${customer?.id}`, {
      method: "DELETE",
      headers: { authorization: "Bearer sk_test_1234567890abcdef" },
    });
    const { session } = await startPurchase(client);
    expect(await customersOf(client)).toHaveLength(1);
    await stripe.control(`sessions/${session}/complete`);
    expect(await fulfil(session)).toMatchObject({ outcome: "credited" });
  });

  test("again with the form of a paid purchase leads to that purchase; of an expired one, to a new page", async () => {
    const client = await newClient();
    const same = order();
    const first = await startTopUp(buyerOf(client), same);
    const session = /(cs_[A-Za-z0-9_]+)/.exec(first.checkoutUrl ?? "")?.[1] ?? "";
    await stripe.control(`sessions/${session}/complete`);
    await fulfil(session);
    expect(await startTopUp(buyerOf(client), same)).toEqual({
      purchaseId: first.purchaseId,
      checkoutUrl: null,
    });

    const other = order();
    const expired = await startTopUp(buyerOf(client), other);
    await stripe.control(`sessions/${/(cs_[A-Za-z0-9_]+)/.exec(expired.checkoutUrl ?? "")?.[1]}/expire`);
    await fulfil(/(cs_[A-Za-z0-9_]+)/.exec(expired.checkoutUrl ?? "")?.[1] ?? "");
    const again = await startTopUp(buyerOf(client), other);
    expect(again.purchaseId).not.toBe(expired.purchaseId);
    expect(again.checkoutUrl).toContain("/c/pay/");
  });

  test("long after its page should have opened asks for a new page", async () => {
    const client = await newClient();
    const same = order();
    await stripe.control("outage", { kind: "error", path: "POST /v1/checkout/sessions" });
    await expect(startTopUp(buyerOf(client), same)).rejects.toMatchObject({ code: "overloaded" });
    await stripe.control("outage", {}, "DELETE");
    const soon = new Date(systemNow().getTime() + 60_000).toISOString();
    await inOrganization(
      client.id,
      (tx) =>
        rawSql(tx)`update purchases set checkout_expires_at = ${soon} where organization_id = ${client.id}`,
    );
    const { checkoutUrl } = await startTopUp(buyerOf(client), same);
    expect(checkoutUrl).toContain("/c/pay/");
  });
});

test("an open purchase can be gone on with by its own organization only", async () => {
  const [client, stranger] = [await newClient(), await newClient()];
  const { purchaseId, checkoutUrl } = await startPurchase(client, { blocks: 2, balance: "1500000" });
  expect(await findOpenTopUp(buyerOf(client), purchaseId)).toEqual({
    wish: { visitorBlocks: 2, balance: micros("1500000") },
    checkoutUrl,
  });
  expect(await findOpenTopUp(buyerOf(stranger), purchaseId)).toBeNull();
  expect(await findOpenTopUp(buyerOf(client), "no-id")).toBeNull();
});
