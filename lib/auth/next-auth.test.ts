import { expect, test } from "vitest";
import { env } from "@/lib/env";
import { returnPath } from "./next-auth";

const { origin } = new URL(env().NEXTAUTH_URL);

test.each([
  [`${origin}`, "/"],
  [`${origin}/`, "/"],
  [`${origin}/o/acme?tab=money`, "/o/acme?tab=money"],
  ["/o/acme", "/o/acme"],
  [`${origin}.evil.example/`, null],
  [`${origin}@evil.example/`, null],
  [`${origin}0/`, null],
  [`${origin}//evil.example`, null],
  ["https://evil.example/", null],
  ["javascript:alert(1)", null],
  ["'", null],
  ["", null],
])("the address to return to %s leads to %s", (url, path) => {
  expect(returnPath(url)).toBe(path);
});
