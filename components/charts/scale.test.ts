import { expect, test } from "vitest";
import { axisTicks, compactNumber } from "./scale";

test.each([
  ["cents and less, as a day in dollars costs", 0.0942, ["0", "0.025", "0.05", "0.075", "0.1"]],
  ["units", 7, ["0", "2", "4", "6", "8"]],
  ["halves", 5.9, ["0", "1.5", "3", "4.5", "6"]],
  ["rupiah", 940_000, ["0", "250K", "500K", "750K", "1M"]],
])("every mark of the axis has a label of its own that is its value: %s · U6", (_, largest, labels) => {
  const ticks = axisTicks(largest, false);
  expect(ticks.map((tick) => compactNumber(tick, "en"))).toEqual(labels);
});

test("the axis is labelled in the reader's language · U6", () => {
  expect(compactNumber(0.025, "id")).toBe("0,025");
  expect(compactNumber(12_500, "id")).toBe("12,5 rb");
});
