import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { guardCell } from "@/lib/csv/csv";
import { toDecimal } from "@/lib/money/money";
import { type Column, rowWriter } from "./rows";

/** What comes out when the bytes come in parts of at most so many, and several of them at a time. */
function written(columns: readonly Column[], copied: string, most = 65_536, together = 1): string {
  const write = rowWriter(columns);
  const bytes = Buffer.from(copied);
  const parts = Array.from({ length: Math.ceil(bytes.byteLength / most) }, (_, part) =>
    bytes.subarray(part * most, (part + 1) * most),
  );
  const out: Buffer[] = [];
  for (let at = 0; at < parts.length; at += together) out.push(write(parts.slice(at, at + together)));
  return Buffer.concat(out).toString();
}

test.each([
  ["2026-11-01 00:00:00+07", "2026-11-01T00:00:00+07:00"],
  ["2026-11-02 10:04:05.678+07", "2026-11-02T10:04:05.678+07:00"],
  ["2026-11-02 00:00:00+05:45", "2026-11-02T00:00:00+05:45"],
  ["2026-11-02 00:00:00-03", "2026-11-02T00:00:00-03:00"],
  ["2026-11-02 00:00:00-03:30", "2026-11-02T00:00:00-03:30"],
  ["", ""],
])("an instant that is copied as %j is written as %j", (copied, wanted) => {
  expect(written(["instant", "instant"], `${copied},${copied}\n`)).toBe(`${wanted},${wanted}\r\n`);
});

test.each([
  ["0", "0"],
  ["1", "0.000001"],
  ["1000", "0.001"],
  ["500000", "0.5"],
  ["1000000", "1"],
  ["10000000", "10"],
  ["586330000", "586.33"],
  ["-1", "-0.000001"],
  ["-586330000", "-586.33"],
  ["9223372036854775807", "9223372036854.775807"],
  ["-9223372036854775808", "-9223372036854.775808"],
  ["", ""],
])("an amount that is copied as %j is written as %j", (copied, wanted) => {
  expect(written(["amount", "amount"], `${copied},${copied}\n`)).toBe(`${wanted},${wanted}\r\n`);
});

test("any amount is written as money is, without zeros behind it", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (amount) => {
      const plain = toDecimal(amount).replace(/\.?0+$/, "");
      expect(written(["amount"], `${amount}\n`)).toBe(`${plain}\r\n`);
    }),
  );
});

describe("a text", () => {
  test("that a spreadsheet would run gets an apostrophe, in quotes or not; a plain column never does", () => {
    const copied = '=1,=1\n"+a,b","+a,b"\n-,-\n@x,@x\n\tx,\tx\n"\rx","\rx"\n"=""x""\n","=""x""\n"\n';
    expect(written(["text", "plain"], copied)).toBe(
      '\'=1,=1\r\n"\'+a,b","+a,b"\r\n\'-,-\r\n\'@x,@x\r\n\'\tx,\tx\r\n"\'\rx","\rx"\r\n"\'=""x""\n","=""x""\n"\r\n',
    );
  });

  test("stays as it is otherwise, empty or unknown, and when a quote begins it", () => {
    expect(written(["text", "text"], '"",\n"""=1""",a=b\n 1,"\n"\n')).toBe(
      '"",\r\n"""=1""",a=b\r\n 1,"\n"\r\n',
    );
  });
});

const asCopied = (text: string) =>
  /[",\r\n]/.test(text) || text === "" ? `"${text.replaceAll('"', '""')}"` : text;
const strangers = fc.string({
  unit: fc.constantFrom('"', ",", "\n", "\r", "=", "+", "a", "é", "1", "\t", " "),
});

test("whatever rows, and wherever their bytes are cut: a reader of CSV gets each cell", () => {
  const row = fc.tuple(strangers, strangers, fc.bigInt({ min: 0n, max: 10n ** 12n }));
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 3 }),
      (rows, most, together) => {
        const copied = rows
          .map(([one, other, amount]) =>
            [asCopied(one), amount, asCopied(other), "2026-11-01 00:00:00+07"].join(","),
          )
          .join("\n");
        const columns = ["text", "amount", "plain", "instant"] as const;
        const text = written(columns, `${copied}\n`, most, together);
        expect(parse(text, { record_delimiter: "\r\n" })).toEqual(
          rows.map(([one, other, amount]) => [
            guardCell(one),
            toDecimal(amount).replace(/\.?0+$/, ""),
            other,
            "2026-11-01T00:00:00+07:00",
          ]),
        );
      },
    ),
  );
});

test("a row longer than what comes at a time is written when it has come", () => {
  const long = "x,\n".repeat(100_000);
  expect(written(["plain", "text"], `"${long}",a\nb,c\n`, 8_192)).toBe(`"${long}",a\r\nb,c\r\n`);
});
