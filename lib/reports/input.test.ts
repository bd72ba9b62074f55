import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isWithinMonths } from "@/lib/time/period";
import {
  chooseRange,
  formatCursor,
  PRESETS,
  parseCursor,
  presetRange,
  rangeProblem,
  readViewState,
  reportOfFile,
} from "./input";

describe("presetRange", () => {
  test.each([
    ["this-month", "2026-11-22", "2026-11-01", "2026-11-22"],
    ["this-month", "2026-11-01", "2026-11-01", "2026-11-01"],
    ["last-month", "2026-03-31", "2026-02-01", "2026-02-28"],
    ["last-month", "2026-01-05", "2025-12-01", "2025-12-31"],
    ["last-30-days", "2026-11-22", "2026-10-24", "2026-11-22"],
    ["last-3-months", "2026-11-22", "2026-08-23", "2026-11-22"],
    ["last-3-months", "2026-05-31", "2026-03-01", "2026-05-31"],
  ] as const)("%s on %s is %s to %s · U7", (preset, today, from, to) => {
    expect(presetRange(preset, today)).toEqual({ from, to });
  });

  test("no preset is longer than a custom range may be · U7", () => {
    const day = fc.date({ min: new Date("2001-01-01"), max: new Date("2099-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(day, fc.constantFrom(...PRESETS), (date, preset) => {
        expect(isWithinMonths(presetRange(preset, date.toISOString().slice(0, 10)), 3)).toBe(true);
      }),
    );
  });
});

describe("rangeProblem", () => {
  test.each([
    ["2026-08-05", "2026-11-04", null],
    ["2026-08-05", "2026-11-05", "too_long"],
    ["2026-11-30", "2027-02-27", null],
    ["2026-11-30", "2027-03-01", "too_long"],
    ["2026-11-02", "2026-11-01", "reversed"],
    ["2026-02-30", "2026-03-01", "invalid"],
    ["", "2026-03-01", "invalid"],
    ["0000-01-01", "0000-01-02", "invalid"],
    ["2026-1-1", "2026-01-02", "invalid"],
  ])("%s to %s: %s · U7", (from, to, problem) => {
    expect(rangeProblem(from, to)).toBe(problem);
  });
});

describe("chooseRange", () => {
  test("a refused range shows this month and says why · U7", () => {
    expect(chooseRange({ from: "2026-01-01", to: "2026-11-01" }, "2026-11-22")).toEqual({
      range: { from: "2026-11-01", to: "2026-11-22" },
      preset: null,
      problem: "too_long",
    });
  });
  test("without anything it is this month · U7", () => {
    expect(chooseRange({}, "2026-11-22").preset).toBe("this-month");
  });
});

describe("readViewState", () => {
  test("an old, mistyped or hostile address still opens the page · U7", () => {
    const anything = fc.dictionary(
      fc.constantFrom(
        "range",
        "from",
        "to",
        "series",
        "group",
        "unit",
        "report",
        "paid",
        "row",
        "after",
        "q",
      ),
      fc.oneof(fc.string(), fc.array(fc.string()), fc.constant("\0"), fc.constant("-1")),
    );
    fc.assert(fc.property(anything, (params) => void readViewState(params)));
    expect(readViewState({ row: "-1", paid: "gold", q: "", report: ["whatsapp", "x"] })).toEqual({
      report: "whatsapp",
    });
  });
});

test("a cursor is read back as it was written, and nothing else is a cursor", () => {
  const place = { at: new Date("2026-11-22T10:11:12.345Z"), id: 42 };
  expect(parseCursor(formatCursor(place))).toEqual(place);
  for (const text of ["", "1", "a-b", "1-2-3", "99999999999999-1", undefined]) {
    expect(parseCursor(text)).toBeNull();
  }
});

test("reports are named by their files", () => {
  expect(reportOfFile("whatsapp.csv")).toBe("whatsapp");
  expect(reportOfFile("unique-visitors")).toBe("unique-visitors");
  expect(reportOfFile("ledger.csv")).toBeNull();
});
