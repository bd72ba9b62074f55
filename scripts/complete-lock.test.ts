import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { missingPackages } from "./complete-lock";

test("the lock describes the packages of every platform, so `npm ci` accepts it anywhere (else: node scripts/complete-lock.js)", () => {
  const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
  expect(missingPackages(lock).map(({ name }) => name)).toEqual([]);
});

test("a package is found in the folder of its parent and in those above it", () => {
  const optionalDependencies = { native: "1.0.0" };
  const at = (path: string) => ({
    packages: { "node_modules/a/node_modules/b": { optionalDependencies }, [path]: { version: "1.0.0" } },
  });
  expect(missingPackages(at("node_modules/native"))).toEqual([]);
  expect(missingPackages(at("node_modules/a/node_modules/native"))).toEqual([]);
  expect(missingPackages(at("node_modules/a/node_modules/b/node_modules/native"))).toEqual([]);
  expect(missingPackages(at("node_modules/c/node_modules/native"))).toHaveLength(1);
});
