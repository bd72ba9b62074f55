import { afterAll, beforeAll, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, inOrganization, rawSql } from "@/db/client";
import { lettersTo } from "@/lib/mail/testing";
import { micros } from "@/lib/money/money";
import type { StandIn } from "@/scripts/stripe-stand-in/stand-in";
import { fulfil } from "../fulfilment";
import { recordManualTopUp } from "../manual";
import { putReceiptIssuer } from "../products/products";
import {
  brokenInvariants,
  buyerOf,
  type Client,
  newClient,
  operator,
  startPurchase,
  startStripe,
  stateOf,
} from "../testing";
import { readReceipt } from "./receipts";

let stripe: StandIn;

beforeAll(async () => {
  stripe = await startStripe();
});
afterAll(async () => {
  expect(await brokenInvariants()).toEqual([]);
  await stripe.close();
  await closeDatabases();
});

const record = (client: Client, reference: string, more: object = {}) =>
  recordManualTopUp(operator, {
    organization: client.slug,
    visitorBlocks: 0,
    balance: micros("1000000"),
    reference,
    ...more,
  });

test("receipts of many clients at once are numbered without gaps, also where credits are undone · T6", async () => {
  const clients = await Promise.all(Array.from({ length: 6 }, () => newClient()));
  const numbers = async () => {
    const rows = await acrossOrganizations(
      (tx) => rawSql(tx)`select number from receipts where series = 'T' and year = 2026 order by number`,
    );
    return rows.map(({ number }) => Number(number));
  };
  const outcomes = await Promise.allSettled(
    clients.flatMap((client, n) => [
      record(client, "A"),
      record(client, "B"),
      record(client, "A"),
      // Undone at the very end: the month was never opened.
      record(client, "C", { visitorBlocks: 1, visitorsMonth: n % 2 === 0 ? "2027-01" : "2026-11" }),
    ]),
  );
  expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(3);
  const all = await numbers();
  expect(all).toEqual(all.map((_, index) => index + 1));
});

test("a receipt belongs to the year of the payment in the organization's zone · T6", async () => {
  const client = await newClient({ clock: new Date("2026-12-31T16:30:00Z") });
  const late = await record(client, "late");
  const old = await record(client, "old", { receivedAt: new Date("2025-12-31T17:00:00Z") });
  const older = await record(client, "older", { receivedAt: new Date("2025-12-31T16:59:59Z") });
  const nameOf = async ({ purchaseId }: { purchaseId: string }) =>
    (await readReceipt(buyerOf(client), purchaseId)).receipt.name;
  expect(await nameOf(late)).toMatch(/^T-2026-\d{6}$/);
  expect(await nameOf(old)).toMatch(/^T-2026-\d{6}$/);
  expect(await nameOf(older)).toMatch(/^T-2025-\d{6}$/);
});

test("a receipt keeps its issuer and its client's name, and the database refuses to change it · T6", async () => {
  const client = await newClient();
  const { purchaseId } = await record(client, "first");
  const before = await readReceipt(buyerOf(client), purchaseId);
  await putReceiptIssuer(operator, {
    name: "Kuota Baru",
    address: "Bandung",
    taxId: "01.234",
    email: "a@example.com",
  });
  const second = await record(client, "second");
  expect((await readReceipt(buyerOf(client), purchaseId)).receipt).toEqual(before.receipt);
  expect((await readReceipt(buyerOf(client), second.purchaseId)).receipt).toMatchObject({
    issuerName: "Kuota Baru",
    customerName: "Toko Melati",
  });
  await putReceiptIssuer(operator, { name: "Kuota", address: "Jakarta, Indonesia", taxId: "", email: "" });
  for (const statement of ["update receipts set number = 9", "delete from receipts"]) {
    await expect(inOrganization(client.id, (tx) => rawSql(tx).unsafe(statement))).rejects.toThrow();
  }
});

test("another organization's receipt, an unpaid one's and none at all are not there · T6", async () => {
  const [client, stranger] = [await newClient(), await newClient()];
  const { purchaseId } = await record(client, "first");
  const open = await startPurchase(client);
  for (const [reader, id] of [
    [stranger, purchaseId],
    [client, open.purchaseId],
    [client, "none"],
  ] as const) {
    await expect(readReceipt(buyerOf(reader), id)).rejects.toMatchObject({ code: "not_found" });
  }
});

test("the confirmation goes once to who bought, with the amounts and the receipt, in their language", async () => {
  const client = await newClient();
  const { session, purchaseId } = await startPurchase(client, { blocks: 1, balance: "1000000" });
  await stripe.control(`sessions/${session}/complete`);
  await Promise.all(Array.from({ length: 5 }, () => fulfil(session)));
  const { receipt } = await readReceipt(buyerOf(client), purchaseId);
  const mails = await inOrganization(
    client.id,
    (tx) => rawSql(tx)`select recipient, subject from mails where organization_id = ${client.id}`,
  );
  const letters = await lettersTo(client.email);
  expect(letters).toHaveLength(1);
  const [plainText, html] = letters[0]?.split("Content-Type: text/html") ?? [];
  expect(mails).toHaveLength(1);
  expect(mails[0]).toMatchObject({
    recipient: client.email,
    subject: `Payment received: Rp 1,443,000.00 · receipt ${receipt.name}`,
  });
  for (const part of [
    "500 unique visitors, valid until the end of November 2026",
    "Rp 143,000.00",
    receipt.name,
  ]) {
    expect(plainText).toContain(part);
    expect(html).toContain(part);
  }
  expect(plainText).toContain(`/o/${client.slug}/package-usage/purchases/${purchaseId}/receipt`);
});

test("a name cannot put markup into the confirmation", async () => {
  const client = await newClient({ name: `<b>Toko</b> "Melati"` });
  await record(client, "first");
  const [, html] = (await lettersTo(client.email))[0]?.split("Content-Type: text/html") ?? [];
  expect(html).toContain("&lt;b&gt;Toko&lt;/b&gt;");
  expect(html).not.toContain("<b>");
});

test("a manual top-up is recorded once per reference, with the tax and without a minimum · A4", async () => {
  const client = await newClient();
  const first = await record(client, "TRF", { balance: micros("250000") });
  expect(first.outcome).toBe("created");
  expect(await record(client, "TRF", { balance: micros("250000") })).toEqual({
    ...first,
    outcome: "unchanged",
  });
  await expect(record(client, "TRF", { balance: micros("250001") })).rejects.toMatchObject({
    code: "conflict",
  });
  await expect(record(client, "F", { receivedAt: new Date("2027-01-01T00:00:00Z") })).rejects.toMatchObject({
    code: "invalid_input",
  });
  expect(await stateOf(client)).toMatchObject({ additional: micros("250000"), receipts: 1, mails: 1 });
});

test("visitors may be credited to an earlier month that was opened, and belong to it · A4", async () => {
  const client = await newClient({ starts_on: "2026-09-01" });
  await record(client, "Sep", { visitorBlocks: 1, balance: 0n, visitorsMonth: "2026-09" });
  await expect(
    record(client, "Aug", { visitorBlocks: 1, balance: 0n, visitorsMonth: "2026-08" }),
  ).rejects.toMatchObject({ code: "invalid_input" });
  expect(await stateOf(client)).toMatchObject({ purchases: [{ visitors_month: "2026-09" }], visitors: 500 });
});
