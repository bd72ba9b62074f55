import { describe, expect, test } from "vitest";
import { micros } from "@/lib/money/money";
import { applyEvents } from "./rules";
import { BUDI, HOUR, inbound, NOON, newBench, usageEvent } from "./testing";

const broadcast = { id: "bc_7", name: "11.11 promo" };

describe("roll-ups equal the messages, always", () => {
  test("a charge counts on the local day on which it occurred, under its category", () => {
    const bench = newBench({ initial: "600" });
    const midnight = Date.parse("2026-11-02T17:00:00Z");
    applyEvents(bench, [
      usageEvent({ at: midnight - 1 }),
      usageEvent({ at: midnight, category: "authentication" }),
      usageEvent({ at: midnight, groupId: "g1" }),
      usageEvent({ at: midnight, category: "marketing_lite" }),
    ]);
    expect(bench.tally.days.get("2026-11-02")).toMatchObject({ marketing: 1, amount: micros("586.33") });
    expect(bench.tally.days.get("2026-11-03")).toMatchObject({
      authentication: 1,
      group: 1,
      other: 1,
      amount: micros("656.65"),
    });
    expect(
      [...bench.tally.details.values()].map((row) => [row.day, row.category, row.paidFrom, row.units]),
    ).toEqual([
      ["2026-11-02", "marketing", "initial", 1],
      ["2026-11-03", "authentication", "initial_and_additional", 1],
      ["2026-11-03", "group", "additional", 1],
      ["2026-11-03", "marketing_lite", "unpriced", 1],
    ]);
    expect([...bench.tally.draws]).toEqual([
      ["2026-11-02", { initial: micros("586.33"), additional: 0n, occurredAt: midnight - 1 }],
      ["2026-11-03", { initial: micros("13.67"), additional: micros("642.98"), occurredAt: midnight }],
    ]);
  });

  test("a stored message that changes first takes back what it stood for", () => {
    const first = newBench();
    const event = usageEvent({ broadcast });
    applyEvents(first, [event]);
    const stored = [...first.messages.values()].map((message) => ({ ...message, storedAt: NOON }));
    const bench = newBench();
    for (const message of stored) bench.messages.set(`${message.messageId}\0${message.contact}`, message);
    const pricing = { type: null, category: "utility" };
    applyEvents(bench, [{ ...event, kind: "read", at: NOON + HOUR, pricing }]);
    expect(bench.tally.days.get("2026-11-02")).toMatchObject({
      marketing: -1,
      utility: 1,
      amount: micros("356.65") - micros("586.33"),
    });
    expect(bench.tally.broadcasts.get("bc_7")).toMatchObject({ recipients: 0, delivered: 0, read: 1 });
    expect([...bench.tally.draws.values()]).toEqual([
      { initial: 0n, additional: micros("356.65") - micros("586.33"), occurredAt: NOON },
    ]);
  });

  test("a broadcast counts each recipient once, at its highest status; failed only if never delivered", () => {
    const bench = newBench();
    const to = (contact: string) => ({ messageId: "m", contact, broadcast });
    applyEvents(bench, [
      usageEvent({ ...to("621"), kind: "sent", at: NOON - HOUR }),
      usageEvent(to("621")),
      usageEvent({ ...to("621"), kind: "read" }),
      usageEvent({ ...to("622"), kind: "sent" }),
      usageEvent({ ...to("623"), kind: "failed" }),
      usageEvent({ ...to("624"), kind: "read" }),
      usageEvent({ ...to("624"), kind: "failed" }),
    ]);
    expect(bench.tally.broadcasts.get("bc_7")).toMatchObject({
      name: "11.11 promo",
      startedAt: NOON - HOUR,
      recipients: 4,
      sent: 3,
      delivered: 2,
      read: 2,
      failed: 1,
      amount: 2n * micros("586.33"),
    });
  });
});

describe("unique visitors · S9", () => {
  test("one number writes 5 times on WhatsApp and once elsewhere: 2", () => {
    const bench = newBench();
    applyEvents(bench, [
      ...Array.from({ length: 5 }, (_, n) => inbound({ at: NOON + n, businessNumber: String(n) })),
      inbound({ channel: "instagram" }),
    ]);
    expect(bench.tally.days.get("2026-11-02")?.unique_visitors).toBe(2);
    expect(bench.quotas.get("2026-11")?.visitorsUsed).toBe(2);
  });

  test("counts again in the next month of the zone, and on the day of the first message told of", () => {
    const bench = newBench();
    const december = Date.parse("2026-11-30T17:00:00Z");
    applyEvents(bench, [inbound({ at: december - 1 }), inbound({ at: december }), inbound({ at: NOON })]);
    const counted = [...bench.tally.visitors.values()].map(({ day, visitors }) => [day, visitors]);
    expect(counted).toEqual([
      ["2026-11-30", 0],
      ["2026-12-01", 1],
      ["2026-11-02", 1],
    ]);
  });

  test("a broadcast alone does not count its recipients", () => {
    const bench = newBench();
    applyEvents(bench, [usageEvent({ broadcast })]);
    expect(bench.visitors.size).toBe(0);
  });

  test("a customer who changes the number stays the same visitor; one known already is not merged", () => {
    const bench = newBench();
    const renamed = inbound({ contact: BUDI, formerContact: "6281" });
    applyEvents(bench, [inbound({ contact: "6281" }), renamed, inbound({ contact: BUDI })]);
    expect([...bench.visitors.values()]).toMatchObject([{ contact: BUDI, ordinal: 1 }]);
    applyEvents(bench, [inbound({ contact: "6281" }), renamed]);
    expect(bench.visitors.size).toBe(2);
  });
});
