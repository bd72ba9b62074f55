import { describe, expect, test } from "vitest";
import { shownValue } from "./trail-values";

const words: Readonly<Record<string, string>> = { yes: "ya", no: "tidak", owner: "Pemilik" };
const manner = {
  locale: "id",
  timeZone: "Asia/Jakarta",
  word: (text: string) => words[text] ?? null,
} as const;

describe("the audit log says values in the reader's words · A4", () => {
  test.each([
    ["total", "1665000.00", "1.665.000,00"],
    ["additional", "-256.65", "-256,65"],
    ["seats", 4500, "4.500"],
    ["from_month", "2026-12", "Desember 2026"],
    ["from_day", "2026-12-01", "1 Des 2026"],
    ["now", "2026-11-30T17:00:00.000Z", "1 Des 2026, 00:00 WIB"],
    ["role", "owner", "Pemilik"],
    ["authentication_international", false, "tidak"],
    ["scopes", ["events:write", "balance:read"], "events:write; balance:read"],
    ["addresses", [], "–"],
    [
      "scheme",
      { service: { unit: "message", free_per_number_and_month: 1_000 } },
      "service: unit: message, free_per_number_and_month: 1.000",
    ],
  ])("%s %j is %s", (name, value, shown) => {
    expect(shownValue(name, value, manner)).toBe(shown);
  });

  test.each([
    ["reference", "2026-12"],
    ["name", "owner"],
    ["from_month", "some day"],
  ])("what people typed stays as it is: %s %s", (name, value) => {
    expect(shownValue(name, value, manner)).toBe(value);
  });
});
