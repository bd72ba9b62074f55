import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays } from "@/lib/time/period";
import { type DayCount, lastPageRow, paidFromOf, planPage, SCAN_BUDGET } from "./rules";

const SIZE = 25;

describe("planPage", () => {
  const counts: DayCount[] = [
    { day: "2026-11-03", matching: 10, all: 100 },
    { day: "2026-11-02", matching: 30, all: 100 },
    { day: "2026-11-01", matching: 5, all: 100 },
  ];

  test("the first page begins on the first day and takes as many days as fill it", () => {
    expect(planPage(counts, { row: 1 }, SIZE, true)).toEqual({
      days: ["2026-11-03", "2026-11-02"],
      skip: 0,
    });
  });

  test("a page far back begins on the day that holds its first row", () => {
    expect(planPage(counts, { row: 26 }, SIZE, true)).toEqual({
      days: ["2026-11-02", "2026-11-01"],
      skip: 15,
    });
  });

  test("behind a cursor the rest of its day counts for nothing, since how much is left is unknown", () => {
    expect(planPage(counts, { day: "2026-11-02" }, SIZE, true).days).toEqual(["2026-11-02", "2026-11-01"]);
  });

  test("beyond the end there is nothing to look at", () => {
    expect(planPage(counts, { row: 46 }, SIZE, true).days).toEqual([]);
  });

  test("a rare category ends a page early instead of searching millions of rows", () => {
    const rare = counts.map((count) => ({ ...count, matching: 1, all: SCAN_BUDGET - 1 }));
    expect(planPage(rare, { row: 1 }, SIZE, true).days).toEqual(["2026-11-03"]);
  });

  test("the days of a plan hold the page: whatever the counts, rows row … row + 24 lie in them", () => {
    const day = fc.record({ matching: fc.integer({ min: 1, max: 60 }), gap: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.array(day, { minLength: 1, maxLength: 20 }), fc.nat(400), (days, offset) => {
        let at = "2026-01-01";
        const made = days.map(({ matching, gap }) => {
          at = addDays(at, gap);
          return { day: at, matching, all: matching * 3 };
        });
        const rows = made.flatMap((count) => Array.from({ length: count.matching }, () => count.day));
        const row = Math.min(offset + 1, rows.length);
        const plan = planPage(made, { row }, SIZE, false);
        const wanted = rows.slice(row - 1, row - 1 + SIZE);
        const found = made
          .filter((count) => plan.days.includes(count.day))
          .flatMap((count) => Array.from({ length: count.matching }, () => count.day))
          .slice(plan.skip, plan.skip + SIZE);
        expect(found).toEqual(wanted);
      }),
    );
  });
});

test("a charge that both balances paid is found under either · U9", () => {
  expect(paidFromOf("initial")).toContain("initial_and_additional");
  expect(paidFromOf("additional")).toContain("initial_and_additional");
  expect(paidFromOf("free")).toContain("covered");
  expect(paidFromOf(undefined)).not.toContain("pending");
});

test("the last page begins where a full page still fits before it", () => {
  expect([0, 1, 25, 26, 50, 51].map((total) => lastPageRow(total, SIZE))).toEqual([1, 1, 1, 26, 26, 51]);
});
