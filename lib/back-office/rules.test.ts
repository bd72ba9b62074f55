import { describe, expect, test } from "vitest";
import { micros } from "@/lib/money/money";
import { type PriceVersion, priceKey } from "@/lib/rating/rules";
import { rerate } from "./rules";
import type { DeliveredGroup } from "./store";

const group = (facts: Partial<DeliveredGroup>): DeliveredGroup => ({
  month: "2026-11",
  isBefore: false,
  businessNumber: "106540352242922",
  category: "marketing",
  market: "Indonesia",
  isGroup: false,
  paidFrom: "additional",
  freeReason: null,
  inWindow: false,
  unit: "message",
  messages: 1,
  units: 1,
  amount: 0n,
  ...facts,
});

const version = (
  prices: Readonly<Record<string, string>>,
  scheme: PriceVersion["scheme"] = {},
  tiers: readonly { above: number; unitPrice: bigint }[] = [],
): PriceVersion => ({
  id: 0,
  effectiveFrom: "2026-12-01",
  scheme,
  prices: new Map(
    Object.entries(prices).map(([category, price]) => [
      priceKey("Indonesia", category),
      { unitPrice: micros(price), tiers },
    ]),
  ),
});

describe("rating anew with other prices · A3", () => {
  test("multiplies what was delivered by the new price", () => {
    const groups = [group({ messages: 100, units: 100, amount: micros("58633") })];
    expect(rerate(groups, version({ marketing: "600" }))).toEqual({
      before: micros("58633"),
      after: micros("60000"),
      unpriced: 0,
      approximate: false,
    });
  });

  test("leaves what the quota paid and what Meta gave for free", () => {
    const groups = [
      group({ category: "service", paidFrom: "quota" }),
      group({ category: "service", paidFrom: "free", freeReason: "free_entry_point" }),
    ];
    expect(rerate(groups, version({ service: "100" })).after).toBe(0n);
  });

  test("decides windows by the new scheme", () => {
    const groups = [group({ category: "utility", inWindow: true, messages: 3, units: 3 })];
    const free = { utility: { unit: "message", free_in_window: true } } as const;
    expect(rerate(groups, version({ utility: "10" }, free)).after).toBe(0n);
    expect(rerate(groups, version({ utility: "10" })).after).toBe(micros("30"));
  });

  test("gives the free units of each number and month once", () => {
    const free = { service: { unit: "message", free_per_number_and_month: 10 } } as const;
    const eight = { category: "service", messages: 8, units: 8 };
    const groups = [group(eight), group({ ...eight, inWindow: true }), group({ ...eight, month: "2026-12" })];
    expect(rerate(groups, version({ service: "1" }, free)).after).toBe(micros("6"));
  });

  test("knows which free units were taken before the days that are rated", () => {
    const free = { service: { unit: "message", free_per_number_and_month: 10 } } as const;
    const earlier = group({
      category: "service",
      isBefore: true,
      messages: 9,
      units: 9,
      amount: micros("4"),
    });
    const groups = [earlier, group({ category: "service", messages: 5, units: 5 })];
    expect(rerate(groups, version({ service: "1" }, free))).toMatchObject({ before: 0n, after: micros("4") });
  });

  test("fills volume tiers month by month", () => {
    const prices = version({ marketing: "10" }, {}, [{ above: 5, unitPrice: micros("4") }]);
    const groups = [
      group({ messages: 3, units: 3 }),
      group({ messages: 4, units: 4, businessNumber: "2" }),
      group({ messages: 1, units: 1, month: "2026-12" }),
    ];
    expect(rerate(groups, prices).after).toBe(micros("68"));
  });

  test("counts group messages at the utility price, inside a window too", () => {
    const groups = [group({ isGroup: true, category: "service", inWindow: true, messages: 6, units: 6 })];
    const free = { utility: { unit: "message", free_in_window: true } } as const;
    expect(rerate(groups, version({ utility: "356.65" }, free)).after).toBe(micros("2139.9"));
  });

  test("says how much would have no price, and where conversations can only be guessed", () => {
    const conversation = { marketing: { unit: "conversation" } } as const;
    expect(rerate([group({ market: "Other", messages: 7 })], version({ marketing: "1" })).unpriced).toBe(7);
    expect(rerate([group({})], version({ marketing: "1" }, conversation)).approximate).toBe(true);
  });
});
