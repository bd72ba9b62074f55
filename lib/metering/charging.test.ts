import { describe, expect, test } from "vitest";
import type { Hold } from "@/lib/holds/rules";
import { micros, toDecimal } from "@/lib/money/money";
import type { UsageEvent } from "./message";
import { applyEvents, reprice } from "./rules";
import {
  ANI,
  chargeOf,
  HOUR,
  inbound,
  NOON,
  newBench,
  outcomes,
  PRICES,
  priceVersion,
  usageEvent,
} from "./testing";
import { messageKey } from "./workbench";

/** Noon in Jakarta in each of Meta's schemes. */
const IN_2023 = Date.parse("2023-07-10T05:00:00Z");
const IN_2024 = Date.parse("2024-12-10T05:00:00Z");
const IN_2025 = Date.parse("2025-08-10T05:00:00Z");

const service = (facts: Partial<UsageEvent> = {}) => usageEvent({ category: "service", ...facts });
const utility = (facts: Partial<UsageEvent> = {}) => usageEvent({ category: "utility", ...facts });

describe("what pays", () => {
  test.each([
    ["S5 split", "500", "10000", "marketing", "0.00", "9913.67", "initial_and_additional 1 586.33"],
    ["S6 below zero", "0", "100", "utility", "0.00", "-256.65", "additional 1 356.65"],
    ["initial alone", "1000", "100", "marketing", "413.67", "100.00", "initial 1 586.33"],
    ["initial to the last micro", "586.33", "0", "marketing", "0.00", "0.00", "initial 1 586.33"],
  ])("%s", (_, initial, additional, category, initialAfter, additionalAfter, outcome) => {
    const bench = newBench({ initial, additional });
    const event = usageEvent({ category });
    expect(outcomes(bench, event)).toEqual([outcome]);
    expect([toDecimal(bench.initial), toDecimal(bench.additional)]).toEqual([initialAfter, additionalAfter]);
    const { amount, fromInitial, fromAdditional } = chargeOf(bench, event);
    expect(fromInitial + fromAdditional).toBe(amount);
  });

  test("a late event uses the quota of the month in which it occurred", () => {
    const bench = newBench({
      quotas: [
        { month: "2024-12", conversationsPackage: 1 },
        { month: "2026-11", conversationsPackage: 1 },
      ],
    });
    expect(outcomes(bench, service({ at: IN_2024 }))).toEqual(["quota 1 271.10"]);
    expect(bench.quotas.get("2024-12")?.conversationsUsed).toBe(1);
    expect(bench.quotas.get("2026-11")?.conversationsUsed).toBe(0);
  });
});

describe("the price of the day on which it occurred, in the organization's zone", () => {
  const boundary = Date.parse("2026-09-30T17:00:00Z");
  const versions = [
    priceVersion("2026-07-01"),
    priceVersion("2026-10-01", { marketing: { unitPrice: micros("600"), tiers: [] } }),
  ];

  test.each([
    ["a millisecond before midnight in Jakarta", boundary - 1, "Asia/Jakarta", "586.33"],
    ["at midnight in Jakarta, the first day of the new price", boundary, "Asia/Jakarta", "600.00"],
    ["the same instant further east", boundary - 1, "Asia/Tokyo", "600.00"],
    ["the same instant further west", boundary + 1, "America/New_York", "586.33"],
  ])("%s", (_, at, timeZone, price) => {
    const bench = newBench({ organization: { timeZone }, versions });
    expect(outcomes(bench, usageEvent({ at }))).toEqual([`additional 1 ${price}`]);
  });

  test("before the first version, in an unlisted market, of an unheard-of category: parked, never dropped", () => {
    const told = [
      usageEvent({ at: Date.parse("2026-06-30T16:59:59Z") }),
      usageEvent({ contact: "4915112345678" }),
      usageEvent({ category: "marketing_lite" }),
    ];
    const bench = newBench({ versions, additional: "10" });
    expect(outcomes(bench, ...told)).toEqual([
      "unpriced 1 no_version",
      "unpriced 1 no_price",
      "unpriced 1 no_price",
    ]);
    expect(toDecimal(bench.additional)).toBe("10.00");
  });

  test("what was parked is charged once a price is published, at that price", () => {
    const event = usageEvent({ category: "marketing_lite" });
    const before = newBench();
    applyEvents(before, [event]);
    const price = { unitPrice: micros("5"), tiers: [] };
    const bench = newBench({ versions: [priceVersion("2026-10-01", { marketing_lite: price })] });
    const parked = [...before.messages.values()];
    for (const message of parked) bench.messages.set(messageKey(message.messageId, message.contact), message);
    reprice(bench, parked);
    expect(chargeOf(bench, event)).toMatchObject({ paidFrom: "additional", amount: micros("5") });
  });

  test("a recipient known only by a user id has its country in front of the dot", () => {
    const bench = newBench();
    const event = usageEvent({ contact: "ID.1A2b" });
    expect(outcomes(bench, event)).toEqual(["additional 1 586.33"]);
    expect(chargeOf(bench, event)).toMatchObject({ market: "Indonesia", basis: { prefix: "ID" } });
  });
});

describe("volume tiers · only the messages inside the higher band get the lower rate", () => {
  const tiers = [{ above: 2, unitPrice: micros("338.8175") }];
  const tiered = priceVersion("2026-10-01", { utility: { unitPrice: micros("356.65"), tiers } });

  test("count per market and month", () => {
    const told = [0, 0, 0, 0, -35 * 24 * HOUR].map((after) => utility({ at: NOON + after }));
    const versions = [{ ...tiered, effectiveFrom: "2026-01-01" }];
    expect(outcomes(newBench({ versions }), ...told)).toEqual([
      "additional 1 356.65",
      "additional 1 356.65",
      "additional 1 338.8175",
      "additional 1 338.8175",
      "additional 1 356.65",
    ]);
  });

  test("a message charged anew leaves its place in the band", () => {
    const bench = newBench({ versions: [tiered] });
    const [first, second, third] = [utility(), utility(), utility()];
    applyEvents(bench, [first, second]);
    const billed = { ...first, kind: "read" as const, pricing: { type: null, category: "marketing" } };
    applyEvents(bench, [billed, third]);
    expect(chargeOf(bench, third).unitPrice).toBe(micros("356.65"));
  });
});

describe("authentication-international · a flag of the organization, off by default", () => {
  test.each([
    [false, "300.00", "authentication"],
    [true, "1940.13", "authentication-international"],
  ])("eligible: %s", (authenticationInternational, price, category) => {
    const bench = newBench({ organization: { authenticationInternational } });
    const event = usageEvent({ category: "authentication-international" });
    expect(outcomes(bench, event)).toEqual([`additional 1 ${price}`]);
    expect(chargeOf(bench, event).category).toBe(category);
  });
});

describe("group messages · the utility price of the member's market, whatever pricing.type says", () => {
  const group = { groupId: "g1" };

  test.each([
    ["marketing", { category: "marketing" }],
    ["a reply inside an open window", { category: "service" }],
    ["called free by Meta", { pricing: { type: "free_group_customer_service", category: "service" } }],
    ["without a category", { category: null }],
  ])("%s", (_, facts) => {
    const told = [inbound(group), usageEvent({ ...group, ...facts })];
    expect(outcomes(newBench(), ...told)).toEqual(["additional 1 356.65"]);
  });

  test("S8: 8 members, delivered to 6: 2,139.90 and 6 units", () => {
    const bench = newBench({ additional: "3000" });
    const members = Array.from({ length: 8 }, (_, n) => `62812000000${n}`);
    const facts = { ...group, messageId: "m", category: "utility" };
    applyEvents(bench, [
      ...members.map((contact) => usageEvent({ ...facts, contact, kind: "sent" })),
      ...members.slice(0, 6).map((contact) => usageEvent({ ...facts, contact })),
    ]);
    expect(toDecimal(bench.additional)).toBe("860.10");
    expect(bench.tally.days.get("2026-11-02")).toMatchObject({ group: 6, utility: 0 });
  });

  test("neither open nor use conversations, free numbers or quotas", () => {
    const bench = newBench({ quotas: [{ month: "2023-07", conversationsPackage: 5 }] });
    const told = [0, 1].map(() => usageEvent({ ...group, category: "service", at: IN_2023 }));
    expect(outcomes(bench, ...told)).toEqual(["additional 1 356.65", "additional 1 356.65"]);
    expect([bench.conversations.size, bench.touchedQuotas.size]).toEqual([0, 0]);
  });
});

describe("Meta's word on what is free decides", () => {
  test.each(["free_customer_service", "free_entry_point"])("%s", (type) => {
    expect(outcomes(newBench(), usageEvent({ pricing: { type, category: "marketing" } }))).toEqual([
      `free 1 ${type}`,
    ]);
  });

  test("regular is charged, whatever our own windows say", () => {
    const told = [
      inbound({ at: IN_2025 }),
      utility({ at: IN_2025, pricing: { type: "regular", category: "utility" } }),
    ];
    expect(outcomes(newBench(), ...told)).toEqual(["additional 1 356.65"]);
  });

  test("through an ad, answered within 24 h: free for 72 h from the answer", () => {
    const answered = NOON + 24 * HOUR;
    const told = [
      inbound({ fromAd: true }),
      usageEvent({ at: answered }),
      usageEvent({ at: answered + 72 * HOUR - 1 }),
      usageEvent({ at: answered + 72 * HOUR }),
    ];
    expect(outcomes(newBench(), ...told)).toEqual([
      "free 1 free_entry_point",
      "free 1 free_entry_point",
      "additional 1 586.33",
    ]);
  });
});

describe("a charge decided anew", () => {
  test("gives back exactly what it took before", () => {
    const bench = newBench({
      initial: "100",
      additional: "1000",
      quotas: [{ month: "2026-11", conversationsPackage: 1 }],
    });
    const told = [service(), service(), service()];
    applyEvents(bench, told);
    expect(bench.quotas.get("2026-11")?.conversationsUsed).toBe(1);
    applyEvents(
      bench,
      told.map((event) => ({
        ...event,
        kind: "read" as const,
        at: event.at + 1,
        pricing: { type: "free_entry_point", category: "service" },
      })),
    );
    expect(bench.quotas.get("2026-11")?.conversationsUsed).toBe(0);
    expect([...bench.counters.values()]).toEqual([0]);
    expect([toDecimal(bench.initial), toDecimal(bench.additional)]).toEqual(["100.00", "1000.00"]);
  });

  test("money given back beside a debt settles it at once", () => {
    const bench = newBench({ initial: "586.33" });
    const [first, second] = [usageEvent(), usageEvent()];
    applyEvents(bench, [first, second]);
    expect(toDecimal(bench.additional)).toBe("-586.33");
    applyEvents(bench, [{ ...first, kind: "read", pricing: { type: "free_entry_point", category: null } }]);
    expect([bench.initial, bench.additional, bench.settled]).toEqual([0n, 0n, micros("586.33")]);
  });

  test("pending, failed and other channels' messages cost nothing", () => {
    const bench = newBench();
    applyEvents(bench, [usageEvent({ kind: "sent" }), usageEvent({ kind: "failed" })]);
    expect([...bench.messages.values()].map(({ charge }) => charge)).toEqual([null, null]);
    expect(outcomes(bench, usageEvent({ channel: "instagram" }))).toEqual(["none 0"]);
    expect([bench.additional, bench.tally.days.size]).toEqual([0n, 0]);
  });
});

test("S7 broadcast: 100 distinct numbers at 586.33 take 58,633.00 and count 100 units", () => {
  const bench = newBench({ additional: "58633" });
  const contacts = Array.from({ length: 100 }, (_, n) => `${ANI}${n}`);
  applyEvents(
    bench,
    contacts.map((contact) => usageEvent({ contact, messageId: "m" })),
  );
  expect(bench.additional).toBe(0n);
  expect(bench.tally.days.get("2026-11-02")?.marketing).toBe(100);
  expect(PRICES.marketing).toBe("586.33");
});

test("a reply that names no category gives back the part that was held for service · M3", () => {
  const bench = newBench();
  const line = (index: number, category: string, unitPrice: string) => {
    const units = { quantity: 1, remainingQuantity: 1, unitPrice: micros(unitPrice) };
    return { line: index, market: "Indonesia", category, ...units };
  };
  const [amount, expiresAt] = [micros("656.65"), new Date(NOON + HOUR)];
  const lines = [line(0, "utility", "356.65"), line(1, "service", "300")];
  const hold: Hold = {
    id: "hold_1",
    amount,
    remaining: amount,
    state: "open",
    expiresAt,
    closedAt: null,
    lines,
  };
  bench.holds.set(hold.id, hold);
  bench.book.onHold = amount;
  applyEvents(bench, [inbound(), usageEvent({ category: null, hold: hold.id, at: NOON + 1 })]);
  expect(toDecimal(hold.remaining)).toBe("356.65");
  expect(toDecimal(bench.book.onHold)).toBe("356.65");
});
