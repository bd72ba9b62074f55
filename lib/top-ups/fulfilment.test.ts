import { afterAll, beforeAll, expect, test } from "vitest";
import { closeDatabases } from "@/db/client";
import type { StandIn } from "@/scripts/stripe-stand-in/stand-in";
import { fulfil } from "./fulfilment";
import { brokenInvariants, newClient, startPurchase, startStripe, stateOf } from "./testing";

let stripe: StandIn;

beforeAll(async () => {
  stripe = await startStripe();
});
afterAll(async () => {
  await stripe.close();
  await closeDatabases();
});

test("a paid top-up of both products is credited, receipted and confirmed once, however often it is looked at · T2 T6", async () => {
  const client = await newClient();
  const { session } = await startPurchase(client, { blocks: 2, balance: "1500000" });
  expect(await fulfil(session)).toMatchObject({ outcome: "unpaid" });
  expect(await stateOf(client)).toMatchObject({
    additional: 0n,
    visitors: 0,
    receipts: 0,
    purchases: [{ status: "open" }],
  });
  await stripe.control(`sessions/${session}/complete`);
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
  expect(await brokenInvariants()).toEqual([]);
});
