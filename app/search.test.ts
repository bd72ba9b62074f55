import { expect, test } from "vitest";
import { cursorText, readAuditSearch, readOrganizationSearch } from "./search";

const encoded = (text: string) => Buffer.from(text, "utf8").toString("base64url");

test("a place in a list is found again from the address", () => {
  const at = new Date("2026-11-02T05:00:00Z");
  expect(readAuditSearch({ after: cursorText({ at, id: 7 }) }).after).toEqual({ at, id: 7 });
  const last = { name: "Zebra", id: 3 };
  expect(readOrganizationSearch({ after: cursorText(last) }).after).toEqual(last);
});

test.each([
  "\\",
  encoded("{"),
  encoded("null"),
  encoded('{"name":"a\\u0000","id":1}'),
  encoded('{"name":"a","id":2147483648}'),
  encoded('{"at":"-271821-04-20T00:00:00Z","id":1}'),
  encoded('{"at":"+275760-09-13T00:00:00Z","id":1}'),
])("what names no place that the database can be asked for is left out: %j", (after) => {
  expect(readAuditSearch({ after }).after).toBeUndefined();
  expect(readOrganizationSearch({ after }).after).toBeUndefined();
});

test("text that cannot be stored is not looked for", () => {
  expect(readOrganizationSearch({ q: "a\u0000" }).q).toBeUndefined();
});
