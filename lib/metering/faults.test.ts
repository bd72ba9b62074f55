import { randomUUID } from "node:crypto";
import type { Sql, TransactionSql } from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { acrossOrganizations, closeDatabases, inOrganization, listenClient, rawSql } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { makeWayFor } from "@/lib/combining/combining";
import { readEnv } from "@/lib/env";
import { placeHold } from "@/lib/holds/holds";
import { holdRequest } from "@/lib/holds/input";
import { micros } from "@/lib/money/money";
import { openDueMonths } from "@/lib/months/months";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { nextMonth, startOfMonth } from "@/lib/time/period";
import { type Course, type DatabaseProxy, startDatabaseProxy } from "@/scripts/database-proxy";
import { recordEvents } from "./metering";
import { ANI, BUDI, brokenBy, deliveredEvent, MINUTE, moneyOf, NUMBER, sender } from "./testing";

let proxy: DatabaseProxy;

beforeAll(async () => {
  proxy = await startDatabaseProxy(readEnv({ ...process.env }).DATABASE_URL);
  vi.stubEnv("DATABASE_URL", proxy.url);
});
beforeEach(() => proxy.watch(null));
afterAll(async () => {
  proxy.watch(null);
  await closeDatabases();
  await proxy.close();
});

/** The connection is lost before or after the server ran the statement, or the server refuses the statement. */
const FAULTS = ["cut_before", "cut_after", "error"] as const;
type Fault = (typeof FAULTS)[number];

/**
 * Does work with a fault at its first statement, its second, and so on until it needs no more of them. Each time it is
 * done twice more without a fault, as by senders who had no answer. @returns how many statements there were
 */
async function atEachStatement(
  fault: Fault,
  prepare: (k: number) => Promise<() => Promise<unknown>>,
): Promise<number> {
  for (let k = 1; ; k++) {
    const work = await prepare(k);
    const breaks = fault === "error" ? refuseStatement(k) : cutAt(k, fault);
    const failure = await work().then(
      () => null,
      (error: unknown) => error,
    );
    const hasStruck = breaks.end();
    await work();
    await work();
    if (!hasStruck) {
      expect(failure).toBeNull();
      return k - 1;
    }
  }
}

function cutAt(k: number, course: Course) {
  let hasStruck = false;
  proxy.watch((statement) => {
    if (statement !== k) return "pass";
    hasStruck = true;
    return course;
  });
  return {
    end: () => {
      proxy.watch(null);
      return hasStruck;
    },
  };
}

/** Puts a statement that fails in the place of the k-th one that any transaction of this process sends. */
function refuseStatement(k: number) {
  const client = listenClient();
  const begin = client.begin;
  let statements = 0;
  const next = (target: TransactionSql) => {
    statements += 1;
    return statements === k ? target.unsafe("select 1 / 0") : null;
  };
  const refusing = (target: TransactionSql) =>
    new Proxy(target, {
      apply: (sql, self, parts) => {
        const isStatement = Array.isArray(parts[0]) && "raw" in parts[0];
        return (isStatement ? next(sql) : null) ?? Reflect.apply(sql, self, parts);
      },
      get: (sql, name) =>
        name === "unsafe"
          ? (...parts: Parameters<TransactionSql["unsafe"]>) => next(sql) ?? sql.unsafe(...parts)
          : Reflect.get(sql, name),
    });
  const refusingBegin = (work: (sql: TransactionSql) => unknown) =>
    Reflect.apply(begin, client, [(sql: TransactionSql) => work(refusing(sql))]);
  client.begin = refusingBegin as Sql["begin"];
  return {
    end: () => {
      client.begin = begin;
      return statements >= k;
    },
  };
}

/** Everything that a batch can touch: a window, an ad, a call, charges of all kinds, a hold, a change of mind. */
function richBatch(slug: string, name: string, hold: string) {
  const at = (minutes: number) =>
    new Date(Date.parse("2025-08-10T04:00:00Z") + minutes * 60_000).toISOString();
  const [ani, budi] = [`${ANI}${name}`, `${BUDI}${name}`];
  const received = (id: string, data: object) => ({
    ...deliveredEvent(slug, `${name} ${id}`, data, at(0)),
    type: "message.received",
  });
  const status = (type: string, id: string, message: string, data: object, minutes: number) => ({
    ...deliveredEvent(slug, `${name} ${id}`, { message_id: `${name} ${message}`, ...data }, at(minutes)),
    type: `message.${type}`,
  });
  const promo = { contact: ani, broadcast: { id: `bc ${name}`, name: "Promo" }, hold };
  return [
    received("in", { contact: ani }),
    received("ad", { contact: budi, referral: { source_type: "ad" } }),
    status("sent", "1", "promo", promo, 1),
    status("delivered", "2", "promo", promo, 2),
    status("delivered", "3", "reply", { contact: ani, category: "service" }, 3),
    status("delivered", "4", "free", { contact: budi }, 4),
    status("failed", "5", "failed", { ...promo, contact: budi, error: { code: 131049 } }, 5),
    status("delivered", "6", "group", { contact: ani, group: { id: "g" } }, 6),
    status("delivered", "7", "odd", { contact: ani, category: "marketing_lite" }, 7),
    status("read", "8", "promo", { ...promo, pricing: { type: "regular", category: "utility" } }, 8),
    status("delivered", "9", "earlier", { contact: ani, category: "authentication" }, -5),
  ];
}

async function newClient() {
  const clock = new Date("2025-08-10T05:00:00Z");
  const client = await newTestOrganization(
    { clock },
    { conversations: 3, initialBalance: micros("5000"), uniqueVisitors: 3 },
  );
  const lines = [{ category: "marketing", market: "Indonesia", quantity: 5 }];
  const hold = await placeHold(
    systemScope("test", client.id, "holds:write"),
    holdRequest.parse({ lines }),
    randomUUID(),
  );
  return { ...client, hold: hold.id };
}

/** All that is known of an organization, but for the numbers of rows and postings. */
async function everythingOf(id: number) {
  return inOrganization(id, async (tx) => {
    const sql = rawSql(tx);
    const [messages, usage, details, quotas, visitors, transfers, accounts, holds, windows, broadcasts] = [
      await sql`select message_id, contact, occurred_at, category, market, units, paid_from, free_reason, amount_micros,
        paid_initial_micros, paid_additional_micros, hold_freed, basis
        from messages where organization_id = ${id} order by message_id, contact`,
      await sql`select * from daily_usage where organization_id = ${id} order by day`,
      await sql`select category, paid_from, uses, units, amount_micros from daily_usage_details
        where organization_id = ${id} and uses <> 0 order by day, category, market, paid_from`,
      await sql`select month, visitors_used, conversations_used from month_quotas
        where organization_id = ${id} order by month`,
      await sql`select month, channel, contact from unique_visitors where organization_id = ${id} order by 1, 2, 3`,
      await sql`select kind, from_account, to_account, sum(amount_micros) as amount from ledger_transfers
        where organization_id = ${id} group by 1, 2, 3 order by 1, 2, 3`,
      await sql`select account, balance_micros from ledger_accounts where organization_id = ${id} order by 1`,
      await sql`select state, remaining_micros from holds where organization_id = ${id}`,
      await sql`select peer, occurred_at from inbound_times where organization_id = ${id} order by 1, 2`,
      await sql`select * from broadcasts where organization_id = ${id} order by broadcast_id`,
    ].map((rows) => rows.map(({ organization_id: _, ...row }) => row));
    return { messages, usage, details, quotas, visitors, transfers, accounts, holds, windows, broadcasts };
  });
}

test("a batch that failed while it was recorded in pieces, and is sent again, costs what it would have cost at once", async () => {
  const [{ id, slug }, other] = await Promise.all([newTestOrganization(), newTestOrganization()]);
  const [example] = [deliveredEvent(slug, "example")] as { data: object }[];
  const told = (type: string, minutes: number, data: object) => ({
    ...example,
    id: randomUUID(),
    type,
    time: new Date(Date.parse("2025-08-10T04:00:00Z") + minutes * MINUTE).toISOString(),
    data: { channel: "whatsapp", business_number: NUMBER, message_id: `wamid.${randomUUID()}`, ...data },
  });
  const others = (count: number) =>
    Array.from({ length: count }, (_, n) =>
      told("message.sent", -9, { contact: `62813${10_000_000 + n}`, category: "marketing" }),
    );
  const batch = [
    told("message.received", -8, { contact: ANI }),
    ...others(399),
    told("message.delivered", -5, { contact: ANI, category: "utility", message_id: "wamid.reply" }),
    ...others(599),
  ];
  await recordEvents(sender, others(1));
  makeWayFor(other.id);
  const breaks = cutAt(4, "cut_before");
  await expect(recordEvents(sender, batch)).rejects.toThrow();
  expect(breaks.end()).toBe(true);
  await recordEvents(sender, batch);
  const [reply] = await inOrganization(
    id,
    (tx) => rawSql(tx)`select paid_from, amount_micros from messages where message_id = 'wamid.reply'`,
  );
  expect(reply).toEqual({ paid_from: "free", amount_micros: "0" });
}, 60_000);

describe.each(FAULTS)(
  "a fault at step k, for every k (%s): tried again, nothing is lost or doubled",
  (fault) => {
    test("of recording events · M1", { timeout: 120_000 }, async () => {
      const [client, twin] = [await newClient(), await newClient()];
      let told = 0;
      const statements = await atEachStatement(fault, async (k) => {
        told = k;
        const batch = richBatch(client.slug, String(k), client.hold);
        return () => recordEvents(sender, batch);
      });
      expect(statements).toBeGreaterThan(15);
      for (let k = 1; k <= told; k++) {
        await recordEvents(sender, richBatch(twin.slug, String(k), twin.hold));
      }
      expect(await everythingOf(client.id)).toEqual(await everythingOf(twin.id));
      expect((await moneyOf(client.id)).events).toBe(told * 11);
      expect(await brokenBy(client.id)).toEqual([]);
    });

    test("of placing a hold · M3", { timeout: 120_000 }, async () => {
      const { id } = await newTestOrganization({}, { initialBalance: micros("100000") });
      const request = holdRequest.parse({ lines: [{ category: "marketing", to: [ANI] }] });
      const scope = systemScope("test", id, "holds:write");
      const ids = new Set<string>();
      let asked = 0;
      const statements = await atEachStatement(fault, async (k) => {
        asked = k;
        return async () => ids.add((await placeHold(scope, request, `key ${k}`)).id);
      });
      expect(statements).toBeGreaterThan(8);
      expect(ids.size).toBe(asked);
      const [held] = await inOrganization(
        id,
        (tx) => rawSql(tx)<{ on_hold_micros: string; holds: number }[]>`
        select on_hold_micros, (select count(*)::int from holds where organization_id = ${id}) as holds
        from ledgers where organization_id = ${id}`,
      );
      expect(held?.holds).toBe(asked);
      expect(BigInt(held?.on_hold_micros ?? 0)).toBe(BigInt(asked) * micros("586.33"));
      expect(await brokenBy(id)).toEqual([]);
    });

    test("of opening a month · The month", { timeout: 120_000 }, async () => {
      const { id, slug } = await newTestOrganization({}, { initialBalance: micros("350000") });
      await recordEvents(sender, [deliveredEvent(slug, "a")]);
      let month = "2026-11";
      let opened = 0;
      const statements = await atEachStatement(fault, async (k) => {
        opened = k;
        month = nextMonth(month);
        const now = startOfMonth(month, "Asia/Jakarta").toISOString();
        await acrossOrganizations(
          (tx) => rawSql(tx)`update organizations set clock = ${now} where id = ${id}`,
        );
        return () => openDueMonths(id);
      });
      expect(statements).toBeGreaterThan(6);
      const transfers = await inOrganization(
        id,
        (tx) => rawSql(tx)<{ kind: string; transfers: number }[]>`
        select kind, count(*)::int as transfers from ledger_transfers where organization_id = ${id} group by 1`,
      );
      expect(Object.fromEntries(transfers.map((row) => [row.kind, row.transfers]))).toEqual({
        grant: opened + 1,
        expiry: opened,
        usage: 1,
      });
      expect((await moneyOf(id)).initial).toBe(micros("350000"));
      expect(await brokenBy(id)).toEqual([]);
    });
  },
);
