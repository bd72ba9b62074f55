import { expect, test } from "vitest";
import { zoneNames } from "./zone-names";

test.each([
  ["a zone with a name", "Asia/Jakarta", "2026-09-01", "2026-11-30", "WIB"],
  ["winter, whatever season it is now", "America/St_Johns", "2026-02-01", "2026-02-28", "GMT-3:30"],
  ["summer", "America/St_Johns", "2026-06-01", "2026-06-30", "GMT-2:30"],
  [
    "the day on which the clocks change",
    "America/St_Johns",
    "2026-03-08",
    "2026-03-08",
    "GMT-3:30, GMT-2:30",
  ],
  ["a short summer in between", "Africa/Casablanca", "2026-01-20", "2026-04-10", "GMT+1, GMT+0"],
])("the zone is named as it is called within the range: %s · U7", (_, zone, from, to, names) => {
  expect(zoneNames({ from, to }, zone).replace(/GMT(?![+-])/, "GMT+0")).toBe(names);
});
