import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { problemOf } from "./v1/testing";

const OWN = /^export (?:async )?function (GET|POST|PUT|DELETE|PATCH)\b/gm;
const METHODS = ["DELETE", "GET", "PATCH", "POST", "PUT"];

/** Every address of the API but those of next-auth and the one that stands for all others. */
const routes = readdirSync("app/api", { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith("/route.ts") && !file.includes("[..."),
);

describe("a method that an address does not have", () => {
  test.each(routes)("%s: 405 with those that it has", async (file) => {
    const own = [...readFileSync(join("app/api", file), "utf8").matchAll(OWN)].map(
      ([, method = ""]) => method,
    );
    const allow = [...own, ...(own.includes("GET") ? ["HEAD"] : []), "OPTIONS"].sort().join(", ");
    const handlers = await import(/* @vite-ignore */ join(process.cwd(), "app/api", file));
    for (const method of METHODS.filter((name) => !own.includes(name))) {
      const response: Response = await handlers[method](new Request("http://127.0.0.1/", { method }));
      expect([method, response.status, response.headers.get("allow")]).toEqual([method, 405, allow]);
      expect(await problemOf(response)).toMatchObject({ code: "method_not_allowed" });
    }
    const options: Response = await handlers.OPTIONS(new Request("http://127.0.0.1/", { method: "OPTIONS" }));
    expect([options.status, options.headers.get("allow")]).toEqual([204, allow]);
    expect("HEAD" in handlers).toBe(!own.includes("GET"));
  });
});
