import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { inOrganization, rawSql } from "@/db/client";
import { createPlatformKey } from "@/lib/auth/api-keys";
import { systemStaffScope } from "@/lib/auth/scope";
import { deliveredEvent, moneyOf } from "@/lib/metering/testing";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { startApp } from "../scripts/app";
import { accepts, dataDirectory, exitOf, freePort, Run } from "../scripts/processes";
import { expect, newSessionCookie, test } from "./fixtures";

type Server = {
  readonly child: ChildProcess;
  readonly port: number;
  readonly send: (path: string, body: string | null, headers?: object) => Promise<IncomingMessage>;
};

/** A production server of the test's own, on the suite's database. */
async function startServer(run: Run): Promise<Server> {
  const logs = join(dataDirectory, "test", "shutdown");
  mkdirSync(logs, { recursive: true });
  const port = await freePort();
  const place = { databaseUrl: process.env.DATABASE_URL ?? "", port, standInPort: 1, logs };
  const child = await startApp(run, place, {}, "start");
  const send = async (path: string, body: string | null, headers: object = {}) => {
    const json = body === null ? {} : { "content-type": "application/json" };
    const sent = request(`http://127.0.0.1:${port}${path}`, {
      method: body === null ? "GET" : "POST",
      headers: { ...json, ...headers },
    });
    sent.end(body ?? undefined);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    return response;
  };
  return { child, port, send };
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response) text += chunk;
  return text;
}

/** Holds an organization's ledger, so that whoever charges it waits, until `release` is called. */
async function holdLedger(organizationId: number) {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const held = await new Promise<{ over: Promise<void> }>((resolve) => {
    const over: Promise<void> = inOrganization(organizationId, async (tx) => {
      await rawSql(tx)`select 1 from ledgers where organization_id = ${organizationId} for update`;
      resolve({ over });
      await released;
    });
  });
  return async () => {
    release();
    await held.over;
  };
}

async function newKey() {
  const staff = systemStaffScope("e2e", "back_office:write");
  const { key } = await createPlatformKey(staff, { name: "shutdown", scopes: ["events:write"] });
  return { authorization: `Bearer ${key}` };
}

test("SIGTERM: a request under way is answered, streams end, nothing new is taken, the exit code is 0", async () => {
  const run = new Run();
  try {
    const { child, port, send } = await startServer(run);
    const { id, slug } = await newTestOrganization();
    const cookie = await newSessionCookie("owner", id);
    const live = `/o/${slug}/package-usage/live`;
    const stream = await send(live, null, { cookie: `${cookie.name}=${cookie.value}` });
    expect(stream.headers["content-type"]).toBe("text/event-stream");
    const streamed = textOf(stream);
    const release = await holdLedger(id);
    const answered = send(
      "/api/v1/events",
      JSON.stringify(deliveredEvent(slug, `end-${id}`)),
      await newKey(),
    );
    await wait(500);

    child.kill("SIGTERM");
    // Its end is one that the reader can tell from a broken connection.
    expect(await streamed).toContain("retry: 3000");
    await expect.poll(() => accepts(port)).toBe(false);
    expect(child.exitCode).toBeNull();
    await release();
    const answer = await answered;
    expect([answer.statusCode, JSON.parse(await textOf(answer))]).toEqual([
      200,
      { accepted: 1, duplicates: 0, rejected: [] },
    ]);
    const began = performance.now();
    expect(await exitOf(child)).toBe(0);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect((await moneyOf(id)).charged).toBe(1);
  } finally {
    await run.end();
  }
});

test("SIGTERM: a request that does not end is broken off after a while, and the exit code is 0 all the same", async () => {
  const run = new Run();
  const { id, slug } = await newTestOrganization();
  const release = await holdLedger(id);
  try {
    const { child, send } = await startServer(run);
    const key = await newKey();
    const broken = send("/api/v1/events", JSON.stringify(deliveredEvent(slug, `stuck-${id}`)), key).then(
      () => "answered",
      () => "broken off",
    );
    await wait(500);
    const began = performance.now();
    child.kill("SIGTERM");
    expect(await exitOf(child)).toBe(0);
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(await broken).toBe("broken off");
  } finally {
    await release();
    await run.end();
  }
});
