import { afterAll, expect, test } from "vitest";
import { closeDatabases } from "@/db/client";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { GET as getHealth } from "./health/route";
import { GET as getMetrics } from "./metrics/route";
import { GET as getReady } from "./ready/route";
import { call, organizationKey, platformKey, refused } from "./v1/testing";

afterAll(closeDatabases);

test("the process says that it is up, and whether requests may come", async () => {
  expect(await (await call(getHealth, {})).json()).toEqual({ status: "ok" });
  const ready = await call(getReady, {});
  expect([ready.status, await ready.json()]).toEqual([200, { status: "ready" }]);
});

test("metrics are for the platform's admin key alone", async () => {
  expect(await refused(await call(getMetrics, {}))).toBe("401 unauthenticated");
  const reader = await platformKey("balance:read");
  expect(await refused(await call(getMetrics, { key: reader }))).toBe("403 forbidden");
  const { id } = await newTestOrganization();
  const single = await organizationKey(id, "admin");
  expect(await refused(await call(getMetrics, { key: single }))).toBe("403 forbidden");

  const response = await call(getMetrics, { key: await platformKey("admin") });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  for (const name of [
    "kuota_request_seconds_bucket",
    "kuota_events_waiting",
    "kuota_inbox_bodies",
    "nodejs_",
  ]) {
    expect(text).toContain(name);
  }
  expect(text).toContain('route="/api/metrics",method="GET",status="401"');
});
