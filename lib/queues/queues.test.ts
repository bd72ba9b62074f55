import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { migrate } from "@/db/migrate";
import { systemNow } from "@/lib/time/clock";
import { createTestDatabase, type TestDatabase } from "@/scripts/databases";
import { type Queue, sendDue } from "./queues";
import { lockDue } from "./store";

const NOW = new Date("2026-11-10T05:00:00Z");
const FLOODING = 7;
let database: TestDatabase;

/** A database of its own: nobody else takes what waits in it. */
beforeAll(async () => {
  database = await createTestDatabase(process.env.DATABASE_URL ?? "", "queues");
  await migrate(database.url);
  vi.stubEnv("DATABASE_URL", database.url);
  await acrossOrganizations(async (tx) => {
    // Organization 7 has waited longest, and with the most; the accounts' mails (0) came last.
    for (const [organizationId, mails, minutesAgo] of [
      [FLOODING, 10_000, 60],
      [8, 3, 20],
      [9, 1, 10],
      [0, 2, 1],
      [10, 1, -5],
    ] as const) {
      await rawSql(tx)`
        insert into mails (organization_id, cause, recipient, subject, plain_text, html, next_attempt_at)
        select ${organizationId}, 'test:' || n, 'a@example.com', '', '', '',
          ${NOW.toISOString()}::timestamptz - make_interval(mins => ${minutesAgo}, secs => n * 0.001)
        from generate_series(1, ${mails}) n`;
    }
  });
});
afterAll(async () => {
  await closeDatabases();
  await database.drop();
});

const organizations = (keys: readonly { readonly organizationId: number }[]) =>
  keys.map(({ organizationId }) => organizationId);

test("accounts' mails go first, then one of each organization, then the second of each", async () => {
  const keys = await acrossOrganizations((tx) =>
    lockDue(tx, "mails", NOW, { all: 20, ofOne: 3, underWay: [] }),
  );
  expect(organizations(keys)).toEqual([0, 0, 7, 8, 9, 7, 8, 7, 8]);
});

test("what is under way counts as an organization's turns, and who has its share gets no more", async () => {
  const underWay = [
    { organizationId: 7, count: 1 },
    { organizationId: 8, count: 3 },
  ];
  const keys = await acrossOrganizations((tx) => lockDue(tx, "mails", NOW, { all: 4, ofOne: 3, underWay }));
  expect(organizations(keys)).toEqual([0, 0, 9, 7]);
});

test("two that take at once take different rows", async () => {
  const room = { all: 5, ofOne: 5, underWay: [] };
  await acrossOrganizations(async (tx) => {
    const one = await lockDue(tx, "mails", NOW, room);
    const other = await acrossOrganizations((second) => lockDue(second, "mails", NOW, room));
    expect(new Set([...one, ...other].map(({ id }) => id)).size).toBe(10);
  });
});

describe("a backlog of one costs the others nothing, however many wait", () => {
  const add = (first: number, howMany: number, each: number, minutes: number) =>
    acrossOrganizations(
      (tx) => rawSql(tx)`
        insert into mails (organization_id, cause, recipient, subject, plain_text, html, next_attempt_at)
        select ${first} + o, 'test:' || n, 'a@example.com', '', '', '',
          ${NOW.toISOString()}::timestamptz + make_interval(mins => ${minutes})
        from generate_series(1, ${howMany}) o, generate_series(1, ${each}) n`,
    );
  const addOthers = () => add(1_000, 5_000, 2, 60);
  const addBacklog = () => add(1, 1, 20_000, -5);
  const take = () =>
    acrossOrganizations((tx) => lockDue(tx, "mails", NOW, { all: 20, ofOne: 4, underWay: [] }));
  const tellPlanner = async () => {
    const owner = postgres(database.url, { max: 1 });
    await owner`vacuum analyze mails`;
    await owner.end();
  };
  const expectQuick = async () => {
    const began = performance.now();
    expect(organizations(await take())).toEqual([2, 2, 2, 2]);
    expect(performance.now() - began).toBeLessThan(1_500);
  };
  beforeEach(async () => {
    await acrossOrganizations((tx) => rawSql(tx)`delete from mails`);
    await closeDatabases();
  });

  test("where a connection keeps its plan of when nothing waited", async () => {
    await tellPlanner();
    for (let turn = 0; turn < 8; turn++) expect(await take()).toEqual([]);
    await addOthers();
    await addBacklog();
    await expectQuick();
  });

  test("where the planner knows of nothing that is due", async () => {
    await addOthers();
    await tellPlanner();
    await addBacklog();
    await expectQuick();
  });
});

test("an item that fails by a fault of ours ends neither the others nor the work", async () => {
  const waiting = [1, 1, 1, 2, 2].map((organizationId) => ({ organizationId, id: randomUUID() }));
  const sent: string[] = [];
  const queue: Queue<(typeof waiting)[number]> = {
    name: "mail",
    most: 4,
    mostOfOne: 2,
    claim: async (_now, { all }) => waiting.splice(0, all),
    send: async ({ organizationId, id }) => {
      if (organizationId === 2) throw new Error("no connection");
      sent.push(id);
      return true;
    },
  };
  expect(await sendDue(queue, systemNow())).toBe(3);
  expect([sent.length, waiting.length]).toEqual([3, 0]);
});

test("a server that is to stop takes nothing more, and ends when what it sends has ended", async () => {
  let [taken, ended] = [0, 0];
  const queue: Queue<{ readonly organizationId: number }> = {
    name: "mail",
    most: 4,
    mostOfOne: 4,
    claim: async (_now, { all }) => {
      taken += all;
      return Array.from({ length: all }, () => ({ organizationId: 1 }));
    },
    send: async () => {
      shutdown.isStopping = true;
      await new Promise((resolve) => setTimeout(resolve, 20));
      ended += 1;
      return true;
    },
  };
  const { kuotaShutdown: shutdown } = globalThis as unknown as { kuotaShutdown: { isStopping: boolean } };
  try {
    expect(await sendDue(queue, systemNow())).toBe(4);
    expect(await sendDue(queue, systemNow())).toBe(0);
  } finally {
    shutdown.isStopping = false;
  }
  expect([taken, ended]).toEqual([4, 4]);
});
