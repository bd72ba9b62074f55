import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { POST } from "@/app/api/webhooks/stripe/route";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { placeHold } from "@/lib/holds/holds";
import { holdRequest } from "@/lib/holds/input";
import { listTransfers } from "@/lib/ledger/ledger";
import { micros } from "@/lib/money/money";
import { adjust } from "@/lib/provisioning/adjustments";
import { systemNow } from "@/lib/time/clock";
import type { StandIn } from "@/scripts/stripe-stand-in/stand-in";
import { lookAgain } from "./changes";
import { fulfil } from "./fulfilment";
import { recordManualTopUp } from "./manual";
import { refundPurchase } from "./refunds";
import { sweepPurchases } from "./sweep";
import {
  brokenInvariants,
  type Client,
  type Door,
  newClient,
  openDoor,
  operator,
  startPurchase,
  startStripe,
  stateOf,
} from "./testing";

let stripe: StandIn;
let door: Door;

beforeAll(async () => {
  stripe = await startStripe();
  door = await openDoor(stripe, POST);
});
afterEach(async () => {
  await stripe.control("delivery", {}, "DELETE");
  await stripe.control("outage", {}, "DELETE");
  await stripe.control("behaviour", { refunds: "succeed" });
  expect(await brokenInvariants()).toEqual([]);
});
afterAll(async () => {
  await door.close();
  await stripe.close();
  await closeDatabases();
});

/** Rp 1,000,000 of balance and 500 visitors: Rp 1,443,000 with tax, credited. */
async function bought(client: Client) {
  const purchase = await startPurchase(client, { blocks: 1, balance: "1000000" });
  await stripe.control(`sessions/${purchase.session}/complete`);
  return purchase;
}

const order = (client: Client, purchaseId: string, amount: string, request = randomUUID()) => ({
  organization: client.slug,
  purchaseId,
  amount: micros(amount),
  reason: "goodwill",
  request,
});

const idOf = ({ result }: { result: unknown }) => (result as { id: string }).id;
const minutes = (count: number) => new Date(systemNow().getTime() + count * 60_000);

describe("a refund by staff · T4 A4", () => {
  test("takes back its share of the balance and of the visitors, and shows once", async () => {
    const client = await newClient();
    const { purchaseId } = await bought(client);
    expect(await refundPurchase(operator, order(client, purchaseId, "481000"))).toMatchObject({
      state: "succeeded",
    });
    expect(await stateOf(client)).toMatchObject({
      additional: 666_667_000_000n,
      visitors: 334,
      transfers: [
        ["top_up", 1_000_000n],
        ["refund", -333_333n],
      ],
      purchases: [{ status: "partly_refunded", balance_taken_micros: "333333000000", visitors_taken: 166 }],
    });
  });

  test("twice in parts is two refunds, the last of which takes exactly the rest", async () => {
    const client = await newClient();
    const { purchaseId } = await bought(client);
    await refundPurchase(operator, order(client, purchaseId, "481000"));
    await refundPurchase(operator, order(client, purchaseId, "962000"));
    expect(await stateOf(client)).toMatchObject({
      additional: 0n,
      visitors: 0,
      transfers: [
        ["top_up", 1_000_000n],
        ["refund", -333_333n],
        ["refund", -666_667n],
      ],
      purchases: [{ status: "refunded" }],
    });
    await expect(refundPurchase(operator, order(client, purchaseId, "1"))).rejects.toMatchObject({
      code: "conflict",
    });
  });

  test("two people who see the same state pay back once; a form sent again gets its own answer", async () => {
    const client = await newClient();
    const { purchaseId } = await bought(client);
    const seen = () => ({ ...order(client, purchaseId, "481000"), seenRefunded: 0n });
    const [first, second] = [seen(), seen()];
    const answers = await Promise.allSettled([first, second].map((one) => refundPurchase(operator, one)));
    expect(answers.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const sent = answers[0]?.status === "fulfilled" ? first : second;
    expect(await refundPurchase(operator, sent)).toMatchObject({ state: "succeeded" });
    expect((await stateOf(client)).transfers).toHaveLength(2);
  });

  test("asked for ten times at once by one form is one refund; by ten forms never more than was paid", async () => {
    const client = await newClient();
    const { purchaseId } = await bought(client);
    const same = order(client, purchaseId, "143000");
    await Promise.all(Array.from({ length: 10 }, () => refundPurchase(operator, same)));
    expect((await stateOf(client)).transfers).toHaveLength(2);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => refundPurchase(operator, order(client, purchaseId, "300000"))),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
    expect(await stateOf(client)).toMatchObject({ purchases: [{ refunded_micros: "1343000000000" }] });
  });

  test("goes below zero when the balance was spent, and below the visitors counted", async () => {
    const client = await newClient();
    const { purchaseId } = await bought(client);
    await adjust(
      operator,
      client.slug,
      { account: "additional", amount: micros("-900000"), reason: "test" },
      "spent",
    );
    await refundPurchase(operator, order(client, purchaseId, "1443000"));
    expect(await stateOf(client)).toMatchObject({ additional: micros("-900000"), visitors: 0 });
  });

  test("that leaves a debt beside an initial balance is settled at once", async () => {
    const client = await newClient();
    await adjust(
      operator,
      client.slug,
      { account: "initial", amount: micros("300000"), reason: "test" },
      "initial",
    );
    const { purchaseId } = await bought(client);
    await adjust(
      operator,
      client.slug,
      { account: "additional", amount: micros("-900000"), reason: "test" },
      "spent",
    );
    await refundPurchase(operator, order(client, purchaseId, "1443000"));
    expect(await stateOf(client)).toMatchObject({ initial: 0n, additional: micros("-600000") });
  });

  test("that the provider refuses gives back what was taken", async () => {
    const client = await newClient();
    const { purchaseId, session } = await bought(client);
    await stripe.control("delivery", { lose: true });
    await stripe.control("disputes", { session });
    await expect(refundPurchase(operator, order(client, purchaseId, "481000"))).rejects.toMatchObject({
      code: "payment_failed",
    });
    expect(await stateOf(client)).toMatchObject({
      additional: micros("1000000"),
      visitors: 500,
      transfers: [
        ["top_up", 1_000_000n],
        ["refund", -333_333n],
        ["refund", 333_333n],
      ],
      purchases: [{ status: "paid", refunded_micros: "0" }],
    });
  });

  test("that fails after it had succeeded is given back once", async () => {
    const client = await newClient();
    const { purchaseId } = await bought(client);
    await refundPurchase(operator, order(client, purchaseId, "1443000"));
    const payment = (await stateOf(client)).purchases[0]?.payment_reference;
    const [refund] = await refundsAt(payment);
    await stripe.control(`refunds/${refund}/fail`);
    await lookAgain({ kind: "refund", reference: refund ?? "" });
    expect(await stateOf(client)).toMatchObject({
      additional: micros("1000000"),
      visitors: 500,
      transfers: [
        ["top_up", 1_000_000n],
        ["refund", -1_000_000n],
        ["refund", 1_000_000n],
      ],
      purchases: [{ status: "paid" }],
    });
    await refundPurchase(operator, order(client, purchaseId, "1443000"));
    expect(await stateOf(client)).toMatchObject({ additional: 0n, purchases: [{ status: "refunded" }] });
  });

  test("whose answer is lost is made once: the sweep finds it", async () => {
    const client = await newClient();
    const { purchaseId } = await bought(client);
    await stripe.control("delivery", { lose: true });
    await stripe.control("outage", { kind: "cut_after", path: "POST /v1/refunds" });
    expect(await refundPurchase(operator, order(client, purchaseId, "481000"))).toMatchObject({
      state: "reserved",
    });
    await stripe.control("outage", {}, "DELETE");
    await sweepPurchases(minutes(5));
    const state = await stateOf(client);
    expect(state.transfers).toEqual([
      ["top_up", 1_000_000n],
      ["refund", -333_333n],
    ]);
    expect(await refundsAt(state.purchases[0]?.payment_reference)).toHaveLength(1);
  });

  test("that never reached the provider is made by the sweep, once", async () => {
    const client = await newClient();
    const { purchaseId } = await bought(client);
    await stripe.control("outage", { kind: "error", path: "POST /v1/refunds" });
    expect(await refundPurchase(operator, order(client, purchaseId, "481000"))).toMatchObject({
      state: "reserved",
    });
    await stripe.control("outage", {}, "DELETE");
    await Promise.all([sweepPurchases(minutes(5)), sweepPurchases(minutes(5))]);
    await sweepPurchases(minutes(60));
    const payment = (await stateOf(client)).purchases[0]?.payment_reference;
    expect(await refundsAt(payment)).toHaveLength(1);
    expect(await stateOf(client)).toMatchObject({ purchases: [{ status: "partly_refunded" }] });
  });

  test("of a bank transfer is written down; the money goes back by hand", async () => {
    const client = await newClient();
    const { purchaseId } = await recordManualTopUp(operator, {
      organization: client.slug,
      visitorBlocks: 0,
      balance: micros("2000000"),
      reference: "TRF-1",
    });
    const refund = await refundPurchase(operator, order(client, purchaseId, "1110000"));
    expect(refund.state).toBe("succeeded");
    expect(await stateOf(client)).toMatchObject({ additional: micros("1000000") });
  });

  test("of what is not paid, or of a part of a rupiah, is refused", async () => {
    const client = await newClient();
    const { purchaseId } = await startPurchase(client);
    await expect(refundPurchase(operator, order(client, purchaseId, "1"))).rejects.toMatchObject({
      code: "conflict",
    });
    const paid = await bought(client);
    await expect(refundPurchase(operator, order(client, paid.purchaseId, "0.5"))).rejects.toMatchObject({
      code: "invalid_input",
    });
  });
});

describe("a refund made by hand at the provider · T4", () => {
  test("is taken back all the same, below zero if need be", async () => {
    const client = await newClient();
    const { session } = await bought(client);
    await adjust(
      operator,
      client.slug,
      { account: "additional", amount: micros("-1000000"), reason: "test" },
      "spent",
    );
    await stripe.control("refunds", { session });
    expect(await stateOf(client)).toMatchObject({
      additional: micros("-1000000"),
      visitors: 0,
      purchases: [{ status: "refunded" }],
    });
  });

  test("is taken back when its webhook was lost", async () => {
    const client = await newClient();
    const { session } = await bought(client);
    await sweepPurchases(systemNow());
    await stripe.control("delivery", { lose: true });
    await stripe.control("refunds", { session, amount: 48_100_000 });
    expect((await stateOf(client)).transfers).toHaveLength(1);
    // The list of changes is read by one process at a time, and other tests sweep at times of their own.
    for (let attempt = 0; attempt < 20 && (await stateOf(client)).transfers.length < 2; attempt++) {
      await acrossOrganizations((tx) => rawSql(tx)`delete from payment_sweeps`);
      await sweepPurchases(minutes(6));
    }
    expect((await stateOf(client)).transfers).toEqual([
      ["top_up", 1_000_000n],
      ["refund", -333_333n],
    ]);
  });

  test("known before the payment itself takes back once that is credited", async () => {
    await stripe.control("delivery", { lose: true });
    const client = await newClient();
    const { session } = await startPurchase(client, { blocks: 1, balance: "1000000" });
    await stripe.control(`sessions/${session}/complete`);
    const refund = idOf(await stripe.control("refunds", { session }));
    await lookAgain({ kind: "refund", reference: refund });
    await fulfil(session);
    expect(await stateOf(client)).toMatchObject({
      additional: 0n,
      visitors: 0,
      receipts: 1,
      purchases: [{ status: "refunded" }],
    });
  });
});

describe("a dispute · T4", () => {
  const dispute = async (session: string, wishes: Record<string, unknown> = {}) =>
    idOf(await stripe.control("disputes", { session, ...wishes }));
  const hold = (client: Client) =>
    placeHold(
      systemScope("test", client.id, "holds:write"),
      holdRequest.parse({ lines: [{ category: "marketing", market: "Indonesia", quantity: 1 }] }),
      randomUUID(),
    );

  test("as an inquiry moves nothing, also when it is closed", async () => {
    const client = await newClient();
    const { session } = await bought(client);
    const inquiry = await dispute(session, { inquiry: true });
    await hold(client);
    await stripe.control(`disputes/${inquiry}/lose`);
    expect(await stateOf(client)).toMatchObject({
      transfers: [["top_up", 1_000_000n]],
      purchases: [{ status: "paid" }],
      openDisputes: 0,
    });
  });

  test("takes the amount at once, blocks new holds and refunds, and gives it back when won", async () => {
    const client = await newClient();
    const { session, purchaseId } = await bought(client);
    await bought(client);
    const id = await dispute(session);
    expect(await stateOf(client)).toMatchObject({
      additional: micros("1000000"),
      visitors: 500,
      openDisputes: 1,
    });
    await expect(hold(client)).rejects.toMatchObject({ code: "payment_disputed" });
    await expect(refundPurchase(operator, order(client, purchaseId, "481000"))).rejects.toMatchObject({
      code: "payment_disputed",
    });
    await stripe.control(`disputes/${id}/win`);
    await hold(client);
    expect(await stateOf(client)).toMatchObject({
      additional: micros("2000000"),
      visitors: 1_000,
      openDisputes: 0,
      transfers: [
        ["top_up", 1_000_000n],
        ["top_up", 1_000_000n],
        ["dispute", -1_000_000n],
        ["dispute_reversal", 1_000_000n],
      ],
      purchases: [{ status: "paid" }, { status: "paid" }],
    });
  });

  test("that is lost keeps the amount, ends the block, and may still be won", async () => {
    const client = await newClient();
    const { session } = await bought(client);
    const id = await dispute(session);
    await stripe.control(`disputes/${id}/lose`);
    expect(await stateOf(client)).toMatchObject({
      additional: 0n,
      openDisputes: 0,
      purchases: [{ status: "disputed" }],
    });
    await stripe.control(`disputes/${id}/win`);
    expect(await stateOf(client)).toMatchObject({
      additional: micros("1000000"),
      purchases: [{ status: "paid" }],
    });
  });

  test("of a refunded payment takes nothing twice, in either order", async () => {
    const client = await newClient();
    const { session, purchaseId } = await bought(client);
    await refundPurchase(operator, order(client, purchaseId, "481000"));
    const id = await dispute(session);
    expect(await stateOf(client)).toMatchObject({
      additional: 0n,
      transfers: [
        ["top_up", 1_000_000n],
        ["refund", -333_333n],
        ["dispute", -666_667n],
      ],
    });
    const [refund] = await refundsAt((await stateOf(client)).purchases[0]?.payment_reference);
    await stripe.control(`refunds/${refund}/fail`);
    expect(await stateOf(client)).toMatchObject({ additional: 0n, visitors: 0 });
    await stripe.control(`disputes/${id}/win`);
    expect(await stateOf(client)).toMatchObject({
      additional: micros("1000000"),
      visitors: 500,
      purchases: [{ status: "paid" }],
    });
  });

  test("of a payment that was refunded in full moves nothing", async () => {
    const client = await newClient();
    const { session } = await bought(client);
    await stripe.control("refunds", { session });
    const id = await dispute(session);
    await stripe.control(`disputes/${id}/lose`);
    expect((await stateOf(client)).transfers).toEqual([
      ["top_up", 1_000_000n],
      ["refund", -1_000_000n],
    ]);
  });

  test("known before the payment itself is taken once that is credited", async () => {
    await stripe.control("delivery", { lose: true });
    const client = await newClient();
    const { session } = await startPurchase(client, { blocks: 1, balance: "1000000" });
    await stripe.control(`sessions/${session}/complete`);
    const id = await dispute(session);
    await Promise.all([
      lookAgain({ kind: "dispute", reference: id }),
      lookAgain({ kind: "checkout", reference: session }),
      lookAgain({ kind: "dispute", reference: id }),
    ]);
    expect(await stateOf(client)).toMatchObject({
      additional: 0n,
      visitors: 0,
      openDisputes: 1,
      purchases: [{ status: "disputed" }],
    });
  });
});

test("the statement closes: every movement follows from the one before, and the last is the balance · T4", async () => {
  const client = await newClient();
  const { session, purchaseId } = await bought(client);
  await refundPurchase(operator, order(client, purchaseId, "100000"));
  await stripe.control("refunds", { session, amount: 20_000_000 });
  const id = idOf(await stripe.control("disputes", { session }));
  await stripe.control(`disputes/${id}/win`);
  const transfers = await listTransfers(systemScope("test", client.id, "balance:read"), {
    after: null,
    limit: 100,
  });
  let balance = 0n;
  for (const { from, to, amount, additionalAfter } of transfers.toReversed()) {
    if (to === "additional") balance += amount;
    if (from === "additional") balance -= amount;
    expect(additionalAfter).toBe(balance);
  }
  expect((await stateOf(client)).additional).toBe(balance);
});

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("refund" as const), amount: fc.integer({ min: 1, max: 1_443 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("by_hand" as const), amount: fc.integer({ min: 1, max: 1_443 }) }),
  },
  fc.record({ do: fc.constant("fail_refund" as const), which: fc.nat(3) }),
  fc.record({ do: fc.constant("dispute" as const), inquiry: fc.boolean() }),
  fc.record({ do: fc.constantFrom("escalate" as const, "win" as const, "lose" as const) }),
  fc.record({ do: fc.constant("release" as const), reverse: fc.boolean() }),
);

test("any refunds and disputes, told in any order and again, leave what was paid back taken back · T4", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 2, maxLength: 9 }),
      fc.boolean(),
      async (steps, holdBack) => {
        await stripe.control("delivery", holdBack ? { hold: true } : { reorder: true, duplicate: 1 });
        const client = await newClient();
        const { session, purchaseId } = await startPurchase(client, { blocks: 1, balance: "1000000" });
        await stripe.control(`sessions/${session}/complete`);
        const touched = new Map<string, "refund" | "dispute">();
        for (const one of steps) await take(client, session, purchaseId, touched, one).catch(() => null);
        await stripe.control("deliveries/release", { order: "reverse" });
        await stripe.control("delivery", {}, "DELETE");
        await fulfil(session);
        for (const [reference, kind] of touched) await lookAgain({ kind, reference });
        const before = await stateOf(client);
        for (const [reference, kind] of [...touched].reverse()) await lookAgain({ kind, reference });
        expect(await stateOf(client)).toEqual(before);
        expect(before.additional).toBe(
          1_000_000_000_000n - BigInt(before.purchases[0]?.balance_taken_micros),
        );
        expect(before.purchases).toMatchObject([await sumsAtStripe(session)]);
        expect(await brokenInvariants()).toEqual([]);
      },
    ),
    { numRuns: 40 },
  );
}, 240_000);

async function take(
  client: Client,
  session: string,
  purchaseId: string,
  touched: Map<string, "refund" | "dispute">,
  one: typeof step extends fc.Arbitrary<infer Step> ? Step : never,
): Promise<void> {
  const ofKind = (kind: string) => [...touched].filter(([, other]) => other === kind).map(([id]) => id);
  switch (one.do) {
    case "refund":
      await refundPurchase(operator, order(client, purchaseId, `${one.amount * 1_000}`));
      break;
    case "by_hand":
      touched.set(idOf(await stripe.control("refunds", { session, amount: one.amount * 100_000 })), "refund");
      break;
    case "fail_refund": {
      const refunds = ofKind("refund");
      await stripe.control(`refunds/${refunds[one.which % refunds.length]}/fail`);
      break;
    }
    case "dispute":
      touched.set(idOf(await stripe.control("disputes", { session, inquiry: one.inquiry })), "dispute");
      break;
    case "release":
      await stripe.control("deliveries/release", { order: one.reverse ? "reverse" : "created" });
      break;
    default:
      await stripe.control(`disputes/${ofKind("dispute").at(-1)}/${one.do}`);
  }
}

async function refundsAt(payment: string): Promise<string[]> {
  return (await listAtStripe("refunds", payment)).map(({ id }) => String(id));
}

type Listed = { id: string; amount: number; status: string };

async function listAtStripe(kind: "refunds" | "disputes", payment: string): Promise<Listed[]> {
  const response = await fetch(`${stripe.url}/v1/${kind}?limit=100&payment_intent=${payment}`, {
    headers: { authorization: "Bearer sk_test_1234567890abcdef" },
  });
  const list: { data: Listed[] } = await response.json();
  return list.data;
}

/** What the provider says was paid back and is withheld, in micros as text. */
async function sumsAtStripe(session: string): Promise<{ refunded_micros: string; disputed_micros: string }> {
  const response = await fetch(`${stripe.url}/v1/checkout/sessions/${session}`, {
    headers: { authorization: "Bearer sk_test_1234567890abcdef" },
  });
  const { payment_intent: payment }: { payment_intent: string } = await response.json();
  const sum = (list: Listed[], states: string[]) =>
    String(
      list.filter(({ status }) => states.includes(status)).reduce((total, { amount }) => total + amount, 0) *
        10_000,
    );
  return {
    refunded_micros: sum(await listAtStripe("refunds", payment), ["succeeded", "pending", "requires_action"]),
    disputed_micros: sum(await listAtStripe("disputes", payment), ["needs_response", "under_review", "lost"]),
  };
}
