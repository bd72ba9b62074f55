import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { closeDatabases } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { postBody } from "./request";
import { addEndpoint } from "./webhooks";

vi.mock("@/lib/env", async (original) => {
  const real = await original<typeof import("@/lib/env")>();
  return { ...real, env: () => ({ ...real.env(), NODE_ENV: "production", LOCAL_WEBHOOKS: "no" }) };
});

/** A name whose owner has it lead to this very machine, or to it besides a public address. */
vi.mock("node:dns", async (original) => {
  const real = await original<typeof import("node:dns")>();
  const here = { address: "127.0.0.1", family: 4 };
  const elsewhere = { address: "1.1.1.1", family: 4 };
  const lookup = (name: string, _options: object, answer: (error: null, found: object[]) => void) =>
    answer(null, name === "both.example" ? [elsewhere, here] : [here]);
  return { ...real, lookup };
});

let requests = 0;
let server: Server;
beforeAll(async () => {
  server = createServer((_request, response) => {
    requests++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  server.close();
  await closeDatabases();
});

test.each(["localhost", "127.0.0.1", "[::1]", "here.example", "both.example"])(
  "in production nothing is sent to this machine: https://%s",
  async (host) => {
    const { port } = server.address() as AddressInfo;
    expect(await postBody(`https://${host}:${port}/`, {}, "{}")).toMatchObject({
      status: null,
      failure: "refused_address",
    });
    expect(await postBody(`http://${host}:${port}/`, {}, "{}")).toMatchObject({ failure: "refused_address" });
    expect(requests).toBe(0);
  },
);

test.each(["http://localhost:3000/", "https://localhost/", "http://127.0.0.1/", "http://example.com/"])(
  "in production %s is not taken as an endpoint",
  async (url) => {
    const { id } = await newTestOrganization();
    const scope = systemScope("test", id, "alerts:manage");
    await expect(addEndpoint(scope, { url, types: ["balance.low"] })).rejects.toMatchObject({
      code: "invalid_input",
    });
  },
);
