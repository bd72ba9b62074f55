import { parse } from "csv-parse/sync";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { micros, sum } from "@/lib/money/money";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { copyOut, downloadsUnderWay } from "./copy";
import { exportReport } from "./export";
import type { DownloadQuery, ReportName } from "./input";
import { readUses } from "./messages/messages";
import { readerOf, tell } from "./testing";

const RANGE = { from: "2026-11-01", to: "2026-11-03" };
let slug: string;
let scope: ReturnType<typeof readerOf>;

beforeAll(async () => {
  const organization = await newTestOrganization(
    { clock: new Date("2026-11-04T05:00:00Z") },
    { conversations: 1 },
  );
  ({ slug } = organization);
  scope = readerOf(organization.id);
  await tell(slug, [
    {
      at: "2026-10-31T17:00:00Z",
      id: "wamid.A",
      data: { template: '=HYPERLINK("x"),"', broadcast: { id: "+bc", name: "Halo,\n\u001f dunia" } },
    },
    { at: "2026-11-02T03:04:05.678Z", id: "wamid.B", category: "utility", contact: "447700900123" },
    { at: "2026-11-02T03:04:06Z", id: "wamid.C", type: "received", contact: "628222" },
    { at: "2026-11-02T03:05:00Z", id: "wamid.D", category: "service", contact: "628222" },
    {
      at: "2026-11-02T04:00:00Z",
      id: "wamid.E",
      type: "sent",
      data: { broadcast: { id: "+bc", name: "Halo,\n\u001f dunia" } },
    },
    { at: "2026-11-03T17:00:00Z", id: "wamid.F", type: "sent" },
  ]);
});

afterAll(closeDatabases);

async function download(report: ReportName, query: Partial<DownloadQuery> = {}): Promise<string> {
  const response = await exportReport(scope, report, { ...RANGE, ...query });
  return response.text();
}

function read(text: string): Record<string, string>[] {
  return parse(text, { columns: true, record_delimiter: "\r\n" });
}

describe("exportReport", () => {
  test("whatsapp.csv has the columns of the contract, one row per use, times in the organization's zone · U9", async () => {
    const text = await download("whatsapp");
    expect(text.split("\r\n")[0]).toBe(
      "occurred_at,booked_at,type,unit,business_number,contact,market,template,broadcast_name,message_id,units,unit_price,amount,paid_from_quota,paid_from_initial,paid_from_additional,free_reason,price_version,currency",
    );
    const rows = read(text);
    expect(rows.map(({ message_id }) => message_id)).toEqual(["wamid.A", "wamid.B", "wamid.D"]);
    expect(rows[0]).toMatchObject({
      occurred_at: "2026-11-01T00:00:00+07:00",
      booked_at: "2026-11-04T12:00:00+07:00",
      type: "marketing",
      unit: "message",
      market: "Indonesia",
      template: `'=HYPERLINK("x"),"`,
      broadcast_name: "Halo,\n\u001f dunia",
      units: "1",
      unit_price: "586.33",
      amount: "586.33",
      paid_from_quota: "0",
      paid_from_initial: "586.33",
      paid_from_additional: "0",
      price_version: "2026-10-01",
      currency: "IDR",
    });
    expect(rows[1]).toMatchObject({ occurred_at: "2026-11-02T10:04:05.678+07:00", market: "United Kingdom" });
    expect(rows[2]).toMatchObject({ type: "service", amount: "0", free_reason: "free_number" });
  });

  test("the download holds what the page shows: the same rows, the same totals · U9", async () => {
    for (const filter of [
      {},
      { category: "marketing" },
      { paid: "initial" as const },
      { paid: "free" as const },
    ]) {
      const rows = read(await download("whatsapp", filter));
      const page = await readUses(scope, {
        range: RANGE,
        category: undefined,
        paid: undefined,
        oldestFirst: true,
        row: 1,
        after: null,
        before: null,
        ...filter,
      });
      expect(rows).toHaveLength(page.totals.uses);
      expect(sum(rows.map(({ amount }) => micros(amount ?? "")))).toBe(page.totals.amount);
    }
  });

  test("broadcasts.csv has one row per recipient; what is unknown is empty · U8", async () => {
    const rows = read(await download("broadcasts"));
    expect(Object.keys(rows[0] ?? {}).join()).toBe(
      "broadcast_id,broadcast_name,template,category,business_number,contact,market,status,sent_at,delivered_at,read_at,failed_at,error_code,unit_price,amount,paid_from,currency",
    );
    expect(rows.map(({ status, amount, paid_from }) => [status, amount, paid_from])).toEqual([
      ["delivered", "586.33", "initial"],
      ["sent", "", ""],
    ]);
    expect(rows[0]?.broadcast_id).toBe("'+bc");
  });

  test("unique-visitors.csv says what covered each · U10", async () => {
    expect(await download("unique-visitors")).toBe(
      "month,first_seen_at,channel,contact,covered_by\r\n2026-11,2026-11-02T10:04:06+07:00,whatsapp,628222,package\r\n",
    );
    expect(read(await download("unique-visitors", { channel: "telegram" }))).toEqual([]);
  });

  test("bom=1 puts a byte-order mark in front, and the name says what it is · U9", async () => {
    const response = await exportReport(scope, "whatsapp", { ...RANGE, bom: "1" });
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(response.headers.get("content-disposition")).toBe(
      `attachment; filename="kuota_${slug}_whatsapp_2026-11-01_2026-11-03.csv"`,
    );
  });

  test("a zone whose offset has minutes is written with them", async () => {
    const nepal = await newTestOrganization({ time_zone: "Asia/Kathmandu" });
    await tell(nepal.slug, [{ at: "2026-11-01T18:15:00Z" }]);
    const response = await exportReport(readerOf(nepal.id), "whatsapp", RANGE);
    expect(read(await response.text())[0]?.occurred_at).toBe("2026-11-02T00:00:00+05:45");
  });

  test("an offset that has minutes only after the range is written with them, where something happened then", async () => {
    // Lord Howe Island is at +11:00 in summer and at +10:30 from 5 April 2026 on.
    const island = await newTestOrganization({
      time_zone: "Australia/Lord_Howe",
      clock: new Date("2026-04-10T00:00:00Z"),
    });
    const data = { broadcast: { id: "late", name: "Late" } };
    await tell(island.slug, [
      { at: "2026-04-01T00:00:00Z", id: "wamid.L", data },
      { at: "2026-04-08T00:00:00Z", id: "wamid.L", type: "read", data },
    ]);
    const days = { from: "2026-03-30", to: "2026-04-02" };
    const rowsOf = async (report: ReportName) =>
      read(await (await exportReport(readerOf(island.id), report, days)).text());
    expect((await rowsOf("whatsapp"))[0]).toMatchObject({
      occurred_at: "2026-04-01T11:00:00+11:00",
      booked_at: "2026-04-10T10:30:00+10:30",
    });
    expect((await rowsOf("broadcasts"))[0]).toMatchObject({
      delivered_at: "2026-04-01T11:00:00+11:00",
      read_at: "2026-04-08T10:30:00+10:30",
    });
  });

  test("another organization's rows are in nobody else's download · house.md", async () => {
    const stranger = await newTestOrganization();
    const response = await exportReport(readerOf(stranger.id), "whatsapp", RANGE);
    expect(read(await response.text())).toEqual([]);
  });

  test("a longer range is refused before the first byte · U7", async () => {
    await expect(download("whatsapp", { from: "2026-01-01" })).rejects.toMatchObject({
      code: "range_too_long",
    });
  });
});

describe("copyOut", () => {
  // Holds a lock for as long as it runs, so that it can be seen from elsewhere whether it still does.
  const endless = `copy (select generate_series(1, 100000000), repeat('x', 200)
    from (select pg_advisory_xact_lock_shared(4711)) l) to stdout (format csv)`;
  const silent = `copy (select pg_sleep(60), pg_advisory_xact_lock_shared(4711)
    from (select pg_advisory_xact_lock_shared(4711)) l) to stdout (format csv)`;
  const request = (statement: string) => ({
    organizationId: scope.organizationId,
    settings: {},
    statement,
    columns: ["plain", "text"] as const,
  });
  const ofAnother = (statement: string) => ({ ...request(statement), organizationId: 2_000_000_001 });

  afterEach(() => void vi.useRealTimers());

  function stopTheClock(): void {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  }

  /** Until everything that waits for something, a reader that is to take a chunk or a turn that is to come, does so. */
  async function untilTheyWait(count: number): Promise<void> {
    while (vi.getTimerCount() < count) await new Promise((resolve) => setImmediate(resolve));
  }

  async function running(): Promise<number> {
    const rows = await acrossOrganizations(
      (tx) => rawSql(tx)<{ running: string }[]>`
        select count(*) as running from pg_locks l join pg_database d on d.oid = l.database
        where d.datname = current_database() and l.locktype = 'advisory' and l.objid = 4711`,
    );
    return Number(rows[0]?.running);
  }

  async function eventually(check: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      if (await check()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("it never came to pass");
  }

  test("a reader that goes away ends the query", async () => {
    const reader = (await copyOut(request(endless), "head\r\n")).getReader();
    for (let chunk = 0; chunk < 3; chunk++) await reader.read();
    expect(await running()).toBe(1);
    await reader.cancel();
    await eventually(async () => (await running()) === 0);
  });

  test("so does a reader that goes away while the query has nothing to send yet", async () => {
    const stream = await copyOut(request(silent), "head\r\n");
    await eventually(async () => (await running()) === 1);
    await stream.cancel();
    await eventually(async () => (await running()) === 0);
  });

  test("so does one that never begins to read", async () => {
    stopTheClock();
    const stream = await copyOut(request(endless), "head\r\n");
    vi.advanceTimersByTime(119_000);
    expect(downloadsUnderWay().running).toBe(1);
    vi.advanceTimersByTime(1_000);
    vi.useRealTimers();
    await eventually(async () => (await running()) === 0);
    await expect(new Response(stream).text()).rejects.toThrow("stopped taking it");
  });

  test("a failure midway breaks the stream, so that a cut file never looks whole", async () => {
    const failing =
      "copy (select 1 / (3000 - g), g from generate_series(1, 100000) g) to stdout (format csv)";
    const stream = await copyOut(request(failing), "head\r\n");
    await expect(new Response(stream).text()).rejects.toThrow();
  });

  test("a reader that takes nothing for 10 seconds gives its turn to one that waits, and its stream breaks", async () => {
    stopTheClock();
    const first = await copyOut(request(endless), "head\r\n");
    const second = await copyOut(request(endless), "head\r\n");
    vi.advanceTimersByTime(65_000);
    expect(downloadsUnderWay()).toEqual({ running: 2, waiting: 0 });
    const third = copyOut(request(endless), "head\r\n");
    vi.advanceTimersByTime(5_000);
    expect(downloadsUnderWay()).toEqual({ running: 2, waiting: 0 });
    await (await third).cancel();
    vi.useRealTimers();
    await expect(new Response(first).text()).rejects.toThrow("stopped taking it");
    expect(downloadsUnderWay()).toEqual({ running: 1, waiting: 0 });
    await second.cancel();
    await eventually(async () => (await running()) === 0);
    expect(downloadsUnderWay()).toEqual({ running: 0, waiting: 0 });
  });

  test("while one waits, a chunk of 64 kB in 10 seconds keeps a reader its turn, and less does not", async () => {
    stopTheClock();
    const readers = [
      (await copyOut(request(endless), "")).getReader(),
      (await copyOut(request(endless), "")).getReader(),
    ] as const;
    const third = copyOut(request(endless), "");
    for (let round = 0; round < 2; round++) {
      for (const reader of readers) {
        expect((await reader.read()).value?.byteLength).toBeLessThan(2 * 65_536);
      }
      await untilTheyWait(3);
      vi.advanceTimersByTime(9_000);
      expect(downloadsUnderWay()).toEqual({ running: 2, waiting: 1 });
    }
    await readers[1].read();
    await untilTheyWait(3);
    vi.advanceTimersByTime(1_000);
    await (await third).cancel();
    await expect(readers[0].read()).rejects.toThrow("stopped taking it");
    expect((await readers[1].read()).done).toBe(false);
    await readers[1].cancel();
    vi.useRealTimers();
    await eventually(async () => (await running()) === 0);
    expect(downloadsUnderWay()).toEqual({ running: 0, waiting: 0 });
  });

  test("nobody loses a turn for those that could not take it", async () => {
    stopTheClock();
    const other = await copyOut(ofAnother(endless), "");
    const mine = [await copyOut(request(endless), ""), await copyOut(request(endless), "")] as const;
    const waiting = copyOut(request(endless), "");
    vi.advanceTimersByTime(10_000);
    await (await waiting).cancel();
    expect(downloadsUnderWay()).toEqual({ running: 2, waiting: 0 });
    for (const stream of [mine[1], other]) await stream.cancel();
    vi.useRealTimers();
    await eventually(async () => (await running()) === 0);
  });

  test("four run at once, two of one organization at the most: its others hold up nobody behind them", async () => {
    const mine = [await copyOut(request(endless), ""), await copyOut(request(endless), "")] as const;
    const waiting = [copyOut(request(endless), ""), copyOut(request(endless), "")] as const;
    const others = [await copyOut(ofAnother(endless), ""), await copyOut(ofAnother(endless), "")] as const;
    expect(downloadsUnderWay()).toEqual({ running: 4, waiting: 2 });
    const fifth = copyOut({ ...ofAnother(endless), organizationId: 2_000_000_002 }, "");
    for (const stream of others) await stream.cancel();
    await (await fifth).cancel();
    expect(downloadsUnderWay()).toEqual({ running: 2, waiting: 2 });
    for (const stream of mine) await stream.cancel();
    for (const stream of waiting) await (await stream).cancel();
    await eventually(async () => (await running()) === 0);
    expect(downloadsUnderWay()).toEqual({ running: 0, waiting: 0 });
  });

  test("two of one organization run at once; a third begins when one of them ends", async () => {
    const first = (await copyOut(request(endless), "")).getReader();
    const second = (await copyOut(request(endless), "")).getReader();
    let third: ReadableStream<Uint8Array> | undefined;
    const waiting = copyOut(request(endless), "").then((stream) => {
      third = stream;
    });
    await Promise.all([first.read(), second.read()]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(third).toBeUndefined();
    await first.cancel();
    await waiting;
    await third?.cancel();
    await second.cancel();
    await eventually(async () => (await running()) === 0);
  });

  test("one organization cannot take up the whole line", async () => {
    const begun = [await copyOut(request(endless), ""), await copyOut(request(endless), "")] as const;
    const waiting = [copyOut(request(endless), ""), copyOut(request(endless), "")] as const;
    await expect(copyOut(request(endless), "")).rejects.toMatchObject({
      code: "rate_limited",
      status: 429,
      extras: { retryAfterSeconds: 30 },
    });
    for (const stream of begun) await stream.cancel();
    for (const stream of waiting) await (await stream).cancel();
    await (await copyOut(request(endless), "")).cancel();
    await eventually(async () => (await running()) === 0);
  });

  test("rows end with CRLF whatever the chunks they come in", async () => {
    const many =
      "copy (select g, repeat('y', g % 97) from generate_series(1, 20000) g) to stdout (format csv)";
    const text = await new Response(await copyOut(request(many), "")).text();
    const lines = text.split("\r\n");
    expect(lines).toHaveLength(20_001);
    const rest = text.replaceAll("\r\n", "");
    for (const end of ["\r", "\n"]) expect(rest).not.toContain(end);
  });
});
