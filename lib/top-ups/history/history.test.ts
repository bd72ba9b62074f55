import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeDatabases } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { micros } from "@/lib/money/money";
import type { StandIn } from "@/scripts/stripe-stand-in/stand-in";
import { fulfil } from "../fulfilment";
import { recordManualTopUp } from "../manual";
import { refundPurchase } from "../refunds";
import { buyerOf, type Client, newClient, operator, startPurchase, startStripe } from "../testing";
import { exportAllPurchases, purchasePages } from "./export";
import {
  type HistoryPlace,
  listAllPurchases,
  listPurchases,
  readAnyPurchase,
  readPurchase,
  topUpMarkers,
} from "./history";

let stripe: StandIn;
let client: Client;
const PURCHASES = 12;

beforeAll(async () => {
  stripe = await startStripe();
  client = await newClient({ starts_on: "2026-09-01" });
  for (let n = 1; n <= PURCHASES; n++) {
    await recordManualTopUp(operator, {
      organization: client.slug,
      visitorBlocks: n % 3 === 0 ? 1 : 0,
      balance: micros("1000000"),
      reference: `TRF-${n}`,
      // Two of each share an instant; 17:00 UTC is midnight in Jakarta.
      receivedAt: new Date(Date.UTC(2026, 9, 10 + Math.floor(n / 2), 17)),
      visitorsMonth: "2026-10",
    });
  }
});
afterAll(async () => {
  await stripe.close();
  await closeDatabases();
});

describe("the purchase history · T5", () => {
  test("is paged forwards and back without repeating or losing a purchase, also where instants are shared", async () => {
    const forwards: string[] = [];
    let place: HistoryPlace = null;
    let pages = 0;
    let lastPlace: HistoryPlace = null;
    do {
      const page = await listPurchases(buyerOf(client), {}, place, 5);
      forwards.push(...page.rows.map(({ number }) => number));
      pages += 1;
      expect(page.previous === null).toBe(pages === 1);
      lastPlace = page.previous && { before: page.previous };
      place = page.next && { after: page.next };
    } while (place);
    expect(forwards).toHaveLength(PURCHASES);
    expect(new Set(forwards).size).toBe(PURCHASES);
    expect([...forwards].sort().reverse()).toEqual(forwards);
    const backwards = await listPurchases(buyerOf(client), {}, lastPlace, 5);
    expect(backwards.rows.map(({ number }) => number)).toEqual(forwards.slice(5, 10));
    expect(backwards.next).not.toBeNull();
  });

  test("sums up the filter and not the page", async () => {
    const { totals, rows } = await listPurchases(buyerOf(client), {}, null, 3);
    expect(rows).toHaveLength(3);
    expect(totals).toMatchObject([
      {
        currency: "IDR",
        purchases: 12,
        paid: 12,
        net: micros("13200000"),
        tax: micros("1452000"),
        total: micros("14652000"),
        visitors: 2_000,
      },
    ]);
  });

  test("is filtered by the organization's own days and by status", async () => {
    const on = (day: string) => listPurchases(buyerOf(client), { range: { from: day, to: day } }, null);
    expect((await on("2026-10-11")).rows).toHaveLength(1);
    expect((await on("2026-10-12")).rows).toHaveLength(2);
    expect((await on("2026-10-10")).rows).toHaveLength(0);
    expect((await listPurchases(buyerOf(client), { status: "failed" }, null)).rows).toEqual([]);
    const { totals } = await listPurchases(buyerOf(client), { status: "failed" }, null);
    expect(totals).toEqual([]);
  });

  test("shows an organization nothing of another; staff see all, or one", async () => {
    const other = await newClient();
    const { purchaseId } = await startPurchase(other);
    expect((await listPurchases(buyerOf(other), {}, null)).rows.map(({ id }) => id)).toEqual([purchaseId]);
    await expect(readPurchase(buyerOf(client), purchaseId)).rejects.toMatchObject({ code: "not_found" });
    const all = await listAllPurchases(operator, {}, null, 100_000);
    const slugs = new Set(all.rows.map(({ organization }) => organization.slug));
    expect(slugs.has(client.slug) && slugs.has(other.slug)).toBe(true);
    const one = await listAllPurchases(operator, { organizationId: client.id }, null, 500);
    expect(one.rows).toHaveLength(PURCHASES);
    await expect(readAnyPurchase(operator, "nobody", purchaseId)).rejects.toMatchObject({
      code: "organization_not_found",
    });
  });

  test("is exported whole, newest first", async () => {
    const numbers: string[] = [];
    for await (const rows of purchasePages(buyerOf(client), {}))
      numbers.push(...rows.map(({ number }) => number));
    expect(numbers).toHaveLength(PURCHASES);
  });

  test("is exported for staff with whose each is, in the vendor's time, guarded against spreadsheets", async () => {
    const other = await newClient({ name: "=Toko, Kenanga" });
    await recordManualTopUp(operator, {
      organization: other.slug,
      visitorBlocks: 0,
      balance: micros("1000000"),
      reference: "TRF-csv",
    });
    const read = async (organizationId?: number) => {
      const { fileName, chunks } = exportAllPurchases(operator, { organizationId }, false);
      let text = "";
      for await (const chunk of chunks) text += chunk;
      return { fileName, lines: text.trimEnd().split("\r\n") };
    };
    const { fileName, lines } = await read(other.id);
    expect(fileName).toMatch(/^kuota_purchases_all_\d{4}-\d\d-\d\d\.csv$/);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe(
      "organization,organization_name,number,created_at,paid_at,status,unique_visitors,whatsapp_balance,net,tax,total,currency,method,receipt_number,refunded,disputed,payment_reference,quarantined",
    );
    expect(lines[1]).toContain(`${other.slug},"'=Toko, Kenanga",P-`);
    expect(lines[1]).toMatch(/\+07:00,paid,0,1000000\.00,.*,0\.00,0\.00,TRF-csv,no$/);
    const everybody = await read();
    for (const { slug } of [client, other])
      expect(everybody.lines.some((line) => line.startsWith(`${slug},`))).toBe(true);
  });
});

test("a purchase leads to its transfers, its refunds, its receipt and its payment · T5", async () => {
  const buyer = await newClient();
  const { session, purchaseId } = await startPurchase(buyer, { blocks: 1, balance: "1000000" });
  await stripe.control(`sessions/${session}/complete`);
  await fulfil(session);
  const refund = {
    organization: buyer.slug,
    purchaseId,
    amount: micros("481000"),
    reason: "goodwill",
    request: "r",
  };
  await refundPurchase(operator, refund);
  const found = await readAnyPurchase(operator, buyer.slug, purchaseId);
  expect(found).toMatchObject({
    status: "partly_refunded",
    method: "card",
    methodDetail: "visa 4242",
    refunded: micros("481000"),
    reversals: [{ kind: "refund", state: "succeeded", amount: micros("481000"), reason: "goodwill" }],
    transfers: [
      { kind: "top_up", amount: micros("1000000") },
      { kind: "refund", amount: micros("-333333"), balanceAfter: micros("666667") },
    ],
  });
  expect(found.receipt).toMatch(/^T-2026-/);
  expect(found.providerUrl).toBe(`https://dashboard.stripe.com/test/payments/${found.paymentReference}`);
  expect(found.paymentUrl).toContain("/receipts/");
});

test("top-ups are marked on the days they were paid, in the organization's zone · issue 5", async () => {
  const scope = systemScope("test", client.id, "purchases:read");
  const markers = await topUpMarkers(scope, { from: "2026-10-11", to: "2026-10-12" });
  expect(markers).toEqual([
    { day: "2026-10-11", purchases: 1, balance: micros("1000000"), visitors: 0 },
    { day: "2026-10-12", purchases: 2, balance: micros("2000000"), visitors: 500 },
  ]);
});
