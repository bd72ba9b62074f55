import { describe, expect, test } from "vitest";
import { micros } from "@/lib/metering/model/accounts";
import type { StatusType } from "@/lib/metering/model/facts";
import { ANI, BUDI, Events, inScheme, NO_GRANTS, organization } from "@/lib/metering/model/fixtures";
import { indonesian, standardPriceBook } from "@/lib/metering/model/standard-prices";

const events = new Events();
const NOON = "2026-11-15T12:00:00+07:00";

describe("arrival", () => {
  test("a repeated event is a duplicate, whatever it says · M1", () => {
    const client = organization();
    const event = events.delivered({ at: NOON, category: "marketing" });
    expect(client.receive([event, { ...event, time: "2030-01-01T00:00:00Z" }])).toEqual([
      "accepted",
      "duplicate",
    ]);
    expect(client.charges()).toHaveLength(1);
  });

  test("an event may be five minutes ahead, not more; a rejected one does not burn its id", () => {
    const client = organization();
    const event = events.delivered({
      at: "2026-11-15T12:05:00.001+07:00",
      id: "ahead",
      category: "marketing",
    });
    expect(client.receive([event])).toEqual([{ rejected: "in_the_future" }]);
    expect(client.receive([{ ...event, time: "2026-11-15T12:05:00+07:00" }])).toEqual(["accepted"]);
  });

  test("one phone number spelled in five ways is one visitor; a user id stays as it is", () => {
    const client = organization();
    const spellings = [
      ANI,
      `+${ANI}`,
      `00${ANI}`,
      "+62 (812) 0000-0001",
      "62.812.0000.0001",
      "ID.4711",
      " id.4711",
    ];
    client.receive(spellings.map((to) => events.received({ at: NOON, to })));
    expect(client.visitors().map(({ contact }) => contact)).toEqual([ANI, "ID.4711", "id.4711"]);
  });

  test("messages of other channels count visitors and cost nothing", () => {
    const client = organization();
    client.receive([
      events.received({ at: NOON, channel: "email", to: " +62 1 " }),
      events.delivered({ at: NOON, channel: "email", category: "marketing" }),
    ]);
    expect(client.charges()).toEqual([]);
    expect(client.visitors()).toMatchObject([
      { channel: "email", contact: "+62 1", coveredBy: "over_quota" },
    ]);
  });

  test("who covers a visitor follows the order of counting, the time shown is the earliest", () => {
    const client = organization({ package: { ...NO_GRANTS, uniqueVisitors: 1 } });
    client.topUp(0n, 1);
    client.receive([
      events.received({ at: NOON, to: "623" }),
      events.received({ at: "2026-11-14T12:00:00+07:00", to: "621" }),
      events.received({ at: NOON, to: "622" }),
      events.received({ at: "2026-11-01T00:00:00+07:00", to: "623" }),
    ]);
    expect(client.visitors()).toMatchObject([
      { contact: "623", coveredBy: "package", firstSeenAt: "2026-10-31T17:00:00Z" },
      { contact: "621", coveredBy: "top_up" },
      { contact: "622", coveredBy: "over_quota" },
    ]);
  });
});

describe("one message", () => {
  const statuses: [StatusType, string][] = [
    ["message.sent", "2026-11-14T23:59:58+07:00"],
    ["message.delivered", "2026-11-15T00:00:01+07:00"],
    ["message.read", "2026-11-14T23:59:59+07:00"],
    ["message.failed", "2026-11-15T00:00:02+07:00"],
  ];

  test.each([
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [1, 3, 0, 2],
    [2, 0, 3, 1],
  ])("statuses in the order %i %i %i %i charge once, when it was first delivered or read", (...order) => {
    const client = organization();
    const all = statuses.map(([type, at]) => ({
      ...events.sent({ at, message: "m", category: "utility" }),
      type,
    }));
    for (const index of order) client.receive(all.slice(index, index + 1));
    expect(client.charges()).toMatchObject([{ state: "charged", occurredAt: "2026-11-14T16:59:59Z" }]);
    expect(client.balance().whatsapp_balance.additional).toBe("-356.65");
  });

  test("the category that Meta bills wins, the newest report of it, and the old charge is given back", () => {
    const client = organization();
    client.topUp(micros("1000"), 0);
    const said = { message: "m", category: "utility" };
    client.receive([
      events.delivered({ ...said, at: NOON, pricing: { type: "regular", category: "marketing" } }),
      events.sent({
        ...said,
        at: "2026-11-15T11:00:00+07:00",
        pricing: { type: "regular", category: "utility" },
      }),
    ]);
    expect(client.charges()).toMatchObject([{ category: "marketing", unitPriceMicros: micros("586.33") }]);
    client.receive([events.read({ ...said, at: NOON, pricing: { type: "regular", category: "utility" } })]);
    expect(client.charges()).toMatchObject([{ category: "utility", unitPriceMicros: micros("356.65") }]);
    expect(client.ledgerTotals()).toMatchObject({
      "usage additional>usage": micros("942.98"),
      "usage usage>additional": micros("586.33"),
    });
  });

  test("a charge is given back to the balances that paid it, then the debt is settled", () => {
    const client = organization({ package: { ...NO_GRANTS, initialBalanceMicros: micros("500") } });
    client.receive([
      events.delivered({ at: NOON, message: "m", category: "marketing" }),
      events.delivered({ at: NOON, to: BUDI, category: "utility" }),
      events.read({
        at: NOON,
        message: "m",
        pricing: { type: "free_customer_service", category: "marketing" },
      }),
    ]);
    expect(client.charges()).toMatchObject([{ state: "free", freeReason: "window" }, { state: "charged" }]);
    expect(client.balance().whatsapp_balance).toMatchObject({ initial: "143.35", additional: "0.00" });
    expect(client.ledgerTotals()["settlement initial>additional"]).toBe(micros("356.65"));
  });

  test("without the flag authentication-international is plain authentication", () => {
    const pricing = { type: "regular", category: "AUTHENTICATION_INTERNATIONAL" };
    for (const [authenticationInternational, price] of [
      [false, "356.65"],
      [true, "1940.13"],
    ] as const) {
      const client = organization({ authenticationInternational });
      client.receive([events.delivered({ at: NOON, category: "authentication", pricing })]);
      expect(client.charges()).toMatchObject([{ unitPriceMicros: micros(price) }]);
    }
  });

  test("a group message is charged inside a window, whatever its pricing type and category", () => {
    const client = inScheme("2025-12-15T12:00:00+07:00", 5);
    const group = "g1";
    const at = "2025-12-15T12:00:00+07:00";
    client.receive([
      events.received({ at, group }),
      events.delivered({ at, group, category: "service" }),
      events.delivered({
        at,
        group,
        pricing: { type: "free_group_customer_service", category: "group_service" },
      }),
      events.delivered({ at, group }),
    ]);
    expect(client.usageByDay()).toMatchObject([
      { group: 3, amountMicros: micros("1069.95"), unique_visitors: 1 },
    ]);
    expect(client.balance().conversations?.used).toBe(0);
  });
});

describe("price, market and date", () => {
  test("the version in force on the local day of the occurrence prices it, from 00:00 on", () => {
    const client = organization({ startsOn: "2025-06", clock: "2026-11-15T12:00:00+07:00" });
    client.receive([
      events.delivered({ at: "2025-06-30T23:59:59.999+07:00", category: "authentication" }),
      events.delivered({ at: "2025-07-01T00:00:00+07:00", to: BUDI, category: "authentication" }),
    ]);
    expect(client.charges()).toMatchObject([
      { unit: "conversation", unitPriceMicros: micros("428"), priceVersion: "2024-11-01" },
      { unit: "message", unitPriceMicros: micros("356.65"), priceVersion: "2025-07-01" },
    ]);
  });

  test("the market is found by the longest prefix in force, or by the country of a user id", () => {
    const client = organization({ startsOn: "2025-06" });
    const marketOf = (to: string, at: string) => {
      client.receive([events.delivered({ at, to, category: "marketing" })]);
      return client.charges().at(-1)?.market;
    };
    expect(marketOf("13125550100", NOON)).toBe("North America");
    expect(marketOf("17875550100", NOON)).toBe("Rest of Latin America");
    expect(marketOf("12425550100", NOON)).toBe("Other");
    expect(marketOf("9779800000000", "2026-09-30T23:59:59+07:00")).toBe("Rest of Asia Pacific");
    expect(marketOf("9779800000000", "2026-10-01T00:00:00+07:00")).toBe("Nepal");
    expect(marketOf("PR.4711", NOON)).toBe("Rest of Latin America");
    expect(marketOf("XX.4711", NOON)).toBe("Other");
    expect(marketOf("4411", NOON)).toBe("Other");
  });

  test("tiers are marginal, and count a market's units of a category in their month", () => {
    const utility = {
      ...indonesian("utility", "10"),
      tiers: [
        { above: 1, unitPriceMicros: micros("9") },
        { above: 3, unitPriceMicros: micros("8") },
      ],
    };
    const client = organization({ priceBook: [{ from: "2026-01-01", scheme: {}, prices: [utility] }] });
    for (let n = 0; n < 5; n += 1) client.receive([events.delivered({ at: NOON, category: "utility" })]);
    client.receive([events.delivered({ at: "2026-10-31T12:00:00+07:00", category: "utility" })]);
    const prices = ["10", "9", "9", "8", "8", "10"].map(micros);
    expect(client.charges().map(({ unitPriceMicros }) => unitPriceMicros)).toEqual(prices);
  });

  test("a category without a price is parked and charged when its price is published", () => {
    const client = organization({ package: { ...NO_GRANTS, initialBalanceMicros: micros("500") } });
    client.receive([events.delivered({ at: NOON, category: "marketing_lite" })]);
    expect(client.charges()).toMatchObject([{ state: "unpriced", units: 1, priceVersion: null }]);
    expect(client.usageByDay()).toMatchObject([{ other: 1, amountMicros: 0n }]);
    const [, , , current] = standardPriceBook(0);
    if (!current) throw new Error("four versions");
    client.publishPrices({ ...current, prices: [...current.prices, indonesian("marketing_lite", "200")] });
    expect(client.charges()).toMatchObject([{ state: "charged", amountMicros: micros("200") }]);
    expect(client.balance().whatsapp_balance.initial).toBe("300.00");
  });

  test("a late price uses the quota of the month in which the message occurred", () => {
    const client = organization({ priceBook: [], package: { ...NO_GRANTS, conversations: 1 } });
    client.receive([events.delivered({ at: NOON, category: "service" })]);
    client.advanceClock("2026-12-15T12:00:00+07:00");
    client.publishPrices({ from: "2026-11-01", scheme: {}, prices: [indonesian("service", "100")] });
    expect(client.charges()).toMatchObject([{ state: "charged", paidFromQuota: 1, amountMicros: 0n }]);
    expect(client.balance().conversations).toMatchObject({ used: 0 });
  });

  test("a message of unknown category is service inside a window, else parked until the category is known", () => {
    const client = inScheme("2026-11-15T12:00:00+07:00", 1);
    client.receive([
      events.received({ at: "2026-11-14T12:00:00.001+07:00" }),
      events.delivered({ at: NOON }),
      events.delivered({ at: NOON, to: BUDI, message: "m" }),
    ]);
    expect(client.charges()).toMatchObject([
      { category: "service", paidFromQuota: 1 },
      { category: "", state: "unpriced", units: 1 },
    ]);
    client.receive([events.sent({ at: NOON, to: BUDI, message: "m", category: "marketing" })]);
    expect(client.charges().at(1)).toMatchObject({ category: "marketing", state: "charged" });
  });
});
