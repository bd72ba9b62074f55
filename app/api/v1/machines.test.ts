import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeDatabases } from "@/db/client";
import { loadStandardPrices } from "@/lib/provisioning/standard-prices";
import { downloadsUnderWay } from "@/lib/reports/copy";
import { POST as postEvents } from "./events/route";
import { GET as getOpenApi } from "./openapi.json/route";
import { POST as postAdjustment } from "./organizations/[organization]/adjustments/route";
import { GET as getBalance } from "./organizations/[organization]/balance/route";
import { POST as postClock } from "./organizations/[organization]/clock/route";
import { POST as postEstimate } from "./organizations/[organization]/estimates/route";
import { DELETE as deleteHold, GET as getHold } from "./organizations/[organization]/holds/[hold]/route";
import { POST as postHold } from "./organizations/[organization]/holds/route";
import { GET as getLedger } from "./organizations/[organization]/ledger/route";
import { POST as postNumber } from "./organizations/[organization]/numbers/route";
import { PUT as putAssignment } from "./organizations/[organization]/packages/[from]/route";
import { PUT as putBookAssignment } from "./organizations/[organization]/price-books/[from]/route";
import { GET as getReport } from "./organizations/[organization]/reports/[report]/route";
import { GET as getOrganization, PUT as putOrganization } from "./organizations/[organization]/route";
import { PUT as putSuspension } from "./organizations/[organization]/suspension/route";
import { GET as getUsage } from "./organizations/[organization]/usage/route";
import { PUT as putPackage } from "./packages/[package]/route";
import { PUT as putVersion } from "./price-books/[book]/versions/[from]/route";
import * as answers from "./responses";
import { answered, call, messageEvent, platformKey, refused } from "./testing";
import { GET as getUnpriced } from "./unpriced/route";

let key: string;

beforeAll(async () => {
  await loadStandardPrices();
  key = await platformKey("admin", "events:write", "holds:write", "balance:read", "reports:read");
});
afterAll(closeDatabases);

type Setup = {
  initial?: string;
  conversations?: number | null;
  visitors?: number;
  timeZone?: string;
  clock?: string;
};

/** A test organization made through HTTP alone. */
async function newOrganization(setup: Setup = {}): Promise<string> {
  const { initial = "350000", conversations = null, visitors = 2_000 } = setup;
  const slug = `org-${randomUUID()}`;
  const body = {
    name: "Growth",
    seats: 5,
    unique_visitors: visitors,
    conversations,
    initial_balance: initial,
    currency: "IDR",
    initial_carries_over: false,
  };
  const made = await call(putPackage, { method: "PUT", key, params: { package: slug }, body });
  await answered(made, 201, answers.packageAnswer);
  const organization = {
    name: "Toko Melati",
    time_zone: setup.timeZone ?? "Asia/Jakarta",
    currency: "IDR",
    mode: "test",
    price_book: "standard-idr",
    package: slug,
    clock: setup.clock ?? "2026-11-02T05:00:00Z",
  };
  const params = { organization: slug };
  const put = await call(putOrganization, { method: "PUT", key, params, body: organization });
  await answered(put, 201, answers.organizationAnswer);
  return slug;
}

async function send(...events: unknown[]) {
  const response = await call(postEvents, { method: "POST", key, body: events });
  return answered(response, 200, answers.recorded);
}

async function balance(slug: string) {
  const response = await call(getBalance, { key, params: { organization: slug } });
  return answered(response, 200, answers.balanceAnswer);
}

async function money(slug: string): Promise<string> {
  const { initial, additional, on_hold, available } = (await balance(slug)).whatsapp_balance;
  return `${initial} ${additional} ${on_hold} ${available}`;
}

async function adjust(slug: string, account: string, amount: string, idempotencyKey: string = randomUUID()) {
  const response = await call(postAdjustment, {
    method: "POST",
    key,
    params: { organization: slug },
    body: { account, amount, reason: "Opening balance" },
    headers: { "idempotency-key": idempotencyKey },
  });
  return answered(response, 201, answers.adjustmentAnswer);
}

async function moveClock(slug: string, now: string) {
  const response = await call(postClock, {
    method: "POST",
    key,
    params: { organization: slug },
    body: { now },
  });
  return answered(response, 200, answers.clockAnswer);
}

async function ledger(slug: string, query = "") {
  const response = await call(getLedger, { key, params: { organization: slug }, query });
  return answered(response, 200, answers.ledgerAnswer);
}

const kinds = async (slug: string) => (await ledger(slug)).transfers.map(({ kind }) => kind);
const delivered = (slug: string, data: object = {}, time = "2026-11-02T04:00:00Z") =>
  messageEvent(slug, { time }, data);
const received = (slug: string, data: object, time = "2026-11-02T04:00:00Z") =>
  messageEvent(slug, { time, type: "message.received" }, data);

describe.each([
  { zone: "Asia/Jakarta", clock: "2026-11-30T16:00:00Z", boundary: "2026-11-30T17:00:00Z" },
  // Chile's clocks go forward on 6 September 2026: that day has 23 hours and begins at 01:00.
  { zone: "America/Santiago", clock: "2026-09-05T20:00:00Z", boundary: "2026-10-01T03:00:00Z" },
])("the worked cases of the month in $zone", ({ zone, clock, boundary }) => {
  test.each([
    ["S1 partial", "350000", "0.00 -150000.00 0.00 -150000.00"],
    ["S2 full", "500000", "0.00 0.00 0.00 0.00"],
  ])("%s: a debt is settled from the new month's initial balance", async (_case, initial, after) => {
    const slug = await newOrganization({ initial, timeZone: zone, clock });
    // The first month's own grant is taken back first, so that only the debt is left.
    await adjust(slug, "initial", `-${initial}`);
    await adjust(slug, "additional", "-500000");
    expect(await money(slug)).toBe("0.00 -500000.00 0.00 -500000.00");
    await moveClock(slug, boundary);
    expect(await money(slug)).toBe(after);
    expect((await kinds(slug)).slice(0, 2)).toEqual(["settlement", "grant"]);
  });

  test("S3 more than full: what is left of the grant stays initial", async () => {
    const slug = await newOrganization({ initial: "500000", timeZone: zone, clock });
    await adjust(slug, "initial", "-500000");
    await adjust(slug, "additional", "-300000");
    await moveClock(slug, new Date(Date.parse(boundary) - 1).toISOString());
    expect(await money(slug)).toBe("0.00 -300000.00 0.00 -300000.00");
    await moveClock(slug, boundary);
    expect(await money(slug)).toBe("200000.00 0.00 0.00 200000.00");
  });

  test("S11 new month: initial and visitors begin anew, additional stays", async () => {
    const slug = await newOrganization({ initial: "350000", timeZone: zone, clock });
    await adjust(slug, "initial", "-230000");
    await adjust(slug, "additional", "80000");
    await send(...Array.from({ length: 30 }, (_, index) => received(slug, { contact: `62${index}` }, clock)));
    expect((await balance(slug)).unique_visitors).toMatchObject({ used: 30, remaining: 1_970 });
    await moveClock(slug, boundary);
    expect(await money(slug)).toBe("350000.00 80000.00 0.00 430000.00");
    expect((await balance(slug)).unique_visitors).toEqual({
      package: 2_000,
      top_up: 0,
      used: 0,
      remaining: 2_000,
      over_quota: 0,
    });
    expect((await kinds(slug)).slice(0, 2)).toEqual(["grant", "expiry"]);
  });
});

describe("the worked cases of charging", () => {
  test("S4: what comes in pays a debt first", async () => {
    const slug = await newOrganization({ initial: "0" });
    await adjust(slug, "additional", "-5000");
    await adjust(slug, "additional", "1000000");
    expect(await money(slug)).toBe("0.00 995000.00 0.00 995000.00");
  });

  test("S5 split: one charge takes the rest of initial, then additional", async () => {
    const slug = await newOrganization({ initial: "500" });
    await adjust(slug, "additional", "10000");
    expect(await send(delivered(slug))).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    expect(await money(slug)).toBe("0.00 9913.67 0.00 9913.67");
  });

  test("S6 below zero: what was delivered makes additional negative", async () => {
    const slug = await newOrganization({ initial: "0" });
    await adjust(slug, "additional", "100");
    await send(delivered(slug, { category: "utility" }));
    expect(await money(slug)).toBe("0.00 -256.65 0.00 -256.65");
  });

  test("S7 broadcast: 100 recipients cost 58,633.00 and count 100 units, however often it is sent", async () => {
    const slug = await newOrganization({ initial: "100000" });
    const broadcast = { id: "bc_7", name: "11.11 promo" };
    const events = Array.from({ length: 100 }, (_, index) =>
      delivered(slug, { contact: `62812000${1_000 + index}`, broadcast, template: "promo_11" }),
    );
    expect(await send(...events)).toMatchObject({ accepted: 100, duplicates: 0 });
    expect(await send(...events.toReversed())).toMatchObject({ accepted: 0, duplicates: 100 });
    expect(await money(slug)).toBe("41367.00 0.00 0.00 41367.00");
    const response = await call(getUsage, {
      key,
      params: { organization: slug },
      query: "?from=2026-11-01&to=2026-11-03",
    });
    const { days, time_zone } = await answered(response, 200, answers.usageAnswer);
    expect(time_zone).toBe("Asia/Jakarta");
    expect(days.map(({ day, marketing, amount }) => [day, marketing, amount])).toEqual([
      ["2026-11-01", 0, "0.00"],
      ["2026-11-02", 100, "58633.00"],
      ["2026-11-03", 0, "0.00"],
    ]);
  });

  test("S9 visitors: one number on two channels is two, however often it writes", async () => {
    const slug = await newOrganization();
    const whatsapp = Array.from({ length: 5 }, () => received(slug, {}));
    await send(...whatsapp, received(slug, { channel: "instagram" }));
    expect((await balance(slug)).unique_visitors.used).toBe(2);
  });
});

describe("events · M1", () => {
  test("a bad item never blocks a good one, and each is named", async () => {
    const slug = await newOrganization();
    const twice = delivered(slug);
    const answer = await send(
      delivered(slug),
      { ...delivered(slug), specversion: "0.3" },
      delivered(`nobody-${randomUUID()}`),
      delivered(slug, {}, "2026-11-02T05:06:00Z"),
      twice,
      twice,
      "text",
    );
    expect(answer).toMatchObject({ accepted: 2, duplicates: 1 });
    expect(answer.rejected.map(({ index, code }) => `${index} ${code}`)).toEqual([
      "1 invalid_event",
      "2 unknown_organization",
      "3 in_the_future",
      "6 invalid_event",
    ]);
  });

  test("a repeat is a duplicate, also when what it says would be refused · M1", async () => {
    const slug = await newOrganization();
    const [first, second, third] = [delivered(slug), delivered(slug), delivered(slug)];
    await send(first);
    const answer = await send(
      { ...first, time: "2027-11-02T04:00:00Z" },
      { ...first, data: {} },
      { ...second, time: "soon" },
      second,
      { ...second, type: "message.unsent" },
      { ...third, time: "2027-11-02T04:00:00Z" },
      { ...first, source: 5 },
    );
    expect(answer).toMatchObject({ accepted: 1, duplicates: 3 });
    expect(answer.rejected.map(({ index, code }) => `${index} ${code}`)).toEqual([
      "2 invalid_event",
      "5 in_the_future",
      "6 invalid_event",
    ]);
    expect(await send(third)).toMatchObject({ accepted: 1 });
  });

  test("any time ago is taken; one that no calendar holds blocks nothing", async () => {
    const slug = await newOrganization();
    const answer = await send(
      delivered(slug, {}, "0000-01-01T00:00:00Z"),
      delivered(slug, {}, "0001-01-01T00:00:00Z"),
      delivered(slug, {}, "0002-01-01T00:00:00+14:00"),
      delivered(slug, {}, "0002-01-01T00:00:00Z"),
      delivered(slug, {}, "1969-12-31T23:59:59.999999999Z"),
      delivered(slug, {}, "2016-12-31T23:59:60Z"),
      delivered(slug),
    );
    expect(answer).toMatchObject({ accepted: 4, duplicates: 0 });
    expect(answer.rejected.map(({ index, code }) => `${index} ${code}`)).toEqual([
      "0 invalid_event",
      "1 invalid_event",
      "2 invalid_event",
    ]);
  });

  test("one event alone and the media types of CloudEvents are taken", async () => {
    const slug = await newOrganization();
    for (const type of [
      "application/cloudevents+json; charset=utf-8",
      "application/cloudevents-batch+json",
    ]) {
      const headers = { "content-type": type };
      const response = await call(postEvents, { method: "POST", key, body: delivered(slug), headers });
      expect(await answered(response, 200, answers.recorded)).toMatchObject({ accepted: 1 });
    }
    const empty = await call(postEvents, { method: "POST", key, body: [] });
    expect(await answered(empty, 200, answers.recorded)).toEqual({
      accepted: 0,
      duplicates: 0,
      rejected: [],
    });
  });

  test("when all are rejected the answer is 422 with the same list", async () => {
    const body = [delivered(`nobody-${randomUUID()}`)];
    const response = await call(postEvents, { method: "POST", key, body });
    expect(response.status).toBe(422);
    expect(await response.clone().json()).toMatchObject({
      accepted: 0,
      duplicates: 0,
      rejected: [{ index: 0, id: body[0]?.id, code: "unknown_organization" }],
    });
    expect(await refused(response)).toBe("422 all_rejected");
  });
});

describe("holds and estimates · M3", () => {
  const lines = [{ category: "marketing", to: ["6281234567890", "6281234567891"] }];

  test("a hold reserves, is found, and gives back what it has", async () => {
    const slug = await newOrganization({ initial: "2000" });
    const params = { organization: slug };
    const headers = { "idempotency-key": "send-1" };
    const estimate = await call(postEstimate, { method: "POST", key, params, body: { lines } });
    expect(await answered(estimate, 200, answers.estimateAnswer)).toEqual({
      amount: "1172.66",
      lines: [
        { market: "Indonesia", category: "marketing", quantity: 2, unit_price: "586.33", amount: "1172.66" },
      ],
      available_after: "827.34",
    });
    expect(await money(slug)).toBe("2000.00 0.00 0.00 2000.00");

    const place = () => call(postHold, { method: "POST", key, params, body: { lines }, headers });
    const hold = await answered(await place(), 201, answers.holdAnswer);
    expect(await answered(await place(), 201, answers.holdAnswer)).toEqual(hold);
    expect(hold).toMatchObject({ amount: "1172.66", available_after: "827.34", state: "open" });
    expect(await money(slug)).toBe("2000.00 0.00 1172.66 827.34");

    const other = await call(postHold, {
      method: "POST",
      key,
      params,
      body: { lines: [{ category: "marketing", market: "Indonesia", quantity: 3 }] },
      headers: { "idempotency-key": "send-2" },
    });
    expect(other.status).toBe(402);
    expect(await other.clone().json()).toMatchObject({
      required: "1758.99",
      available: "827.34",
      shortfall: "931.65",
    });
    expect(await refused(other)).toBe("402 insufficient_balance");

    await send(delivered(slug, { hold: hold.id }));
    const one = { organization: slug, hold: hold.id };
    const found = await answered(await call(getHold, { key, params: one }), 200, answers.holdAnswer);
    expect(found).toMatchObject({ state: "open", remaining: "586.33" });
    const released = await call(deleteHold, { method: "DELETE", key, params: one });
    expect(await answered(released, 200, answers.holdAnswer)).toMatchObject({
      state: "released",
      remaining: "0.00",
    });
    expect(await money(slug)).toBe("1413.67 0.00 0.00 1413.67");
  });

  test("a group of more than 8 is refused", async () => {
    const slug = await newOrganization();
    const members = Array.from({ length: 9 }, (_, index) => `62812${index}`);
    const body = { group: { members } };
    const estimate = await call(postEstimate, { method: "POST", key, params: { organization: slug }, body });
    expect(await refused(estimate)).toBe("422 group_too_large");
  });
});

describe("reports", () => {
  test("are downloaded as CSV under their own names, with a byte-order mark on request", async () => {
    const slug = await newOrganization();
    await send(delivered(slug), delivered(slug, { category: "utility" }));
    const get = (bom: string) =>
      call(getReport, {
        key,
        params: { organization: slug, report: "whatsapp.csv" },
        query: `?from=2026-11-01&to=2026-11-30${bom}`,
      });
    const response = await get("");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toContain(
      `kuota_${slug}_whatsapp_2026-11-01_2026-11-30.csv`,
    );
    const text = Buffer.from(await response.arrayBuffer()).toString();
    const lines = text.split("\r\n");
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^occurred_at,booked_at,type,unit,/);
    expect(text).toMatch(/,586\.33/);
    expect(text).toMatch(/,356\.65/);
    const marked = Buffer.from(await (await get("&bom=1")).arrayBuffer());
    expect(marked.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  });

  test("HEAD answers as GET does and keeps no place in the line of downloads", async () => {
    const slug = await newOrganization();
    for (const report of ["whatsapp.csv", "broadcasts.csv", "unique-visitors.csv"]) {
      const response = await call(getReport, {
        method: "HEAD",
        key,
        params: { organization: slug, report },
        query: "?from=2026-11-01&to=2026-11-30",
      });
      expect([response.status, response.headers.get("content-type"), response.body]).toEqual([
        200,
        "text/csv; charset=utf-8",
        null,
      ]);
      expect(downloadsUnderWay()).toEqual({ running: 0, waiting: 0 });
    }
  });
});

describe("the ledger", () => {
  test("pages do not shift while new transfers are booked", async () => {
    const slug = await newOrganization({ initial: "1" });
    for (const amount of ["2", "3", "4", "5"]) await adjust(slug, "additional", amount);
    const first = await ledger(slug, "?limit=2");
    expect(first.transfers.map(({ amount }) => amount)).toEqual(["5.00", "4.00"]);
    await adjust(slug, "additional", "6");
    const second = await ledger(slug, `?limit=2&after=${first.next}`);
    expect(second.transfers.map(({ amount }) => amount)).toEqual(["3.00", "2.00"]);
    const third = await ledger(slug, `?limit=2&after=${second.next}`);
    expect(third.transfers).toMatchObject([
      { kind: "grant", from: "package", to: "initial", cause: "month:2026-11", reason: null },
    ]);
    expect(third.next).toBeNull();
  });
});

describe("provisioning", () => {
  test("each PUT is idempotent: 201 once, then 200 with the same answer", async () => {
    const slug = await newOrganization();
    const params = { organization: slug };
    const before = await answered(
      await call(getOrganization, { key, params }),
      200,
      answers.organizationAnswer,
    );
    expect(before).toEqual({
      slug,
      name: "Toko Melati",
      time_zone: "Asia/Jakarta",
      currency: "IDR",
      mode: "test",
      price_book: "standard-idr",
      package: slug,
      starts_on: "2026-11-01",
      clock: "2026-11-02T05:00:00.000Z",
      authentication_international: false,
      suspended: false,
    });
    const body = { name: "Toko Melati", package: slug, price_book: "standard-idr", mode: "test" };
    const again = await call(putOrganization, { method: "PUT", key, params, body });
    expect(await answered(again, 200, answers.organizationAnswer)).toEqual(before);

    const number = { phone_number_id: randomUUID(), display_phone_number: "+62 21 555 0100" };
    const post = () => call(postNumber, { method: "POST", key, params, body: number });
    expect(await answered(await post(), 201, answers.numberAnswer)).toEqual(number);
    expect(await answered(await post(), 200, answers.numberAnswer)).toEqual(number);
    const other = { organization: await newOrganization() };
    expect(await refused(await call(postNumber, { method: "POST", key, params: other, body: number }))).toBe(
      "409 conflict",
    );
  });

  test("a price book version in use is replaced from a later day only", async () => {
    const slug = await newOrganization();
    const book = `book-${randomUUID()}`;
    const version = (unitPrice: string) => ({
      currency: "IDR",
      scheme: {
        marketing: { unit: "message" },
        utility: { unit: "message", free_in_window: false },
        service: { unit: "message", free_per_number_and_month: 1000 },
      },
      prices: [{ market: "Indonesia", category: "marketing", unit_price: unitPrice }],
    });
    const put = (from: string, unitPrice: string) =>
      call(putVersion, { method: "PUT", key, params: { book, from }, body: version(unitPrice) });
    const made = await answered(await put("2026-10-01", "390.2766"), 201, answers.versionAnswer);
    expect(made).toEqual({ price_book: book, from: "2026-10-01", ...version("390.2766") });
    expect((await put("2026-10-01", "400")).status).toBe(200);
    expect((await put("2026-10-01", "390.2766")).status).toBe(200);
    const assign = await call(putBookAssignment, {
      method: "PUT",
      key,
      params: { organization: slug, from: "2026-11-02" },
      body: { price_book: book },
    });
    await answered(assign, 200, answers.bookAssignmentAnswer);
    await send(delivered(slug));
    expect(await money(slug)).toBe("349609.7234 0.00 0.00 349609.7234");
    expect(await refused(await put("2026-10-01", "400"))).toBe("409 version_in_use");
    expect((await put("2026-11-03", "400")).status).toBe(201);
    expect((await put("2026-10-01", "390.2766")).status).toBe(200);
  });

  test("what has no price is seen until its price is published, then charged", async () => {
    const slug = await newOrganization();
    await send(
      delivered(slug, { category: "marketing_lite" }),
      delivered(slug, { category: "marketing_lite" }),
    );
    const waiting = async () => {
      const { unpriced } = await answered(
        await call(getUnpriced, { key, query: `?organization=${slug}` }),
        200,
        answers.unpricedAnswer,
      );
      return unpriced.filter(({ organization }) => organization === slug);
    };
    expect(await waiting()).toMatchObject([
      { category: "marketing_lite", market: "Indonesia", messages: 2, why: "no_price" },
    ]);
    expect(await money(slug)).toBe("350000.00 0.00 0.00 350000.00");
    const book = `book-${randomUUID()}`;
    const version = {
      currency: "IDR",
      scheme: {},
      prices: [{ market: "Indonesia", category: "marketing_lite", unit_price: "100" }],
    };
    const put = (handler: typeof putVersion, params: object, body: object) =>
      call(handler, { method: "PUT", key, params: params as never, body });
    await put(putVersion, { book, from: "2026-01-01" }, version);
    const from = "2026-11-02";
    await put(putBookAssignment as never, { organization: slug, from }, { price_book: book });
    await put(putVersion, { book, from: "2026-01-01" }, version);
    expect(await waiting()).toEqual([]);
    expect(await money(slug)).toBe("349800.00 0.00 0.00 349800.00");
  });

  test("an adjustment is made once per key; another body under it is refused", async () => {
    const slug = await newOrganization({ initial: "0" });
    const first = await adjust(slug, "additional", "0.5", "once");
    expect(await adjust(slug, "additional", "0.50", "once")).toEqual(first);
    expect(await money(slug)).toBe("0.00 0.50 0.00 0.50");
    const other = await call(postAdjustment, {
      method: "POST",
      key,
      params: { organization: slug },
      body: { account: "additional", amount: "0.6", reason: "Opening balance" },
      headers: { "idempotency-key": "once" },
    });
    expect(await refused(other)).toBe("409 idempotency_conflict");
  });

  test("packages, suspensions and the clock", async () => {
    const slug = await newOrganization();
    const bought = await newOrganization({ initial: "77" });
    const assignment = await call(putAssignment, {
      method: "PUT",
      key,
      params: { organization: slug, from: "2026-12" },
      body: { package: bought, seats: 12 },
    });
    await answered(assignment, 200, answers.packageAssignmentAnswer);
    expect(await moveClock(slug, "2026-12-01T00:00:00+07:00")).toEqual({
      now: "2026-11-30T17:00:00.000Z",
      month: "2026-12",
    });
    expect(await balance(slug)).toMatchObject({
      users: { seats: 12 },
      whatsapp_balance: { initial: "77.00" },
      period: { month: "2026-12", resets_at: "2026-12-31T17:00:00.000Z" },
    });
    const suspension = await call(putSuspension, {
      method: "PUT",
      key,
      params: { organization: slug },
      body: { suspended: true },
    });
    expect(await answered(suspension, 200, answers.suspensionAnswer)).toEqual({ suspended: true });
  });
});

test("openapi.json describes every route of version 1", async () => {
  const response = await call(getOpenApi, {});
  const document = (await response.json()) as { openapi: string; paths: Record<string, object> };
  expect(document.openapi).toBe("3.1.0");
  const { readdir } = await import("node:fs/promises");
  const files = await readdir("app/api/v1", { recursive: true });
  const routes = files
    .filter((file) => file.endsWith("/route.ts") && !file.startsWith("[[...path]]"))
    .map((file) => `/api/v1/${file.slice(0, -"/route.ts".length).replace(/\[(\w+)\]/g, "{$1}")}`)
    .filter((path) => path !== "/api/v1/openapi.json");
  expect(
    Object.keys(document.paths)
      .filter((path) => path.startsWith("/api/v1/"))
      .sort(),
  ).toEqual(routes.sort());
});
