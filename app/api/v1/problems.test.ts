import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { GET as getNothing } from "./[[...path]]/route";
import { POST as postEvents } from "./events/route";
import { POST as postRetry } from "./inbox/[body]/retry/route";
import { GET as getInbox } from "./inbox/route";
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
import { call, messageEvent, organizationKey, platformKey, problemOf, refused } from "./testing";
import { GET as getUnpriced } from "./unpriced/route";

let platform: string;
let own: { id: number; slug: string; package: string };
let other: { id: number; slug: string };
let foreign: string;

beforeAll(async () => {
  platform = await platformKey("admin", "events:write", "holds:write", "balance:read", "reports:read");
  own = await newTestOrganization();
  other = await newTestOrganization();
  foreign = await organizationKey(
    other.id,
    "admin",
    "events:write",
    "holds:write",
    "balance:read",
    "reports:read",
  );
});
afterAll(closeDatabases);

/** Everything that a request could change of the organization and of what it stands on. */
async function everything(): Promise<string> {
  return acrossOrganizations(async (tx) => {
    const sql = rawSql(tx);
    const { id } = own;
    const rows = await Promise.all([
      sql`select * from organizations where id = ${id}`,
      sql`select * from ledgers where organization_id = ${id}`,
      sql`select * from ledger_transfers where organization_id = ${id} order by id`,
      sql`select * from package_assignments where organization_id = ${id} order by from_month`,
      sql`select * from price_book_assignments where organization_id = ${id} order by from_day`,
      sql`select * from business_numbers where organization_id = ${id}`,
      sql`select * from holds where organization_id = ${id}`,
      sql`select * from event_keys where organization_id = ${id}`,
      sql`select * from idempotent_requests where organization_id = ${id}`,
      sql`select * from packages where slug in (${own.package}, 'bad-package')`,
      sql`select b.slug, v.* from price_books b join price_versions v on v.price_book_id = b.id
          where b.slug in ('standard-idr', 'bad-book') order by v.id`,
    ]);
    return JSON.stringify(rows);
  });
}

type AnyHandler = (request: Request, context: { params: Promise<never> }) => Promise<Response>;
type Door = {
  name: string;
  handler: AnyHandler;
  method: string;
  params: () => Record<string, string>;
  /** A body that would be taken. */
  body?: () => unknown;
  headers?: Record<string, string>;
  /** Refuses the key of another organization with this. */
  stranger: string;
};

const organization = () => ({ organization: own.slug });
const once = { "idempotency-key": "never-used" };
const aHold = { lines: [{ category: "marketing", market: "Indonesia", quantity: 1 }] };
const aPackage = {
  name: "Bad",
  seats: 1,
  unique_visitors: 1,
  conversations: null,
  initial_balance: "1.00",
  currency: "IDR",
};
const aVersion = {
  currency: "IDR",
  scheme: { marketing: { unit: "message" } },
  prices: [{ market: "Indonesia", category: "marketing", unit_price: "1" }],
};

const HIDDEN = "404 organization_not_found";
const PLATFORMS = "403 forbidden";

function door(name: string, handler: unknown, rest: Partial<Omit<Door, "name" | "handler">> = {}): Door {
  return {
    name,
    handler: handler as AnyHandler,
    method: "GET",
    params: organization,
    stranger: HIDDEN,
    ...rest,
  };
}

const DOORS: Door[] = [
  door("balance", getBalance),
  door("usage", getUsage),
  door("report", getReport, { params: () => ({ ...organization(), report: "whatsapp.csv" }) }),
  door("ledger", getLedger),
  door("settings", getOrganization),
  door("hold", getHold, { params: () => ({ ...organization(), hold: "hold_x" }) }),
  door("release", deleteHold, { method: "DELETE", params: () => ({ ...organization(), hold: "hold_x" }) }),
  door("place hold", postHold, { method: "POST", body: () => aHold, headers: once }),
  door("estimate", postEstimate, { method: "POST", body: () => aHold }),
  door("put organization", putOrganization, { method: "PUT", body: () => ({ name: "Changed" }) }),
  door("numbers", postNumber, {
    method: "POST",
    body: () => ({ phone_number_id: "bad-number", display_phone_number: "+62" }),
  }),
  door("adjust", postAdjustment, {
    method: "POST",
    body: () => ({ account: "additional", amount: "1", reason: "x" }),
    headers: once,
  }),
  door("clock", postClock, { method: "POST", body: () => ({ now: "2026-12-24T00:00:00Z" }) }),
  door("suspend", putSuspension, { method: "PUT", body: () => ({ suspended: true }) }),
  door("assign package", putAssignment, {
    method: "PUT",
    params: () => ({ ...organization(), from: "2027-01" }),
    body: () => ({ package: own.package }),
  }),
  door("assign book", putBookAssignment, {
    method: "PUT",
    params: () => ({ ...organization(), from: "2027-01-01" }),
    body: () => ({ price_book: "standard-idr" }),
  }),
  door("put package", putPackage, {
    method: "PUT",
    params: () => ({ package: "bad-package" }),
    body: () => aPackage,
    stranger: PLATFORMS,
  }),
  door("put version", putVersion, {
    method: "PUT",
    params: () => ({ book: "bad-book", from: "2026-01-01" }),
    body: () => aVersion,
    stranger: PLATFORMS,
  }),
  door("events", postEvents, {
    method: "POST",
    body: () => messageEvent(own.slug),
    stranger: "422 all_rejected",
  }),
  door("unpriced", getUnpriced, { stranger: "sees its own alone" }),
  door("inbox", getInbox, { stranger: PLATFORMS }),
  door("retry", postRetry, { method: "POST", params: () => ({ body: "1" }), stranger: PLATFORMS }),
];

async function knock({ handler, method, params, body, headers }: Door, key?: string): Promise<Response> {
  return call(handler, {
    method,
    params: params() as never,
    ...(key === undefined ? {} : { key }),
    ...(body ? { body: body() } : {}),
    ...(headers ? { headers } : {}),
  });
}

describe("who may not come in changes and learns nothing", () => {
  test.each(DOORS)("$name: no key, a made-up key, a key without the scope", async (entry) => {
    const before = await everything();
    expect(await refused(await knock(entry))).toBe("401 unauthenticated");
    const made = await knock(entry, `kuota_platform_${"x".repeat(43)}`);
    expect(made.headers.get("www-authenticate")).toBe("Bearer");
    expect(await refused(made)).toBe("401 unauthenticated");
    const scopeless = await platformKey(
      ["ledger", "report"].includes(entry.name) ? "holds:write" : "reports:read",
    );
    if (entry.name !== "usage") expect(await refused(await knock(entry, scopeless))).toBe("403 forbidden");
    expect(await everything()).toBe(before);
  });

  test.each(DOORS)("$name: the key of another organization", async (entry) => {
    const before = await everything();
    if (entry.stranger === "sees its own alone") {
      expect(await (await knock(entry, foreign)).text()).not.toContain(own.slug);
      return;
    }
    expect(await refused(await knock(entry, foreign))).toBe(entry.stranger);
    expect(await everything()).toBe(before);
  });
});

describe("a body that can not be read is refused and changes nothing", () => {
  const withBody = DOORS.filter(({ body }) => body);

  test.each(withBody)("$name", async (entry) => {
    const before = await everything();
    const send = (body: unknown, headers: Record<string, string> = {}) =>
      call(entry.handler, {
        method: entry.method,
        params: entry.params() as never,
        key: platform,
        body,
        headers: { ...entry.headers, ...headers },
      });
    expect(await refused(await send("{", {}))).toBe("400 malformed_body");
    expect(await refused(await send(""))).toBe("400 malformed_body");
    expect(await refused(await send(new Uint8Array([0x7b, 0xff, 0x7d])))).toBe("400 malformed_body");
    const plain = { "content-type": "text/plain" };
    expect(await refused(await send("{}", plain))).toBe("415 unsupported_media_type");
    const latin = { "content-type": "application/json; charset=iso-8859-1" };
    expect(await refused(await send("{}", latin))).toBe("415 unsupported_media_type");
    const large = `"${"x".repeat(4 * 1_048_576)}"`;
    expect(await refused(await send(large))).toBe("413 payload_too_large");
    const declared = { "content-length": String(5 * 1_048_576) };
    expect(await refused(await send("{}", declared))).toBe("413 payload_too_large");
    for (const shape of ["null", "[[]]", '"text"', "12"]) {
      expect((await send(shape)).status).toBe(422);
    }
    expect(await everything()).toBe(before);
  });
});

describe("bad fields are named with their pointers and change nothing", () => {
  const cases: [string, unknown, string][] = [
    ["put organization", {}, "/name"],
    ["put organization", { name: "" }, "/name"],
    ["put organization", { name: "a\u0000b" }, "/name"],
    ["put organization", { name: "x".repeat(201) }, "/name"],
    ["put organization", { name: "x", time_zone: "Asia/Atlantis" }, "/time_zone"],
    ["put organization", { name: "x", time_zone: "+07:00" }, "/time_zone"],
    ["put organization", { name: "x", currency: "rupiah" }, "/currency"],
    ["put organization", { name: "x", mode: "demo" }, "/mode"],
    ["put organization", { name: "x", package: "no-such-package" }, "/package"],
    ["put organization", { name: "x", price_book: "No Such" }, "/price_book"],
    ["put organization", { name: "x", price_book: "standard-usd" }, "/price_book"],
    ["put organization", { name: "x", starts_on: "2026-02-30" }, "/starts_on"],
    ["put organization", { name: "x", clock: "tomorrow" }, "/clock"],
    ["put organization", { name: "x", clock: "2026-02-30T00:00:00Z" }, "/clock"],
    ["put organization", { name: "x", "a/b~c": 1 }, "/a~1b~0c"],
    ["numbers", { phone_number_id: "a b", display_phone_number: "1" }, "/phone_number_id"],
    ["numbers", { phone_number_id: "1" }, "/display_phone_number"],
    ["adjust", { account: "usage", amount: "1", reason: "x" }, "/account"],
    ["adjust", { account: "initial", amount: 1, reason: "x" }, "/amount"],
    ["adjust", { account: "initial", amount: "1,000", reason: "x" }, "/amount"],
    ["adjust", { account: "initial", amount: "1e3", reason: "x" }, "/amount"],
    ["adjust", { account: "initial", amount: "1.0000001", reason: "x" }, "/amount"],
    ["adjust", { account: "initial", amount: "1234567890123", reason: "x" }, "/amount"],
    ["adjust", { account: "initial", amount: "0.00", reason: "x" }, "/amount"],
    ["adjust", { account: "initial", amount: "-350000.01", reason: "x" }, "/amount"],
    ["adjust", { account: "initial", amount: "1", reason: "  " }, "/reason"],
    ["clock", { now: "2026-11-02T04:59:59.999Z" }, "/now"],
    ["clock", { now: 1_793_000_000 }, "/now"],
    ["clock", { now: "9999-01-01T00:00:00Z" }, "/now"],
    ["suspend", { suspended: "yes" }, "/suspended"],
    ["assign package", { package: "no-such-package" }, "/package"],
    ["assign package", { package: "standard", seats: -1 }, "/seats"],
    ["assign book", { price_book: "no-such-book" }, "/price_book"],
    ["put package", { ...aPackage, seats: 1.5 }, "/seats"],
    ["put package", { ...aPackage, seats: "1" }, "/seats"],
    ["put package", { ...aPackage, unique_visitors: -1 }, "/unique_visitors"],
    ["put package", { ...aPackage, conversations: undefined }, "/conversations"],
    ["put package", { ...aPackage, initial_balance: "-1" }, "/initial_balance"],
    ["put package", { ...aPackage, unique_visitors: 3e9 }, "/unique_visitors"],
    ["put version", { ...aVersion, scheme: { marketing: { unit: "minute" } } }, "/scheme/marketing/unit"],
    ["put version", { ...aVersion, scheme: [] }, "/scheme"],
    ["put version", { ...aVersion, prices: [...aVersion.prices, ...aVersion.prices] }, "/prices/1"],
    [
      "put version",
      { ...aVersion, prices: [{ ...aVersion.prices[0], unit_price: "-1" }] },
      "/prices/0/unit_price",
    ],
    ["place hold", { lines: [] }, "/lines"],
    [
      "place hold",
      { lines: [{ category: "marketing", market: "Indonesia", quantity: "2" }] },
      "/lines/0/quantity",
    ],
    ["place hold", { lines: [{ category: "marketing", to: "6281200000001" }] }, "/lines/0/to"],
    ["place hold", { lines: [{ category: "marketing" }] }, "/lines/0/to"],
    [
      "place hold",
      { lines: [{ category: "marketing", market: "Indonesia", quantity: 0 }] },
      "/lines/0/quantity",
    ],
  ];

  test.each(cases)("%s %j: %s", async (name, body, pointer) => {
    const entry = DOORS.find((candidate) => candidate.name === name);
    if (!entry) throw new Error(`there is a door ${name}`);
    const before = await everything();
    const response = await knock({ ...entry, body: () => body }, platform);
    const problem = await problemOf(response);
    expect(response.status).toBe(422);
    expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
    expect(problem.detail.length).toBeGreaterThan(10);
    expect(await everything()).toBe(before);
  });

  test("several bad fields are all named at once", async () => {
    const entry = DOORS.find(({ name }) => name === "put package");
    if (!entry) throw new Error("there is a door for packages");
    const response = await knock({ ...entry, body: () => ({ name: "x", extra: 1 }) }, platform);
    expect(await refused(response)).toBe(
      "422 invalid_input /seats /unique_visitors /conversations /initial_balance /currency /extra",
    );
  });

  test.each([
    ["?from=2026-11-01", "/to"],
    ["?from=yesterday&to=2026-11-02", "/from"],
    ["?from=2026-11-31&to=2026-12-01", "/from"],
  ])("usage%s", async (query, pointer) => {
    const response = await call(getUsage, { key: platform, params: organization(), query });
    expect(await refused(response)).toBe(`422 invalid_input ${pointer}`);
  });

  test.each([
    ["whatsapp.csv", "?from=2026-11-01", "422 invalid_input /to"],
    ["whatsapp.csv", "?from=2026-11-01&to=2026-11-02&bom=yes", "422 invalid_input /bom"],
    ["whatsapp.csv", "?from=2026-11-01&to=2026-11-02&paid=nobody", "422 invalid_input /paid"],
    ["whatsapp.csv", "?from=2026-08-01&to=2026-11-02", "422 range_too_long"],
    ["whatsapp", "?from=2026-11-01&to=2026-11-02", "404 not_found"],
    ["secrets.csv", "?from=2026-11-01&to=2026-11-02", "404 not_found"],
  ])("report %s%s: %s", async (report, query, expected) => {
    const params = { ...organization(), report };
    expect(await refused(await call(getReport, { key: platform, params, query }))).toBe(expected);
  });

  test("a range of more than 3 calendar months is refused; 3 months are not", async () => {
    const get = (query: string) => call(getUsage, { key: platform, params: organization(), query });
    expect(await refused(await get("?from=2026-08-01&to=2026-11-01"))).toMatch(/^422 range_too_long/);
    expect((await get("?from=2026-08-01&to=2026-10-31")).status).toBe(200);
    expect((await get("?from=2026-11-02&to=2026-11-01")).status).toBe(422);
  });

  test.each(["?limit=0", "?limit=501", "?limit=x", "?after=0", "?after=a'b", "?after=1%00"])(
    "ledger%s",
    async (query) => {
      const response = await call(getLedger, { key: platform, params: organization(), query });
      expect(response.status).toBe(422);
      expect(await refused(response)).toMatch(/^422 invalid_input \/(limit|after)$/);
    },
  );

  test("a request that must be repeatable needs its key", async () => {
    for (const name of ["adjust", "place hold"]) {
      const entry = DOORS.find((candidate) => candidate.name === name);
      if (!entry) throw new Error(`there is a door ${name}`);
      for (const headers of [
        {},
        { "idempotency-key": "two words" },
        { "idempotency-key": "x".repeat(201) },
      ]) {
        const response = await knock({ ...entry, headers }, platform);
        expect(await refused(response)).toBe("422 invalid_input /Idempotency-Key");
      }
    }
  });
});

describe("what is not there", () => {
  test("names that nobody can have, and addresses that are none", async () => {
    for (const slug of ["no-such", "UPPER", "a\u0000b", "../x", "x".repeat(500), "'; drop table x"]) {
      const response = await call(getBalance, { key: platform, params: { organization: slug } });
      expect(await refused(response)).toBe("404 organization_not_found");
      const query = `?organization=${encodeURIComponent(slug)}`;
      const parked = await call(getUnpriced, { key: platform, query });
      expect(await refused(parked)).toBe("404 organization_not_found");
    }
    for (const hold of ["hold_x", "x\u0000", "hold_'"]) {
      const params = { ...organization(), hold };
      expect(await refused(await call(getHold, { key: platform, params }))).toBe("404 not_found");
    }
    expect(await refused(await call(getNothing, {}))).toBe("404 not_found");
    const params = { package: "Not A Slug" };
    const response = await call(putPackage, { method: "PUT", key: platform, params, body: aPackage });
    expect(await refused(response)).toBe("422 invalid_input /package");
    const from = { book: "bad-book", from: "2026-13-01" };
    const version = await call(putVersion, { method: "PUT", key: platform, params: from, body: aVersion });
    expect(await refused(version)).toBe("422 invalid_input /from");
    const unknown = await call(postRetry, { method: "POST", key: platform, params: { body: "999999999" } });
    expect(await refused(unknown)).toBe("404 not_found");
  });

  test("too many events are refused as a whole", async () => {
    const before = await everything();
    const body = Array.from({ length: 1_001 }, () => messageEvent(own.slug, { id: randomUUID() }));
    const response = await call(postEvents, { method: "POST", key: platform, body });
    expect(await refused(response)).toBe("422 too_many_events");
    expect(await everything()).toBe(before);
  });
});
