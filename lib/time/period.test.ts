import { describe, expect, test } from "vitest";
import { isTimeZone, parseInstant } from "./period";

test.each([
  ["Asia/Jakarta", true],
  ["America/Argentina/Buenos_Aires", true],
  ["UTC", true],
  ["Etc/GMT+7", true],
  ["+07:00", false],
  ["Mars/Olympus", false],
  ["", false],
  // PostgreSQL knows no summer time by these names, and everybody else does.
  ["CET", false],
  ["eet", false],
  ["MET", false],
  ["WET", false],
])("%s is a time zone: %s", (name, is) => {
  expect(isTimeZone(name)).toBe(is);
});

describe("a time as RFC 3339 has it", () => {
  test.each([
    ["2026-11-02T04:00:00Z", "2026-11-02T04:00:00.000Z"],
    ["2026-11-02t04:00:00z", "2026-11-02T04:00:00.000Z"],
    ["2026-11-02 04:00:00Z", "2026-11-02T04:00:00.000Z"],
    ["2026-11-02T04:00:00.123999999Z", "2026-11-02T04:00:00.123Z"],
    ["2026-11-02T04:00:00-00:00", "2026-11-02T04:00:00.000Z"],
    ["2026-11-02T09:45:00+05:45", "2026-11-02T04:00:00.000Z"],
    ["2024-02-29T23:59:59+07:00", "2024-02-29T16:59:59.000Z"],
    ["0002-01-01T00:00:00Z", "0002-01-01T00:00:00.000Z"],
    // A leap second stays in its day, whatever the offset it is told in.
    ["2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"],
    ["2017-01-01T06:59:60.5+07:00", "2016-12-31T23:59:59.999Z"],
  ])("%s is %s", (text, instant) => {
    expect(parseInstant(text)?.toISOString()).toBe(instant);
  });

  test.each([
    "2026-11-02",
    "2026-11-02T04:00Z",
    "2026-11-02T04:00:00",
    "2026-11-02T04:00:00,5Z",
    "2026-11-02T04:00:00.Z",
    "2026-11-02T24:00:00Z",
    "2026-11-02T04:60:00Z",
    "2026-11-02T04:00:60Z",
    "2026-11-02T04:00:00+24:00",
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "+002026-11-02T04:00:00Z",
    // Nothing could be looked up around it: the database's calendar begins with the year 1.
    "0001-12-31T23:59:59Z",
    "0000-01-01T00:00:00Z",
  ])("%s is none", (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});
