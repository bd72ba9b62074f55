import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvHeaders, csvLine, guardCell, plainCsvLine } from "./csv";

describe("csvLine", () => {
  test("quotes what has to be quoted and ends with CRLF (RFC 4180)", () => {
    expect(csvLine(["a,b", 'say "hi"', "two\nlines", null, 5, -3n])).toBe(
      '"a,b","say ""hi""","two\nlines",,5,-3\r\n',
    );
  });

  test("what a spreadsheet would run gets an apostrophe; numbers stay numbers", () => {
    for (const text of ["=1+1", "+62", "-5", "@cmd", "\tx", "\rx"]) expect(guardCell(text)).toBe(`'${text}`);
    for (const text of ["", "62", "a=b", " =1"]) expect(guardCell(text)).toBe(text);
    expect(csvLine([-5])).toBe("-5\r\n");
    expect(plainCsvLine(["-256.65"])).toBe("-256.65\r\n");
  });

  test("any text comes back from a CSV reader as it went in, but for the apostrophe", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 2, maxLength: 5 }), (cells) => {
        const rows: unknown = parse(csvLine(cells), { record_delimiter: "\r\n", relax_quotes: false });
        expect(rows).toEqual([cells.map(guardCell)]);
      }),
    );
  });
});

test("a download says its name and is kept by nobody", () => {
  const headers = csvHeaders("kuota_acme_whatsapp_2026-11-01_2026-11-30.csv");
  expect(headers.get("content-disposition")).toBe(
    'attachment; filename="kuota_acme_whatsapp_2026-11-01_2026-11-30.csv"',
  );
  expect(headers.get("cache-control")).toContain("no-store");
});
