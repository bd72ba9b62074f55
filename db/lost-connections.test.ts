import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type DatabaseProxy, startDatabaseProxy } from "@/scripts/database-proxy";
import { acrossOrganizations, closeDatabases, inOrganization, rawSql, type Transaction } from "./client";

let proxy: DatabaseProxy;

beforeAll(async () => {
  proxy = await startDatabaseProxy(process.env.DATABASE_URL ?? "");
  vi.stubEnv("DATABASE_URL", proxy.url);
  vi.stubEnv("DATABASE_POOL", "2");
});
afterAll(async () => {
  await closeDatabases();
  await proxy.close();
});

const write = (key: string) =>
  acrossOrganizations(async (tx) => {
    await rawSql(tx)`insert into rate_limits (key) values (${key})`;
    await rawSql(tx)`update rate_limits set points = points + 1 where key = ${key}`;
  });

const written = (prefix: string) =>
  acrossOrganizations(
    (tx) => rawSql(tx)`select key, points from rate_limits where key like ${`${prefix}%`} order by key`,
  );

test.each(["cut_before", "reset_before", "cut_after"] as const)(
  "a connection lost at any statement (%s) undoes its transaction and costs nobody else anything",
  async (course) => {
    const prefix = randomUUID();
    await write(`${prefix} 0`);
    for (let k = 1; k <= 6; k++) {
      proxy.watch((statement) => (statement === k ? course : "pass"));
      const fault = await write(`${prefix} ${k}`).then(
        () => null,
        (error: unknown) => error,
      );
      proxy.watch(null);
      if (k <= 5) expect(fault).not.toBeNull();
    }
    for (const row of await written(prefix)) expect(row.points).toBe(1);
  },
);

test.each(["cut_before", "reset_before", "cut_after"] as const)(
  "a connection lost at its very first statement (%s) is one error, of who asked",
  async (course) => {
    const key = randomUUID();
    proxy.cutAll();
    await wait(50);
    proxy.watch((statement) => (statement === 1 ? course : "pass"));
    await expect(write(key)).rejects.toThrow();
    proxy.watch(null);
    await write(key);
    expect((await written(key)).map(({ points }) => points)).toEqual([1]);
  },
);

test("a connection that was lost while idle is made anew, at whatever moment the next query comes", async () => {
  const slow: number[] = [];
  for (let round = 0; round < 100; round++) {
    await write(randomUUID());
    proxy.cutAll();
    for (let n = 0; n < round % 7; n++) await new Promise(setImmediate);
    if (round % 3 > 0) await wait((round % 3) - 1);
    const began = performance.now();
    await write(randomUUID()).catch(() => null);
    if (performance.now() - began > 3_000) slow.push(round);
  }
  expect(slow).toEqual([]);
}, 120_000);

test("a transaction around another one fails, and ends, when the inner one's connection is lost", async () => {
  const lock = async (tx: Transaction) => {
    const [row] = await rawSql(tx)`select pg_try_advisory_xact_lock(${77_001}) as is_ours`;
    return row?.is_ours;
  };
  const outer = acrossOrganizations(async (tx) => {
    expect(await lock(tx)).toBe(true);
    await inOrganization(1, async (own) => {
      const [me] = await rawSql(own)`select pg_backend_pid() as pid`;
      await rawSql(tx)`reset role`;
      await rawSql(tx)`select pg_terminate_backend(${me?.pid})`;
      await rawSql(own)`select 1`;
    });
  });
  await expect(outer).rejects.toThrow();
  await expect.poll(() => acrossOrganizations(lock)).toBe(true);
  proxy.cutAll();
  await wait(50);
});

test("work that goes on after its connection was lost sends nothing more, and disturbs no transaction after it", async () => {
  const prefix = randomUUID();
  const slow = acrossOrganizations(async (tx) => {
    await rawSql(tx)`insert into rate_limits (key) values (${`${prefix} slow 1`})`;
    await wait(300);
    await rawSql(tx)`insert into rate_limits (key) values (${`${prefix} slow 2`})`;
  });
  const failed = slow.then(
    () => "done",
    () => "failed",
  );
  await wait(100);
  proxy.cutAll();
  expect(await failed).toBe("failed");
  await wait(20);
  // Both connections are new, and busy while the lost one's work wakes up.
  await Promise.all(
    [1, 2].map((n) =>
      acrossOrganizations(async (tx) => {
        await rawSql(tx)`insert into rate_limits (key) values (${`${prefix} after ${n}`})`;
        await wait(400);
        await rawSql(tx)`update rate_limits set points = 1 where key = ${`${prefix} after ${n}`}`;
      }),
    ),
  );
  expect((await written(prefix)).map(({ key, points }) => [key.slice(37), points])).toEqual([
    ["after 1", 1],
    ["after 2", 1],
  ]);
});

test("work that goes on beside what failed sends nothing more, in no other transaction either", async () => {
  const prefix = randomUUID();
  const ends: Promise<unknown>[] = [];
  for (let ticks = 0; ticks < 12; ticks++) {
    const failed = acrossOrganizations(async (tx) => {
      const beside = async () => {
        for (let n = 0; n < ticks; n++) await Promise.resolve();
        if (ticks > 8) await new Promise(setImmediate);
        await rawSql(tx)`insert into rate_limits (key) values (${`${prefix} ${ticks}`})`;
      };
      await rawSql(tx)`select 1`;
      ends.push(beside().catch((error: unknown) => error));
      throw new Error("This failed.");
    });
    await expect(failed).rejects.toThrow("This failed.");
  }
  await Promise.all(ends);
  expect(await written(prefix)).toEqual([]);
});

test("a server that went away is used again as soon as it is back", async () => {
  const prefix = randomUUID();
  for (let round = 0; round < 5; round++) {
    const running = Array.from({ length: 6 }, (_, n) => write(`${prefix} ${round} ${n}`).catch(() => null));
    await wait(round * 3);
    proxy.cutAll();
    await Promise.all(running);
  }
  // What was sent into the last cut is lost; what comes after it is not.
  await wait(100);
  await write(`${prefix} last`);
  for (const row of await written(prefix)) expect(row.points).toBe(1);
});
