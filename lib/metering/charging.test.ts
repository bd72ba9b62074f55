import { describe, expect, test } from "vitest";
import { micros, toDecimal } from "@/lib/money/money";
import type { Charge, UsageEvent } from "./message";
import { applyEvents, reprice } from "./rules";
import { ANI, BUDI, HOUR, inbound, NOON, newBench, PRICES, priceVersion, usageEvent } from "./testing";
import { messageKey, type Workbench } from "./workbench";

/** Noon in Jakarta in each of Meta's schemes. */
const IN_2023 = Date.parse("2023-07-10T05:00:00Z");
const IN_2024 = Date.parse("2024-12-10T05:00:00Z");
const IN_2025 = Date.parse("2025-08-10T05:00:00Z");

function chargeOf(bench: Workbench, event: UsageEvent): Charge {
  const charge = bench.messages.get(messageKey(event.messageId, event.contact))?.charge;
  if (!charge) throw new Error("the message was charged");
  return charge;
}

/** What each event's message came to: what paid, units, and the price of the unit or why it is free. */
function outcomes(bench: Workbench, ...events: UsageEvent[]): string[] {
  applyEvents(bench, events);
  return events
    .filter(({ kind }) => kind !== "received" && kind !== "called")
    .map((event) => {
      const { paidFrom, units, freeReason, unitPrice, basis } = chargeOf(bench, event);
      const why = freeReason ?? basis.unpriced ?? (unitPrice === null ? "" : toDecimal(unitPrice));
      return `${paidFrom} ${units} ${why}`.trim();
    });
}

const service = (facts: Partial<UsageEvent> = {}) => usageEvent({ category: "service", ...facts });
const utility = (facts: Partial<UsageEvent> = {}) => usageEvent({ category: "utility", ...facts });

describe("scheme of 2023-06-01: everything by conversation, the first service ones of a number and month free", () => {
  test("a template opens a conversation of its category for 24 h; the next one of it costs nothing", () => {
    const bench = newBench({ additional: "10000" });
    const told = [0, 1, 24 * HOUR - 1, 24 * HOUR].map((after) => usageEvent({ at: IN_2023 + after }));
    expect(outcomes(bench, ...told)).toEqual([
      "additional 1 586.33",
      "covered 0 open_conversation",
      "covered 0 open_conversation",
      "additional 1 586.33",
    ]);
  });

  test("each category, business number and contact has its own", () => {
    const at = IN_2023;
    const told = [
      usageEvent({ at }),
      utility({ at }),
      usageEvent({ at, contact: BUDI }),
      usageEvent({ at, businessNumber: "2" }),
    ];
    expect(outcomes(newBench(), ...told)).toEqual([
      "additional 1 586.33",
      "additional 1 356.65",
      "additional 1 586.33",
      "additional 1 586.33",
    ]);
  });

  test("a service conversation opens with the first reply, and only when none of any category is open", () => {
    const bench = newBench({ quotas: [{ month: "2023-07", conversationsPackage: 1 }] });
    const open = utility({ at: IN_2023, contact: BUDI });
    const told = [
      inbound({ at: IN_2023 - 2 * HOUR }),
      service({ at: IN_2023 }),
      service({ at: IN_2023 + HOUR }),
      open,
      service({ at: IN_2023 + HOUR, contact: BUDI }),
    ];
    expect(outcomes(bench, ...told)).toEqual([
      "free 1 free_number",
      "covered 0 open_conversation",
      "additional 1 356.65",
      "covered 0 open_conversation",
    ]);
    expect(chargeOf(bench, open).unit).toBe("conversation");
  });

  test("a customer's message that nobody answers costs nothing", () => {
    const bench = newBench();
    applyEvents(bench, [inbound({ at: IN_2023 })]);
    expect([bench.messages.size, bench.additional]).toEqual([0, 0n]);
  });

  test("the free number counts per business number and month, then the quota, then the balance · S10", () => {
    const bench = newBench({
      additional: "1000",
      quotas: [{ month: "2023-07", conversationsPackage: 1 }],
    });
    const day = (n: number) => service({ at: IN_2023 + n * 24 * HOUR });
    const told = [day(0), day(1), day(2), day(3), service({ at: IN_2023, businessNumber: "2" }), day(30)];
    expect(outcomes(bench, ...told)).toEqual([
      "free 1 free_number",
      "free 1 free_number",
      "quota 1 271.10",
      "additional 1 271.10",
      "free 1 free_number",
      "free 1 free_number",
    ]);
    expect(toDecimal(bench.additional)).toBe("728.90");
  });
});

describe("scheme of 2024-11-01: by conversation", () => {
  test("service conversations have no free number any more", () => {
    const bench = newBench({ quotas: [{ month: "2024-12", conversationsPackage: 1 }] });
    const told = [service({ at: IN_2024 }), service({ at: IN_2024, contact: BUDI })];
    expect(outcomes(bench, ...told)).toEqual(["quota 1 271.10", "additional 1 271.10"]);
  });

  test("Meta's word on when the conversation ends is taken", () => {
    const conversation = { id: "c", expiresAt: IN_2024 + HOUR, origin: null };
    const told = [
      usageEvent({ at: IN_2024, conversation }),
      usageEvent({ at: IN_2024 + HOUR - 1 }),
      usageEvent({ at: IN_2024 + HOUR }),
    ];
    expect(outcomes(newBench(), ...told)).toEqual([
      "additional 1 586.33",
      "covered 0 open_conversation",
      "additional 1 586.33",
    ]);
  });
});

describe("scheme of 2025-07-01: by message; utility free inside a window, service by conversation", () => {
  test.each([
    ["inside the window", 24 * HOUR - 1, "free 1 free_customer_service"],
    ["at its end", 24 * HOUR, "additional 1 356.65"],
  ])("utility %s", (_, after, outcome) => {
    const told = [inbound({ at: IN_2025 }), utility({ at: IN_2025 + after })];
    expect(outcomes(newBench(), ...told)).toEqual([outcome]);
  });

  test("a call opens the window like a message", () => {
    const told = [inbound({ kind: "called", at: IN_2025 }), utility({ at: IN_2025 + 1 })];
    const bench = newBench();
    expect(outcomes(bench, ...told)).toEqual(["free 1 free_customer_service"]);
    expect(bench.visitors.size).toBe(0);
  });

  test("marketing and authentication are charged inside it all the same, every message", () => {
    const told = [
      inbound({ at: IN_2025 }),
      usageEvent({ at: IN_2025 }),
      usageEvent({ at: IN_2025 }),
      usageEvent({ at: IN_2025, category: "authentication" }),
    ];
    expect(outcomes(newBench(), ...told)).toEqual([
      "additional 1 586.33",
      "additional 1 586.33",
      "additional 1 300.00",
    ]);
  });
});

describe("scheme of 2026-10-01: by message; utility inside a window too, service after its free number", () => {
  test("utility is charged inside the window", () => {
    expect(outcomes(newBench(), inbound(), utility())).toEqual(["additional 1 356.65"]);
  });

  test("service: free number → quota of the month → balance, each message a unit", () => {
    const bench = newBench({
      initial: "300",
      additional: "1000",
      quotas: [{ month: "2026-11", conversationsPackage: 1 }],
    });
    const told = Array.from({ length: 5 }, () => service());
    expect(outcomes(bench, ...told)).toEqual([
      "free 1 free_number",
      "free 1 free_number",
      "quota 1 271.10",
      "initial 1 271.10",
      "initial_and_additional 1 271.10",
    ]);
    expect([toDecimal(bench.initial), toDecimal(bench.additional)]).toEqual(["0.00", "757.80"]);
  });

  test("without a category a reply inside the window is service; outside it waits for one", () => {
    const bench = newBench();
    const told = [inbound(), usageEvent({ category: null }), usageEvent({ category: null, contact: BUDI })];
    expect(outcomes(bench, ...told)).toEqual(["free 1 free_number", "unpriced 1 no_category"]);
  });
});

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
