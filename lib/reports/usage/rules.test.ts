import { describe, expect, test } from "vitest";
import { type ChartDay, seriesOf, seriesTotal, seriesValue, visibleSeries } from "./rules";

const day: ChartDay = {
  day: "2026-11-02",
  service: 1n,
  marketing: 10n,
  utility: 100n,
  authentication: 1_000n,
  authenticationInternational: 10_000n,
  group: 100_000n,
  other: 1_000_000n,
  uniqueVisitors: 7n,
};
const withoutGroups = { ...day, group: 0n, other: 0n };

describe("the series of the usage trend", () => {
  test("BI is marketing, utility and authentication; groups stand apart · U6", () => {
    expect(seriesValue(day, "bi")).toBe(11_110n);
    expect(seriesValue(day, "authentication")).toBe(11_000n);
  });

  test("the older grouping puts everything on WhatsApp together · U6", () => {
    expect(seriesValue(day, "whatsapp")).toBe(1_111_111n);
    expect(seriesOf("older", "units", [day])).toEqual(["whatsapp", "visitors"]);
  });

  test("whatever the grouping, no unit is shown twice or lost · U6", () => {
    for (const grouping of ["standard", "older", "categories"] as const) {
      const shown = seriesOf(grouping, "units", [day]).filter((name) => name !== "visitors");
      const total = shown.reduce((sum, name) => sum + seriesTotal([day], name), 0n);
      expect(total).toBe(1_111_111n);
    }
  });

  test("groups and other categories appear only where there are some · U6", () => {
    expect(seriesOf("standard", "units", [withoutGroups])).toEqual(["service", "bi", "visitors"]);
    expect(seriesOf("standard", "units", [day])).toEqual(["service", "bi", "group", "other", "visitors"]);
  });

  test("unique visitors cost nothing, so money has no such series · U6", () => {
    expect(seriesOf("standard", "money", [withoutGroups])).toEqual(["service", "bi"]);
  });

  test("the address says which series are shown; without a word all are · U7", () => {
    expect(visibleSeries(undefined, ["service", "bi"])).toEqual(["service", "bi"]);
    expect(visibleSeries("bi,nonsense", ["service", "bi"])).toEqual(["bi"]);
    expect(visibleSeries("none", ["service", "bi"])).toEqual([]);
  });
});
