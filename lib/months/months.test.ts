import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, inOrganization, rawSql } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { recordEvents } from "@/lib/metering/metering";
import { brokenBy, deliveredEvent, moneyOf, sender } from "@/lib/metering/testing";
import { micros } from "@/lib/money/money";
import { newPackage, newTestOrganization } from "@/lib/provisioning/testing";
import { readBalance } from "@/lib/reports/balance";
import { startOfMonth } from "@/lib/time/period";
import { openDueMonths, openMonthsEverywhere } from "./months";

afterAll(closeDatabases);

/** Lets a test organization's clock run while nobody touches it, as after a server's downtime. */
async function passOver(id: number, now: Date): Promise<void> {
  await acrossOrganizations(async (tx) => {
    await rawSql(tx)`update organizations set clock = ${now.toISOString()} where id = ${id}`;
  });
}

/** Kind, cause, amount and time of each transfer, oldest first. */
async function transfersOf(id: number): Promise<string[]> {
  return inOrganization(id, async (tx) => {
    const rows = await rawSql(tx)<
      { kind: string; cause: string; amount_micros: string; occurred_at: string }[]
    >`
      select kind, cause, amount_micros, occurred_at from ledger_transfers where organization_id = ${id} order by id`;
    return rows.map(
      (row) =>
        `${row.kind} ${row.cause} ${BigInt(row.amount_micros) / 1_000_000n} ${new Date(row.occurred_at).toISOString()}`,
    );
  });
}

async function openedMonth(id: number): Promise<string | null> {
  return inOrganization(id, async (tx) => {
    const [row] = await rawSql(tx)<{ opened_month: string | null }[]>`
      select opened_month from ledgers where organization_id = ${id}`;
    return row?.opened_month ?? null;
  });
}

describe("a month opens exactly once · The month", () => {
  test("several months missed, 20 touch it at once, and timers in between", { timeout: 60_000 }, async () => {
    const { id, slug } = await newTestOrganization({}, { initialBalance: micros("350000") });
    await recordEvents(sender, [deliveredEvent(slug, "in November")]);
    const now = new Date("2027-02-10T05:00:00Z");
    await passOver(id, now);
    const touches = Array.from({ length: 20 }, (_, n): Promise<unknown> => {
      if (n % 4 === 0) return openDueMonths(id);
      if (n % 4 === 1) return openMonthsEverywhere(now);
      if (n % 4 === 2) return readBalance(systemScope("test", id, "balance:read"));
      return recordEvents(sender, [deliveredEvent(slug, `late ${n}`)]);
    });
    await Promise.all(touches);
    const months = (await transfersOf(id)).filter((transfer) => !transfer.startsWith("usage"));
    expect(months).toEqual([
      "grant month:2026-11 350000 2026-10-31T17:00:00.000Z",
      "expiry month:2026-12 349413 2026-11-30T17:00:00.000Z",
      "grant month:2026-12 350000 2026-11-30T17:00:00.000Z",
      "expiry month:2027-01 350000 2026-12-31T17:00:00.000Z",
      "grant month:2027-01 350000 2026-12-31T17:00:00.000Z",
      "expiry month:2027-02 350000 2027-01-31T17:00:00.000Z",
      "grant month:2027-02 350000 2027-01-31T17:00:00.000Z",
    ]);
    expect(await moneyOf(id)).toMatchObject({
      initial: micros("350000") - 5n * micros("586.33"),
      charged: 6,
    });
    expect(await brokenBy(id)).toEqual([]);
  });

  test("the timer opens it for those whom nobody touches, and passes over who is busy", {
    timeout: 60_000,
  }, async () => {
    const bought = await newPackage();
    const organizations = await Promise.all(
      Array.from({ length: 5 }, () => newTestOrganization({ package: bought.slug })),
    );
    const now = new Date("2026-12-01T00:00:00Z");
    for (const { id } of organizations) await passOver(id, now);
    const [busy] = organizations;
    if (!busy) throw new Error("there is one");
    await inOrganization(busy.id, async (tx) => {
      await rawSql(tx)`select 1 from ledgers where organization_id = ${busy.id} for update`;
      // Another process may lead just now: the timer comes again.
      while ((await openedMonth(organizations[4]?.id ?? 0)) !== "2026-12") await openMonthsEverywhere(now);
    });
    expect(await Promise.all(organizations.map(({ id }) => openedMonth(id)))).toEqual([
      "2026-11",
      ...Array(4).fill("2026-12"),
    ]);
    while ((await openedMonth(busy.id)) !== "2026-12") await openMonthsEverywhere(now);
    for (const { id } of organizations) {
      expect((await transfersOf(id)).filter((transfer) => transfer.startsWith("grant"))).toHaveLength(2);
    }
  });

  test("a late event uses the quota of the month in which it occurred and the money of now", async () => {
    const { id, slug } = await newTestOrganization(
      { clock: new Date("2024-12-05T05:00:00Z") },
      { conversations: 1, initialBalance: micros("1000") },
    );
    await passOver(id, new Date("2025-01-10T05:00:00Z"));
    const told = (name: string, category: string, time: string) =>
      deliveredEvent(slug, name, { category, contact: `6281${name}` }, time);
    await recordEvents(sender, [
      ...["1", "2", "3"].map((name) => told(name, "service", "2024-12-31T16:59:59.999Z")),
      told("4", "service", "2024-12-31T17:00:00Z"),
      told("5", "marketing", "2024-12-31T16:59:59.999Z"),
    ]);
    const used = await inOrganization(id, async (tx) => {
      const rows = await rawSql(tx)<{ month: string; conversations_used: number }[]>`
        select month, conversations_used from month_quotas where organization_id = ${id} order by month`;
      return rows.map((row) => `${row.month} ${row.conversations_used}`);
    });
    expect(used).toEqual(["2024-12 1", "2025-01 1"]);
    const { initial, charged } = await moneyOf(id);
    expect([charged, initial]).toEqual([1, micros("1000") - micros("586.33")]);
    expect(await brokenBy(id)).toEqual([]);
  });
});

describe("at 00:00 on the 1st, local time", () => {
  test.each([
    ["Asia/Jakarta", "2026-12", "2026-11-30T17:00:00Z"],
    ["Asia/Kathmandu", "2026-12", "2026-11-30T18:15:00Z"],
    ["Pacific/Kiritimati", "2026-12", "2026-11-30T10:00:00Z"],
    ["Pacific/Pago_Pago", "2026-12", "2026-12-01T11:00:00Z"],
    ["Australia/Lord_Howe", "2026-12", "2026-11-30T13:00:00Z"],
    ["America/New_York", "2026-11", "2026-11-01T04:00:00Z"],
    ["Europe/Berlin", "2026-11", "2026-10-31T23:00:00Z"],
    ["Africa/Cairo", "2026-11", "2026-10-31T22:00:00Z"],
    ["America/Santiago", "2026-10", "2026-10-01T03:00:00Z"],
    // Midnight of that day is skipped: the clocks went from 23:59:59 to 01:00.
    ["America/Asuncion", "2023-10", "2023-10-01T04:00:00Z"],
  ])("%s: %s begins at %s and not a millisecond earlier", async (zone, month, instant) => {
    const begins = new Date(instant);
    expect(startOfMonth(month, zone)).toEqual(begins);
    const [asked] = await acrossOrganizations(
      (tx) => rawSql(tx)<{ begins: string }[]>`
        select (${`${month}-01`}::date::timestamp at time zone ${zone}::text) as begins`,
    );
    expect(new Date(asked?.begins ?? "")).toEqual(begins);
    const clock = new Date(begins.getTime() - 1);
    const { id } = await newTestOrganization({ time_zone: zone, clock });
    const before = await openedMonth(id);
    expect(before).not.toBe(month);
    await passOver(id, begins);
    await openDueMonths(id);
    expect(await openedMonth(id)).toBe(month);
    const grants = (await transfersOf(id)).filter((transfer) => transfer.startsWith("grant"));
    expect(grants).toEqual([
      `grant month:${before} 350000 ${startOfMonth(before ?? "", zone).toISOString()}`,
      `grant month:${month} 350000 ${begins.toISOString()}`,
    ]);
  });
});

test("a package that carries over, and one that does not", async () => {
  for (const [initialCarriesOver, after] of [
    [true, "700000"],
    [false, "350000"],
  ] as const) {
    const { id } = await newTestOrganization({}, { initialCarriesOver });
    await passOver(id, new Date("2026-12-05T00:00:00Z"));
    await openDueMonths(id);
    expect((await moneyOf(id)).initial).toBe(micros(after));
  }
});
