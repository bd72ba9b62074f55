import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeDatabases, inOrganization, rawSql } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { placeHold } from "@/lib/holds/holds";
import { brokenBy } from "@/lib/metering/testing";
import { micros } from "@/lib/money/money";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { readBalance, readOutlook } from "./balance";
import { readBroadcast, readBroadcasts } from "./broadcasts/broadcasts";
import type { Cursor } from "./input";
import { explainCharge, readUses, type UseRequest } from "./messages/messages";
import { readPriceTable } from "./price-table";
import { readerOf, tell } from "./testing";
import { spentByDay, usageBreakdown, usageByDay } from "./usage/usage";
import { readVisitors } from "./visitors/visitors";

const CLOCK = new Date("2026-11-20T05:00:00Z");
const RANGE = { from: "2026-11-01", to: "2026-11-20" };
const EVERYTHING: UseRequest = {
  range: RANGE,
  category: undefined,
  paid: undefined,
  oldestFirst: false,
  row: 1,
  after: null,
  before: null,
};

let organization: Awaited<ReturnType<typeof newTestOrganization>>;
let scope: ReturnType<typeof readerOf>;

beforeAll(async () => {
  organization = await newTestOrganization({ clock: CLOCK }, { conversations: 3, seats: 2 });
  scope = readerOf(organization.id);
  const two = (number: number) => String(number).padStart(2, "0");
  const days = [1, 2, 3, 7, 8, 15, 20];
  await tell(
    organization.slug,
    days.flatMap((day) =>
      Array.from({ length: 12 }, (_, index) => ({
        at: `2026-11-${two(day)}T0${index % 5}:${two(index)}:00Z`,
        contact: `62812${two(day)}${two(index)}00`,
        category: index % 4 === 0 ? "utility" : "marketing",
        data: { broadcast: { id: `bc_${day}`, name: `Promo =${day}%` }, template: "+promo" },
      })),
    ),
  );
  await tell(organization.slug, [
    { at: "2026-11-19T16:59:59Z", type: "received", contact: "628111" },
    { at: "2026-11-19T17:00:00Z", type: "received", contact: "628222" },
    { at: "2026-11-19T17:00:00Z", type: "received", contact: "628222", channel: "instagram" },
    { at: "2026-11-19T18:00:00Z", category: "service", contact: "628111" },
    {
      at: "2026-11-19T18:00:00Z",
      type: "failed",
      contact: "628333",
      data: { broadcast: { id: "bc_20", name: "x" } },
    },
  ]);
});

afterAll(closeDatabases);

describe("readUses", () => {
  test.each([
    ["everything", {}],
    ["a category", { category: "utility" }],
    ["what paid", { paid: "initial" as const }],
    ["oldest first", { oldestFirst: true }],
    [
      "a category and what paid, oldest first",
      { category: "marketing", paid: "initial" as const, oldestFirst: true },
    ],
  ])("pages by cursor, there and back, show every row once: %s · U9", async (_, filter) => {
    const request = { ...EVERYTHING, ...filter };
    const first = await readUses(scope, request);
    const forwards = [...first.uses];
    let page = first;
    let after: Cursor | undefined = first.uses.at(-1)?.cursor;
    while (after && forwards.length < first.totals.uses) {
      page = await readUses(scope, { ...request, row: forwards.length + 1, after });
      forwards.push(...page.uses);
      after = page.uses.at(-1)?.cursor;
    }
    expect(forwards).toHaveLength(first.totals.uses);
    expect(new Set(forwards.map(({ cursor }) => cursor.id)).size).toBe(forwards.length);
    const times = forwards.map(({ cursor }) => cursor.at.getTime());
    expect(times).toEqual([...times].sort((a, b) => (request.oldestFirst ? a - b : b - a)));

    const lastStart = forwards.length - page.uses.length;
    const before = page.uses[0]?.cursor ?? null;
    const back = await readUses(scope, { ...request, row: Math.max(1, lastStart - 24), before });
    // Before the first page there is only the first page.
    expect(back.uses).toEqual(forwards.slice(Math.max(0, lastStart - 25), lastStart || 25));
  });

  test("a page found by its row number is the page that cursors lead to · U9", async () => {
    const all = await readUses(scope, EVERYTHING);
    const byCursor = await readUses(scope, {
      ...EVERYTHING,
      row: 26,
      after: all.uses.at(-1)?.cursor ?? null,
    });
    const byRow = await readUses(scope, { ...EVERYTHING, row: 26 });
    expect(byRow.uses).toEqual(byCursor.uses);
  });

  test("a row beyond the end leads to the last page · U9", async () => {
    const page = await readUses(scope, { ...EVERYTHING, row: 1_000_000 });
    expect(page.row).toBe(76);
    expect(page.uses).toHaveLength(page.totals.uses - 75);
  });

  test("a list that grew meanwhile never ends with an empty page · U9", async () => {
    const all = await readUses(scope, { ...EVERYTHING, row: 76 });
    const behind = await readUses(scope, { ...EVERYTHING, row: 101, after: all.uses.at(-1)?.cursor ?? null });
    expect({ row: behind.row, uses: behind.uses }).toEqual({ row: 76, uses: all.uses });
    const newest = await readUses(scope, EVERYTHING);
    const before = await readUses(scope, { ...EVERYTHING, row: 26, before: newest.uses[0]?.cursor ?? null });
    expect({ row: before.row, uses: before.uses }).toEqual({ row: 1, uses: newest.uses });
  });

  test("a category that the platform calls group is found with the group messages, as the totals count it · U9", async () => {
    const mixed = await newTestOrganization({ clock: CLOCK });
    await tell(mixed.slug, [
      { at: "2026-11-02T03:00:00Z", category: "group", contact: "628111" },
      {
        at: "2026-11-02T03:00:01Z",
        category: "utility",
        contact: "628222",
        data: { group: { id: "g@g.us" } },
      },
      { at: "2026-11-02T03:00:02Z", category: "utility", contact: "628333" },
    ]);
    const page = await readUses(readerOf(mixed.id), { ...EVERYTHING, category: "group" });
    expect(page.totals.uses).toBe(2);
    expect(page.uses.map(({ contact }) => contact)).toEqual(["628222", "628111"]);
    expect(await brokenBy(mixed.id)).toEqual([]);
  });

  test("totals are those of the filter and equal the rows · U9", async () => {
    const uses = await inOrganization(
      organization.id,
      (tx) => rawSql(tx)<{ uses: string; amount: string }[]>`
        select count(*) as uses, sum(amount_micros) as amount from messages
        where organization_id = ${organization.id} and category = 'utility' and paid_from not in ('pending', 'none')`,
    );
    const { totals } = await readUses(scope, { ...EVERYTHING, category: "utility" });
    expect(totals.uses).toBe(Number(uses[0]?.uses));
    expect(totals.amount).toBe(BigInt(uses[0]?.amount ?? 0));
    expect(totals.amount).toBe(totals.fromInitial + totals.fromAdditional);
  });

  test("a longer range is refused with the reason · U7", async () => {
    const range = { from: "2026-08-01", to: "2026-11-02" };
    await expect(readUses(scope, { ...EVERYTHING, range })).rejects.toMatchObject({ code: "range_too_long" });
  });
});

describe("usageByDay", () => {
  test("every day is there, days without usage as zeros, in the organization's zone · U7", async () => {
    const days = await usageByDay(scope, RANGE);
    expect(days).toHaveLength(20);
    expect(days[3]).toMatchObject({ day: "2026-11-04", marketing: 0, amount: 0n });
    expect(days[0]).toMatchObject({ day: "2026-11-01", marketing: 9, utility: 3 });
    // 16:59:59Z is still 19 November in Jakarta, 17:00Z is the 20th.
    expect(days[18]).toMatchObject({ day: "2026-11-19", uniqueVisitors: 1 });
    expect(days[19]).toMatchObject({ day: "2026-11-20", uniqueVisitors: 2, service: 1 });
  });

  test("money by category adds up to the amount of the day, and to the break-down · U6", async () => {
    const [days, spent, breakdown] = await Promise.all([
      usageByDay(scope, RANGE),
      spentByDay(scope, RANGE),
      usageBreakdown(scope, RANGE),
    ]);
    for (const [index, day] of days.entries()) {
      const { day: _, ...columns } = spent[index] ?? { day: "" };
      expect(Object.values(columns).reduce((sum, value) => sum + value, 0n)).toBe(day.amount);
    }
    const total = days.reduce((sum, { amount }) => sum + amount, 0n);
    expect(breakdown.reduce((sum, { amount }) => sum + amount, 0n)).toBe(total);
    expect(breakdown[0]).toMatchObject({ category: "marketing", market: "Indonesia" });
  });
});

describe("readBroadcasts", () => {
  const request = {
    range: RANGE,
    category: undefined,
    name: undefined,
    sort: "started" as const,
    descending: true,
    row: 1,
    after: undefined,
    before: undefined,
  };

  test("one row per broadcast; totals are those of the filter · U8", async () => {
    const page = await readBroadcasts(scope, request);
    expect(page.broadcasts.map(({ id }) => id)).toEqual([
      "bc_20",
      "bc_15",
      "bc_8",
      "bc_7",
      "bc_3",
      "bc_2",
      "bc_1",
    ]);
    expect(page.totals).toMatchObject({ broadcasts: 7, recipients: 85, delivered: 84, failed: 1 });
    expect(page.totals.amount).toBe(page.broadcasts.reduce((sum, { amount }) => sum + amount, 0n));
  });

  test("the name is searched as it is written, wildcards and all · U8", async () => {
    expect((await readBroadcasts(scope, { ...request, name: "=1%" })).broadcasts).toHaveLength(1);
    expect((await readBroadcasts(scope, { ...request, name: "PROMO" })).broadcasts).toHaveLength(6);
    expect((await readBroadcasts(scope, { ...request, name: "_" })).broadcasts).toHaveLength(0);
  });

  test.each(["started", "name", "recipients", "amount"] as const)(
    "cursors work for every sort: %s · U8",
    async (sort) => {
      const all = (await readBroadcasts(scope, { ...request, sort })).broadcasts;
      const third = all[2];
      const behind = await readBroadcasts(scope, { ...request, sort, after: third?.cursor });
      expect(behind.broadcasts).toEqual(all.slice(3));
      const before = await readBroadcasts(scope, { ...request, sort, before: third?.cursor });
      expect(before.broadcasts).toEqual(all.slice(0, 2));
    },
  );

  test("a broadcast opens to its recipients, failed ones included · U8", async () => {
    const detail = await readBroadcast(scope, "bc_20", { after: null, before: null });
    expect(detail?.recipients).toHaveLength(13);
    expect(detail?.recipients.filter(({ status }) => status === "failed")).toHaveLength(1);
    expect(await readBroadcast(scope, "none", { after: null, before: null })).toBeNull();
  });
});

describe("readVisitors", () => {
  const request = {
    range: RANGE,
    channel: undefined,
    oldestFirst: true,
    row: 1,
    after: undefined,
    before: undefined,
  };

  test("who was counted, when, where, and what covered it · U10", async () => {
    const page = await readVisitors(scope, request);
    expect(page.total).toBe(3);
    expect(page.visitors[0]).toMatchObject({
      contact: "628111",
      channel: "whatsapp",
      coveredBy: "package",
      month: "2026-11",
      firstSeenAt: new Date("2026-11-19T16:59:59Z"),
    });
    const behind = await readVisitors(scope, { ...request, row: 2, after: page.visitors[0]?.cursor });
    expect(behind.visitors).toEqual(page.visitors.slice(1));
  });

  test("filtered by channel · U10", async () => {
    const page = await readVisitors(scope, { ...request, channel: "instagram" });
    expect(page.visitors.map(({ contact }) => contact)).toEqual(["628222"]);
    expect(page.channels).toEqual([
      { channel: "whatsapp", visitors: 2 },
      { channel: "instagram", visitors: 1 },
    ]);
  });
});

describe("readBalance", () => {
  test("a package without any usage shows its full quota, never a blank · U2", async () => {
    const fresh = await newTestOrganization({}, { conversations: 100 });
    const balance = await readBalance(readerOf(fresh.id));
    expect(balance.uniqueVisitors).toEqual({
      package: 2_000,
      topUp: 0,
      used: 0,
      remaining: 2_000,
      overQuota: 0,
    });
    expect(balance.conversations).toEqual({ package: 100, used: 0, remaining: 100 });
    expect(balance.whatsappBalance).toMatchObject({ initial: micros("350000"), base: micros("350000") });
    expect(balance.users).toEqual({ seats: 5, used: 0, available: 5 });
    expect(balance.period).toEqual({ month: "2026-11", resetsAt: new Date("2026-11-30T17:00:00Z") });
  });

  test("who writes before the first month is counted over quota and shown so", async () => {
    const early = await newTestOrganization({ starts_on: "2027-02-01" });
    await tell(early.slug, [
      { at: "2026-11-02T03:04:06Z", id: "early", type: "received", contact: "628222" },
    ]);
    expect((await readBalance(readerOf(early.id))).uniqueVisitors).toEqual({
      package: 0,
      topUp: 0,
      used: 1,
      remaining: 0,
      overQuota: 1,
    });
  });

  test("what is on hold is not available, and shown beside it · U4", async () => {
    const fresh = await newTestOrganization();
    const sender = systemScope("reports-test", fresh.id, "holds:write");
    const lines = [{ category: "marketing", to: ["6281234567890"] }];
    await placeHold(sender, { lines, expires_in: 3_600 }, "key-1");
    const { whatsappBalance } = await readBalance(readerOf(fresh.id));
    expect(whatsappBalance).toMatchObject({
      initial: micros("350000"),
      onHold: micros("586.33"),
      available: micros("349413.67"),
    });
  });

  test("spent this month is what the trend shows · U2", async () => {
    const [{ whatsappBalance }, days] = await Promise.all([readBalance(scope), usageByDay(scope, RANGE)]);
    expect(whatsappBalance.spent).toBe(days.reduce((sum, { amount }) => sum + amount, 0n));
    expect(whatsappBalance.initial).toBe(micros("350000") - whatsappBalance.spent);
  });

  test("the outlook is the pace of the days before today, in messages of today's price", async () => {
    const balance = await readBalance(scope);
    const outlook = await readOutlook(scope, balance);
    expect(outlook.example).toEqual({
      category: "marketing",
      market: "Indonesia",
      unit: "message",
      unitPrice: micros("586.33"),
    });
    expect(outlook.runway.kind).toBe("beyond");
    expect(outlook.perDay > 0n).toBe(true);
  });
});

describe("explainCharge", () => {
  test("tells statuses, category, market, price, what paid, balances and ledger of one charge", async () => {
    const { uses } = await readUses(scope, { ...EVERYTHING, category: "marketing" });
    const place = uses[0]?.cursor;
    const found = place && (await explainCharge(scope, place));
    expect(found).toMatchObject({
      category: "marketing",
      categorySent: "marketing",
      market: "Indonesia",
      basis: { prefix: "62" },
      unitPrice: micros("586.33"),
      amount: micros("586.33"),
      paidFrom: "initial",
      price: { version: "2026-10-01" },
    });
    const balances = found?.balances;
    expect(balances && balances.before.initial - balances.after.initial).toBe(micros("586.33"));
    expect(found?.transfers[0]).toMatchObject({ kind: "usage", from: "initial", to: "usage" });
  });

  test("shows the transfers that took the charge, however many days were booked with it", async () => {
    const late = await newTestOrganization({ clock: CLOCK });
    const from = Date.parse("2026-09-02T03:00:00Z");
    const days = Array.from({ length: 60 }, (_, day) => new Date(from + day * 86_400_000).toISOString());
    await tell(
      late.slug,
      days.map((at, day) => ({ at, contact: `628${1_000_000 + day}` })),
    );
    const reader = readerOf(late.id);
    const { uses } = await readUses(reader, {
      ...EVERYTHING,
      range: { from: "2026-10-31", to: "2026-10-31" },
    });
    const place = uses[0]?.cursor;
    const found = place && (await explainCharge(reader, place));
    expect(found?.transfers).toMatchObject([{ kind: "usage", from: "initial", amount: found?.amount }]);
  });

  test("another organization's message does not exist · house.md", async () => {
    const stranger = await newTestOrganization();
    const { uses } = await readUses(scope, EVERYTHING);
    const place = uses[0]?.cursor ?? { at: CLOCK, id: 1 };
    expect(await explainCharge(readerOf(stranger.id), place)).toBeNull();
  });
});

describe("readPriceTable", () => {
  test("shows the version in force, those before and those to come · U11", async () => {
    const table = await readPriceTable(scope, undefined);
    expect(table?.shown).toMatchObject({ from: "2026-10-01", state: "in_force" });
    const column = table?.categories.findIndex(({ category }) => category === "marketing") ?? -1;
    const indonesia = table?.rows.find(({ market }) => market === "Indonesia");
    expect(indonesia?.prices[column]?.unitPrice).toBe(micros("586.33"));
    const earlier = table?.versions.find(({ state }) => state === "past");
    expect((await readPriceTable(scope, earlier?.from))?.shown).toEqual(earlier);
  });
});
