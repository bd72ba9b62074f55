import { describe, expect, test } from "vitest";
import { toDecimal } from "@/lib/money/money";
import type { UsageEvent } from "./message";
import { applyEvents } from "./rules";
import { BUDI, chargeOf, HOUR, inbound, newBench, outcomes, usageEvent } from "./testing";

/** Noon in Jakarta in each of Meta's schemes. */
const IN_2023 = Date.parse("2023-07-10T05:00:00Z");
const IN_2024 = Date.parse("2024-12-10T05:00:00Z");
const IN_2025 = Date.parse("2025-08-10T05:00:00Z");

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

describe("a business number that only one status names, in whatever order they come", () => {
  const sent = (at: number) => ({ messageId: "m", kind: "sent", at, category: "utility" }) as const;
  const delivered = (at: number) =>
    ({ messageId: "m", at, category: "utility", businessNumber: "" }) as const;

  test.each([
    ["sent first", [sent, delivered]],
    ["delivered first", [delivered, sent]],
  ])("%s: its window makes the message free", (_, [first, second]) => {
    const bench = newBench({ additional: "1000" });
    const told = [
      inbound({ at: IN_2025 - HOUR }),
      ...[first, second].flatMap((tell) => tell?.(IN_2025) ?? []),
    ];
    applyEvents(bench, told.map(usageEvent));
    expect([...bench.messages.values()][0]?.charge?.freeReason).toBe("free_customer_service");
    expect(toDecimal(bench.additional)).toBe("1000.00");
  });

  test("a free unit that no number was named for is the number's from then on", () => {
    const bench = newBench();
    const reply = (facts: Partial<UsageEvent>) => service({ at: IN_2023, messageId: "r", ...facts });
    applyEvents(bench, [reply({ businessNumber: "" }), reply({ kind: "sent", businessNumber: "7" })]);
    const counts = [...bench.counters].map(([key, units]) => [key.split("\0")[1], units]);
    expect(counts).toEqual([
      ["free::service", 0],
      ["free:7:service", 1],
    ]);
  });

  test("what turns out to have gone to a group has answered nobody's ad", () => {
    const bench = newBench({ additional: "10000" });
    const member = (facts: Partial<UsageEvent>) => utility({ at: IN_2025, messageId: "g", ...facts });
    applyEvents(bench, [
      inbound({ at: IN_2025 - HOUR, fromAd: true }),
      member({}),
      member({ kind: "read", at: IN_2025 + 1, groupId: "group" }),
    ]);
    expect([...bench.entryPoints.values()].flat().map(({ answers }) => answers)).toEqual([[]]);
  });
});
