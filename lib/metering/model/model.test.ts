import { expect, test } from "vitest";
import { micros } from "@/lib/metering/model/accounts";
import { Events, organization } from "@/lib/metering/model/fixtures";
import { indonesian } from "@/lib/metering/model/standard-prices";

/** The worked cases of the rules of money and quotas, S1 to S11. */

const NOON = "2026-11-15T12:00:00+07:00";
const NO_QUOTA = { uniqueVisitors: 0, conversations: 0, initialCarriesOver: false };
const events = new Events();

test.each([
  ["S1 partial: a grant smaller than the debt pays a part of it", "-500000", "350000", "0.00", "-150000.00"],
  ["S2 full: a grant as large as the debt clears it", "-500000", "500000", "0.00", "0.00"],
  [
    "S3 more than full: what the debt leaves of the grant stays initial",
    "-300000",
    "500000",
    "200000.00",
    "0.00",
  ],
])("%s", (_, additional, grant, initialAfter, additionalAfter) => {
  const client = organization();
  client.adjust("additional", micros(additional));
  client.changePackage("2026-12", { ...NO_QUOTA, initialBalanceMicros: micros(grant) });
  client.advanceClock("2026-12-01T00:00:00+07:00");
  expect(client.balance().whatsapp_balance).toMatchObject({
    initial: initialAfter,
    additional: additionalAfter,
  });
  expect(client.usageByDay()).toEqual([]);
});

test("S4 a top-up on a debt settles it first and the rest is spendable", () => {
  const client = organization();
  client.adjust("additional", micros("-5000"));
  client.topUp(micros("1000000"), 0);
  expect(client.balance().whatsapp_balance).toMatchObject({
    additional: "995000.00",
    available: "995000.00",
  });
});

test("S5 one charge may be split between initial and additional", () => {
  const client = organization({ package: { ...NO_QUOTA, initialBalanceMicros: micros("500") } });
  client.adjust("additional", micros("10000"));
  client.receive([events.delivered({ at: NOON, category: "marketing" })]);
  expect(client.balance().whatsapp_balance).toMatchObject({ initial: "0.00", additional: "9913.67" });
  expect(client.charges()).toMatchObject([
    { paidFromInitialMicros: micros("500"), paidFromAdditionalMicros: micros("86.33") },
  ]);
});

test("S6 what neither covers takes additional below zero", () => {
  const client = organization();
  client.adjust("additional", micros("100"));
  client.receive([events.delivered({ at: NOON, category: "utility" })]);
  expect(client.balance().whatsapp_balance).toMatchObject({ initial: "0.00", additional: "-256.65" });
});

test("S7 a broadcast to 100 numbers costs 100 units and counts no visitor", () => {
  const client = organization();
  const numbers = Array.from({ length: 100 }, (_, index) => `62813${String(index).padStart(7, "0")}`);
  client.receive(numbers.map((to) => events.delivered({ at: NOON, to, message: to, category: "marketing" })));
  expect(client.usageByDay()).toMatchObject([
    { day: "2026-11-15", marketing: 100, unique_visitors: 0, amountMicros: micros("58633") },
  ]);
});

test("S8 a group message costs the utility price per member it reached", () => {
  const client = organization();
  const members = Array.from({ length: 8 }, (_, index) => `628140000000${index}`);
  const toMember = (to: string) => ({
    at: NOON,
    to,
    message: "to-the-group",
    group: "g1",
    category: "service",
  });
  client.receive(members.map((to) => events.sent(toMember(to))));
  client.receive(members.slice(0, 6).map((to) => events.delivered(toMember(to))));
  expect(client.usageByDay()).toMatchObject([{ group: 6, service: 0, amountMicros: micros("2139.90") }]);
});

test("S9 five messages on WhatsApp and one from Instagram are two unique visitors", () => {
  const client = organization({
    package: { ...NO_QUOTA, uniqueVisitors: 2_000, initialBalanceMicros: 0n },
  });
  const onWhatsApp = Array.from({ length: 5 }, () => events.received({ at: NOON }));
  client.receive([...onWhatsApp, events.received({ at: NOON, channel: "instagram", to: "ani.design" })]);
  expect(client.balance().unique_visitors).toEqual({
    package: 2_000,
    top_up: 0,
    used: 2,
    remaining: 1_998,
    over_quota: 0,
  });
});

test("S10 the last conversation of the quota, then the balance", () => {
  const client = organization({
    package: { ...NO_QUOTA, conversations: 1, initialBalanceMicros: 0n },
    priceBook: [
      {
        from: "2023-06-01",
        scheme: { service: { unit: "conversation" } },
        prices: [indonesian("service", "271.10")],
      },
    ],
  });
  const replies = ["6281", "6282", "6283"].map((to) =>
    events.delivered({ at: NOON, to, category: "service" }),
  );
  client.receive(replies);
  expect(client.balance()).toMatchObject({
    conversations: { package: 1, used: 1, remaining: 0 },
    whatsapp_balance: { additional: "-542.20" },
  });
});

test("S11 a new month starts from the package; only additional carries over", () => {
  const client = organization({
    package: { ...NO_QUOTA, uniqueVisitors: 2_000, initialBalanceMicros: micros("350000") },
  });
  client.adjust("initial", micros("-230000"));
  client.topUp(micros("80000"), 500);
  const numbers = Array.from({ length: 1_900 }, (_, index) => `6281${index}`);
  client.receive(numbers.map((to) => events.received({ at: NOON, to })));
  expect(client.balance()).toMatchObject({
    unique_visitors: { package: 2_000, top_up: 500, used: 1_900, remaining: 600 },
    whatsapp_balance: { initial: "120000.00", additional: "80000.00" },
  });
  client.advanceClock("2026-12-01T00:00:00+07:00");
  expect(client.balance()).toMatchObject({
    unique_visitors: { package: 2_000, top_up: 0, used: 0, remaining: 2_000 },
    whatsapp_balance: { initial: "350000.00", additional: "80000.00" },
  });
  expect(client.ledgerTotals()).toMatchObject({ "expiry initial>expired": micros("120000") });
});
