import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { migrate } from "@/db/migrate";
import { systemScope } from "@/lib/auth/scope";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { systemNow } from "@/lib/time/clock";
import { createTestDatabase, type TestDatabase } from "@/scripts/databases";
import { EVERY_ALERT_TYPE } from "../rules";
import { deliverDue } from "./deliveries";
import { addEndpoint, sendTestEvent } from "./webhooks";

const manager = (id: number) => systemScope("test", id, "alerts:manage");

/** A receiver that keeps whoever calls waiting until it is told to answer. */
const silent = { open: new Set<ServerResponse>(), most: 0, calls: 0, answers: false };
const healthy = { calls: 0 };
const servers: Server[] = [];
let database: TestDatabase;

/** A database of its own: nobody else sends what waits in it. */
beforeAll(async () => {
  database = await createTestDatabase(process.env.DATABASE_URL ?? "", "fairness");
  await migrate(database.url);
  vi.stubEnv("DATABASE_URL", database.url);
});
afterAll(async () => {
  for (const server of servers) server.close();
  await closeDatabases();
  await database.drop();
});

async function listen(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => answer(response));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function newEndpoint(id: number, url: string) {
  const endpoint = await addEndpoint(manager(id), { url, types: [...EVERY_ALERT_TYPE] });
  return endpoint.id;
}

async function waiting(id: number): Promise<number> {
  const [row] = await acrossOrganizations(
    (tx) => rawSql(tx)<{ left: number }[]>`
      select count(*)::integer as left from webhook_deliveries where organization_id = ${id} and attempts = 0`,
  );
  return row?.left ?? 0;
}

test("receivers that never answer delay no other organization's webhooks", { timeout: 60_000 }, async () => {
  const silentUrl = await listen((response) => {
    silent.calls += 1;
    if (silent.answers) return void response.writeHead(500).end();
    silent.open.add(response);
    silent.most = Math.max(silent.most, silent.open.size);
  });
  const healthyUrl = await listen((response) => {
    healthy.calls += 1;
    response.end();
  });
  const { id: slow } = await newTestOrganization();
  const { id: quick } = await newTestOrganization();
  for (let path = 0; path < 10; path++) {
    const endpoint = await newEndpoint(slow, `${silentUrl}/${path}`);
    for (let event = 0; event < 3; event++) await sendTestEvent(manager(slow), endpoint);
  }
  const endpoint = await newEndpoint(quick, healthyUrl);
  await sendTestEvent(manager(quick), endpoint);

  let isOver = false;
  const delivering = deliverDue(systemNow()).finally(() => {
    isOver = true;
  });
  await expect.poll(() => healthy.calls, { timeout: 2_000 }).toBe(1);
  // Also what comes while the slow ones are still being waited for.
  await sendTestEvent(manager(quick), endpoint);
  await expect.poll(() => healthy.calls, { timeout: 2_000 }).toBe(2);
  expect([isOver, silent.open.size, silent.most]).toEqual([false, 4, 4]);
  expect(await deliverDue(systemNow())).toBe(0);
  expect(silent.calls).toBe(4);

  // As soon as they answer, the rest of theirs is sent too, and only then the work is over.
  silent.answers = true;
  for (const response of silent.open) response.writeHead(500).end();
  expect(await delivering).toBe(2);
  expect([await waiting(slow), silent.calls]).toEqual([0, 30]);
});
