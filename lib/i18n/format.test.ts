import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { micros, parseDecimal, toDecimal } from "@/lib/money/money";
import {
  formatDay,
  formatInstant,
  formatLocalTime,
  formatMoney,
  formatMonth,
  formatRate,
  formatShare,
  formatShortDay,
  formatUnits,
  zoneName,
  zoneTitle,
} from "./format";

describe("formatMoney", () => {
  test.each([
    ["471839.96", "Rp 471,839.96", "Rp 471.839,96"],
    ["0", "Rp 0.00", "Rp 0,00"],
    ["-256.65", "-Rp 256.65", "-Rp 256,65"],
    ["999.5", "Rp 999.50", "Rp 999,50"],
    ["1000", "Rp 1,000.00", "Rp 1.000,00"],
    ["0.000001", "Rp 0.000001", "Rp 0,000001"],
    ["-0.01", "-Rp 0.01", "-Rp 0,01"],
    ["1234567890.1234", "Rp 1,234,567,890.1234", "Rp 1.234.567.890,1234"],
  ])("%s is written as people of each language write it", (amount, en, id) => {
    expect(formatMoney(micros(amount), "IDR", "en")).toBe(en);
    expect(formatMoney(micros(amount), "IDR", "id")).toBe(id);
  });

  test("an amount that people choose goes without empty decimals, and keeps real ones", () => {
    expect(formatMoney(micros("300000"), "IDR", "en", { round: true })).toBe("Rp 300,000");
    expect(formatMoney(micros("300000.5"), "IDR", "en", { round: true })).toBe("Rp 300,000.50");
  });

  test("a currency without a known symbol is named by its code", () => {
    expect(formatMoney(micros("12.5"), "chf", "en")).toBe("CHF 12.50");
  });

  test("no amount loses a micro on the way to the page", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), (amount) => {
        const text = formatMoney(amount, "IDR", "id")
          .replace("Rp ", "")
          .replaceAll(".", "")
          .replace(",", ".");
        expect(parseDecimal(text)).toBe(amount);
        expect(formatMoney(amount, "IDR", "en").replace("Rp ", "").replaceAll(",", "")).toBe(
          toDecimal(amount),
        );
      }),
    );
  });
});

test("counts are grouped in threes", () => {
  expect(formatUnits(0, "en")).toBe("0");
  expect(formatUnits(-1234, "en")).toBe("-1,234");
  expect(formatUnits(1234567, "id")).toBe("1.234.567");
  expect(formatUnits(123n, "id")).toBe("123");
});

test("a share of money is exact: half is 50%, and all of them are no more than the whole", () => {
  // In floating point 586.33 of 1,172.66 is 49.9%.
  expect(formatShare(586_330_000n, 1_172_660_000n, "en")).toBe("50%");
  expect(formatShare(2n ** 60n, 2n ** 61n, "id")).toBe("50%");
  expect(formatShare(-5n, 1_000n, "en")).toBe("-0.5%");
  expect(formatShare(1n, 0n, "en")).toBe("0%");
});

test("a tax rate is written to its last hundredth of a percent · T6", () => {
  expect(formatRate(1_100, "en")).toBe("11%");
  expect(formatRate(825, "en")).toBe("8.25%");
  expect(formatRate(825, "id")).toBe("8,25%");
  expect(formatRate(1_950, "id")).toBe("19,5%");
  expect(formatRate(5, "en")).toBe("0.05%");
  expect(formatRate(0, "en")).toBe("0%");
});

test("a share never looks larger than it is", () => {
  expect(formatShare(1, 3, "en")).toBe("33.3%");
  expect(formatShare(9_999, 10_000, "id")).toBe("99,9%");
  expect(formatShare(1, 1, "id")).toBe("100%");
  expect(formatShare(5, 0, "en")).toBe("0%");
});

describe("days and times", () => {
  test("days and months are named in the reader's language", () => {
    expect(formatDay("2026-12-01", "en")).toBe("1 Dec 2026");
    expect(formatDay("2026-08-31", "id")).toBe("31 Agu 2026");
    expect(formatShortDay("2026-08-31", "id")).toBe("31 Agu");
    expect(formatMonth("2026-12", "id")).toBe("Desember 2026");
    expect(formatMonth("2026-05", "en")).toBe("May 2026");
  });

  test("an instant is shown on the clocks of the organization and not of the viewer · U2", () => {
    const reset = new Date("2026-11-30T17:00:00Z");
    expect(formatInstant(reset, "Asia/Jakarta", "en")).toBe("1 Dec 2026, 00:00 WIB");
    expect(formatInstant(reset, "Asia/Jakarta", "id")).toBe("1 Des 2026, 00:00 WIB");
    expect(formatInstant(reset, "Asia/Makassar", "id")).toBe("1 Des 2026, 01:00 WITA");
    expect(formatInstant(reset, "Asia/Kathmandu", "en")).toBe("30 Nov 2026, 22:45 GMT+5:45");
    expect(formatLocalTime(reset, "Asia/Jayapura", "en")).toBe("1 Dec 2026, 02:00");
  });

  test("a zone without a name of its own is named by its offset at that instant", () => {
    expect(zoneName(new Date("2026-07-01T00:00:00Z"), "Europe/Berlin")).toBe("GMT+2");
    expect(zoneName(new Date("2026-01-01T00:00:00Z"), "Europe/Berlin")).toBe("GMT+1");
    expect(zoneName(new Date("2026-01-01T00:00:00Z"), "UTC")).toBe("UTC");
  });

  test("a list that reaches over seasons names the zone and no offset", () => {
    expect(zoneTitle("Asia/Makassar")).toBe("WITA");
    expect(zoneTitle("America/St_Johns")).toBe("America/St_Johns");
  });
});
