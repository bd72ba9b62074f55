import { createSocket } from "node:dgram";
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

/** Where names lead: to this very machine, or to it besides a public address. Those that are slow lead nowhere, in no time. */
const HERE = [127, 0, 0, 1];
const ADDRESSES: Readonly<Record<string, number[][]>> = {
  localhost: [HERE],
  "here.example": [HERE],
  "both.example": [[1, 1, 1, 1], HERE],
};
const nameServer = vi.hoisted(() => ({ address: "", asked: 0 }));
const names = createSocket("udp4");

/** As much of RFC 1035 as answers one question. */
names.on("message", (question, sender) => {
  nameServer.asked += 1;
  const labels: string[] = [];
  let at = 12;
  for (let size = question[at] ?? 0; size > 0; size = question[at] ?? 0) {
    labels.push(question.toString("latin1", at + 1, at + 1 + size));
    at += 1 + size;
  }
  const isOfIPv4 = question[at + 2] === 1;
  const found = ADDRESSES[labels.join(".").toLowerCase()];
  if (labels[0]?.startsWith("slow")) return;
  const answers = isOfIPv4 ? (found ?? []) : [];
  const head = [...question.subarray(0, 2), 0x81, found ? 0x80 : 0x83, 0, 1, 0, answers.length, 0, 0, 0, 0];
  const records = answers.flatMap((address) => [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address]);
  const answer = [...head, ...question.subarray(12, at + 5), ...records];
  names.send(Buffer.from(answer), sender.port, sender.address);
});

vi.mock("node:dns/promises", async (original) => {
  const real = await original<typeof import("node:dns/promises")>();
  class Resolver extends real.Resolver {
    constructor(options?: ConstructorParameters<typeof real.Resolver>[0]) {
      super(options);
      this.setServers([nameServer.address]);
    }
  }
  return { ...real, Resolver };
});

let requests = 0;
let server: Server;
beforeAll(async () => {
  server = createServer((_request, response) => {
    requests++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => names.bind(0, "127.0.0.1", resolve));
  nameServer.address = `127.0.0.1:${names.address().port}`;
});
afterAll(async () => {
  server.close();
  names.close();
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

test("names whose servers say nothing delay nobody else's, and a name that leads nowhere is told", async () => {
  const asked = nameServer.asked;
  const slow = Array.from({ length: 8 }, (_, one) => postBody(`https://slow-${one}.example/`, {}, "{}"));
  await expect.poll(() => nameServer.asked).toBeGreaterThanOrEqual(asked + 16);
  const begun = performance.now();
  expect(await postBody("https://here.example/", {}, "{}")).toMatchObject({ failure: "refused_address" });
  expect(await postBody("https://nowhere.example/", {}, "{}")).toMatchObject({ failure: "no_such_host" });
  expect(performance.now() - begun).toBeLessThan(2_000);
  for (const answer of await Promise.all(slow)) expect(answer.failure).toMatch(/no_such_host|timeout/);
});

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
