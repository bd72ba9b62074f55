import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, inOrganization } from "@/db/client";
import { auditOf } from "@/lib/audit/audit";
import {
  type MachineScope,
  mintMachineScope,
  systemMachineScope,
  systemScope,
  systemStaffScope,
} from "@/lib/auth/scope";
import { Refusal } from "@/lib/errors";
import { listTransfers } from "@/lib/ledger/ledger";
import { recordEvents } from "@/lib/metering/metering";
import { ANI, deliveredEvent, sender } from "@/lib/metering/testing";
import { micros, toDecimal } from "@/lib/money/money";
import { changeOrganization, priceBooksOf } from "@/lib/organizations/organizations";
import { findPackage, termsOf } from "@/lib/packages/packages";
import { loadQuotas } from "@/lib/quotas/quotas";
import { readBalance } from "@/lib/reports/balance";
import { recordManualTopUp } from "@/lib/top-ups/manual";
import { adjust } from "./adjustments";
import { assignBook, assignPackage } from "./assignments";
import { findProvisioned, putOrganization } from "./organizations";
import { addNumber, putPackage, putPriceVersion, removeNumber, suspendOrganization } from "./provisioning";
import { STANDARD_BOOKS } from "./standard-prices";
import { moveClock } from "./test-clock";
import { newPackage, newTestOrganization, platform, uniqueSlug } from "./testing";

afterAll(closeDatabases);

const events = systemMachineScope("test", "events:write");

async function balanceOf(id: number) {
  const balance = await readBalance(systemScope("test", id, "balance:read"));
  const { initial, additional, onHold, available } = balance.whatsappBalance;
  return {
    ...balance,
    money: [initial, additional, onHold, available].map(toDecimal).join(" "),
  };
}

async function deliver(slug: string, time: string, contact = "6281234567890", category = "marketing") {
  const recorded = await recordEvents(events, [
    {
      specversion: "1.0",
      id: randomUUID(),
      source: "test",
      type: "message.delivered",
      subject: slug,
      time,
      data: { channel: "whatsapp", message_id: randomUUID(), contact, business_number: "1", category },
    },
  ]);
  expect(recorded).toMatchObject({ accepted: 1 });
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refusal)) throw new Error(`expected a refusal, got ${String(error)}`);
  const pointer = error.extras.errors?.[0]?.pointer;
  return pointer ? `${error.code} ${pointer}` : error.code;
}

function keyOf(organizationId: number): MachineScope<"admin"> {
  return mintMachineScope(organizationId, { kind: "key", keyId: "test" }, ["admin"]);
}

describe("organizations", () => {
  test("a new one has its first month granted at once, and repeating the request changes nothing", async () => {
    const { id, slug, package: bought } = await newTestOrganization();
    expect(await balanceOf(id)).toMatchObject({
      money: "350000.00 0.00 0.00 350000.00",
      timeZone: "Asia/Jakarta",
      currency: "IDR",
      period: { month: "2026-11" },
      users: { seats: 5 },
      uniqueVisitors: { package: 2_000 },
      conversations: null,
    });
    const again = await putOrganization(platform, slug, {
      name: "Toko Melati",
      mode: "test",
      clock: new Date("2030-01-01T00:00:00Z"),
      price_book: STANDARD_BOOKS.IDR,
      package: bought,
    });
    expect(again.outcome).toBe("unchanged");
    expect(again.provisioned.organization.clock).toEqual(new Date("2026-11-02T05:00:00Z"));
    expect(
      await listTransfers(systemScope("test", id, "balance:read"), { after: null, limit: 10 }),
    ).toHaveLength(1);
  });

  test("two requests at once make one organization", async () => {
    const slug = uniqueSlug("org");
    const { slug: bought } = await newPackage();
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, () => putOrganization(platform, slug, { name: "Toko", package: bought })),
    );
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
      "created",
      ...Array.from({ length: 5 }, () => "unchanged"),
    ]);
    expect(new Set(outcomes.map(({ provisioned }) => provisioned.organization.id)).size).toBe(1);
  });

  test("months from starts_on to the clock are granted and expire in turn", async () => {
    const { id } = await newTestOrganization({ starts_on: "2026-09-17" });
    const transfers = await listTransfers(systemScope("test", id, "balance:read"), {
      after: null,
      limit: 10,
    });
    expect(transfers.map(({ kind, cause }) => `${kind} ${cause}`)).toEqual([
      "grant month:2026-11",
      "expiry month:2026-11",
      "grant month:2026-10",
      "expiry month:2026-10",
      "grant month:2026-09",
    ]);
  });

  test("before starts_on nothing is granted, and the first month may still move", async () => {
    const { id, slug } = await newTestOrganization({ starts_on: "2027-02-01" });
    expect((await balanceOf(id)).money).toBe("0.00 0.00 0.00 0.00");
    const { outcome } = await putOrganization(platform, slug, {
      name: "Toko Melati",
      starts_on: "2026-12-01",
    });
    expect(outcome).toBe("changed");
    await moveClock(platform, slug, new Date("2026-12-01T00:00:00+07:00"));
    expect((await balanceOf(id)).money).toBe("350000.00 0.00 0.00 350000.00");
    expect(await refusal(putOrganization(platform, slug, { name: "Toko", starts_on: "2027-01-01" }))).toBe(
      "conflict /starts_on",
    );
  });

  test("what counts can no longer change; names can", async () => {
    const { slug } = await newTestOrganization();
    const put = (input: object) => putOrganization(platform, slug, { name: "Toko", ...input });
    expect((await put({ time_zone: "America/Santiago" })).outcome).toBe("changed");
    expect(await refusal(put({ currency: "USD" }))).toBe("conflict /currency");
    expect(await refusal(put({ mode: "live" }))).toBe("conflict /mode");
    await deliver(slug, "2026-11-02T04:00:00Z");
    expect(await refusal(put({ time_zone: "Asia/Jakarta" }))).toBe("conflict /time_zone");
    expect((await put({ name: "Toko Mawar" })).outcome).toBe("changed");
    expect((await findProvisioned(platform, slug)).organization.name).toBe("Toko Mawar");
  });

  test.each([
    [{ package: "no-such-package" }, "invalid_input /package"],
    [{ price_book: "no-such-book" }, "invalid_input /price_book"],
    [{ price_book: STANDARD_BOOKS.USD }, "invalid_input /price_book"],
    [{ mode: "live" as const, clock: new Date("2026-01-01T00:00:00Z") }, "invalid_input /clock"],
  ])("a reference that does not fit is named and nothing is made: %o", async (input, expected) => {
    const slug = uniqueSlug("org");
    expect(await refusal(putOrganization(platform, slug, { name: "Toko", ...input }))).toBe(expected);
    expect(await refusal(findProvisioned(platform, slug))).toBe("organization_not_found");
  });

  test("the key of one organization sees no other and makes none", async () => {
    const [own, other] = await Promise.all([newTestOrganization(), newTestOrganization()]);
    const key = keyOf(own.id);
    expect((await findProvisioned(key, own.slug)).organization.id).toBe(own.id);
    expect(await refusal(findProvisioned(key, other.slug))).toBe("organization_not_found");
    expect(await refusal(putOrganization(key, other.slug, { name: "Mine" }))).toBe("organization_not_found");
    expect(await refusal(putOrganization(key, uniqueSlug("org"), { name: "Mine" }))).toBe(
      "organization_not_found",
    );
    expect(await refusal(addNumber(key, other.slug, { phoneNumberId: "1", displayPhoneNumber: "1" }))).toBe(
      "organization_not_found",
    );
    expect(await refusal(moveClock(key, other.slug, new Date("2027-01-01T00:00:00Z")))).toBe(
      "organization_not_found",
    );
    const gift = { account: "additional", amount: micros("1"), reason: "gift" } as const;
    expect(await refusal(adjust(key, other.slug, gift, "k"))).toBe("organization_not_found");
    const found = await acrossOrganizations((tx) => findPackage(tx, own.package));
    if (!found) throw new Error("the package exists");
    expect(await refusal(putPackage(key, { ...found, seats: 1_000 }))).toBe("forbidden");
    const publication = {
      slug: "mine",
      currency: "IDR",
      effectiveFrom: "2026-01-01",
      scheme: {},
      prices: [],
    };
    expect(await refusal(putPriceVersion(key, publication))).toBe("forbidden");
  });

  test("a suspension is noted once and can be ended", async () => {
    const { slug } = await newTestOrganization();
    expect(await suspendOrganization(platform, slug, true)).toBe("changed");
    expect(await suspendOrganization(platform, slug, true)).toBe("unchanged");
    expect((await findProvisioned(platform, slug)).organization.suspendedAt).not.toBeNull();
    expect(await suspendOrganization(platform, slug, false)).toBe("changed");
  });
});

describe("packages · A2", () => {
  test("a change never touches what was granted and reaches the next month", async () => {
    const { id, slug, package: bought } = await newTestOrganization();
    const known = await acrossOrganizations((tx) => findPackage(tx, bought));
    if (!known) throw new Error("the package exists");
    expect(await putPackage(platform, { ...known, initialBalance: micros("500000"), seats: 9 })).toBe(
      "changed",
    );
    expect(await putPackage(platform, { ...known, initialBalance: micros("500000"), seats: 9 })).toBe(
      "unchanged",
    );
    expect(await balanceOf(id)).toMatchObject({
      money: "350000.00 0.00 0.00 350000.00",
      users: { seats: 5 },
    });
    await moveClock(platform, slug, new Date("2026-12-01T00:00:00+07:00"));
    expect(await balanceOf(id)).toMatchObject({
      money: "500000.00 0.00 0.00 500000.00",
      users: { seats: 9 },
    });
    expect(await refusal(putPackage(platform, { ...known, currency: "USD" }))).toBe("conflict");
  });

  test("months that began before the change are opened under the old terms", async () => {
    const { id, package: bought } = await newTestOrganization();
    const known = await acrossOrganizations((tx) => findPackage(tx, bought));
    if (!known) throw new Error("the package exists");
    const midnight = new Date("2026-12-01T00:00:00+07:00");
    await acrossOrganizations((tx) => changeOrganization(tx, id, { clock: midnight }));
    await putPackage(platform, { ...known, initialBalance: micros("1") });
    expect((await balanceOf(id)).money).toBe("350000.00 0.00 0.00 350000.00");
    expect((await balanceOf(id)).period.month).toBe("2026-12");
  });

  test("another package holds from the next month; taking it back leaves things as they were", async () => {
    const { id, slug, package: first } = await newTestOrganization();
    const { slug: second } = await newPackage({ initialBalance: micros("900000") });
    const put = (wanted: string) => putOrganization(platform, slug, { name: "Toko Melati", package: wanted });
    expect((await put(second)).provisioned.package).toBe(second);
    expect((await put(second)).outcome).toBe("unchanged");
    expect((await balanceOf(id)).money).toBe("350000.00 0.00 0.00 350000.00");
    expect((await put(first)).provisioned.package).toBe(first);
    await put(second);
    await moveClock(platform, slug, new Date("2026-12-15T00:00:00Z"));
    expect((await balanceOf(id)).money).toBe("900000.00 0.00 0.00 900000.00");
  });

  test("visitors counted minutes ahead of the month are covered by what it will grant, changed or not", async () => {
    const clock = new Date("2026-11-30T23:58:00+07:00");
    const { id, slug } = await newTestOrganization({ clock }, { uniqueVisitors: 0 });
    const event = deliveredEvent(slug, "ahead", { contact: ANI });
    await recordEvents(sender, [{ ...event, type: "message.received", time: "2026-12-01T00:01:00+07:00" }]);
    const promised = () =>
      inOrganization(id, async (tx) => {
        const quotas = await loadQuotas(tx, id, ["2026-11", "2026-12"]);
        return [...quotas.values()].map(({ visitorsPackage, visitorsUsed }) => [
          visitorsPackage,
          visitorsUsed,
        ]);
      });
    expect(await promised()).toEqual([
      [0, 0],
      [0, 1],
    ]);
    const { slug: larger } = await newPackage({ uniqueVisitors: 3 });
    await putOrganization(platform, slug, { name: "Toko Melati", package: larger });
    expect(await promised()).toEqual([
      [0, 0],
      [3, 1],
    ]);
    await newPackage({ slug: larger, uniqueVisitors: 7 });
    expect(await promised()).toEqual([
      [0, 0],
      [7, 1],
    ]);
    await moveClock(platform, slug, new Date("2026-12-01T00:00:00+07:00"));
    await newPackage({ slug: larger, uniqueVisitors: 9 });
    expect(await promised()).toEqual([
      [0, 0],
      [7, 1],
    ]);
  });

  test("an organization without a package gets its first one at once", async () => {
    const slug = uniqueSlug("org");
    const clock = new Date("2026-11-20T05:00:00Z");
    const { provisioned } = await putOrganization(platform, slug, { name: "Toko", mode: "test", clock });
    expect((await balanceOf(provisioned.organization.id)).money).toBe("0.00 0.00 0.00 0.00");
    const { slug: bought } = await newPackage();
    await putOrganization(platform, slug, { name: "Toko", package: bought });
    expect((await balanceOf(provisioned.organization.id)).money).toBe("350000.00 0.00 0.00 350000.00");
  });

  test("what was agreed with one client holds for it alone, from its month on", async () => {
    const { id, slug, package: bought } = await newTestOrganization();
    const agreed = { package: bought, unique_visitors: 7_000, initial_balance: micros("1") };
    expect(await refusal(assignPackage(platform, slug, "2026-11", agreed))).toBe("conflict");
    await assignPackage(platform, slug, "2027-01", agreed);
    await moveClock(platform, slug, new Date("2026-12-31T16:59:59Z"));
    expect(await balanceOf(id)).toMatchObject({ uniqueVisitors: { package: 2_000 } });
    await moveClock(platform, slug, new Date("2026-12-31T17:00:00Z"));
    expect(await balanceOf(id)).toMatchObject({
      uniqueVisitors: { package: 7_000 },
      users: { seats: 5 },
      money: "1.00 0.00 0.00 1.00",
    });
    expect(await acrossOrganizations((tx) => termsOf(tx, id))).toHaveLength(2);
  });

  test("the audit log has the assignment in whose place another one came · A2 A4", async () => {
    const { id, slug, package: bought } = await newTestOrganization();
    const { slug: other } = await newPackage();
    await assignPackage(platform, slug, "2027-01", { package: bought, seats: 9 });
    await assignPackage(platform, slug, "2027-01", { package: other, initial_balance: micros("1") });
    await assignBook(platform, slug, "2026-12-01", "standard-idr");
    await addNumber(platform, slug, { phoneNumberId: uniqueSlug("n"), displayPhoneNumber: "+62 21 1" });
    const scope = systemScope("test", id, "audit:read");
    const { entries } = await auditOf(scope, {}, null, 10);
    expect(entries.map(({ action, before, after }) => ({ action, before, after }))).toMatchObject([
      { action: "number.added", before: null, after: { display_phone_number: "+62 21 1" } },
      {
        action: "price_book.assigned",
        before: { price_book: "standard-idr", from_day: "2026-11-01" },
        after: { price_book: "standard-idr", from_day: "2026-12-01" },
      },
      {
        action: "package.assigned",
        before: { package: bought, from_month: "2027-01", seats: 9, initial_balance: null },
        after: { package: other, from_month: "2027-01", seats: null, initial_balance: "1.00" },
      },
      {
        action: "package.assigned",
        before: { package: bought, from_month: "2026-11", seats: null },
        after: { package: bought, from_month: "2027-01", seats: 9 },
      },
      { action: "organization.created" },
    ]);
  });
});

describe("price books", () => {
  test("another book holds from today once messages were counted, from the start before", async () => {
    const { id, slug } = await newTestOrganization();
    const book = uniqueSlug("book");
    const other = uniqueSlug("book");
    for (const name of [book, other]) {
      await putPriceVersion(platform, {
        slug: name,
        currency: "IDR",
        effectiveFrom: "2026-01-01",
        scheme: { marketing: { unit: "message" } },
        prices: [{ market: "Indonesia", category: "marketing", unitPrice: micros("100") }],
      });
    }
    await putOrganization(platform, slug, { name: "Toko Melati", price_book: book });
    expect(await acrossOrganizations((tx) => priceBooksOf(tx, id))).toMatchObject([
      { fromDay: "2026-11-01" },
    ]);
    await deliver(slug, "2026-11-01T04:00:00Z");
    expect((await balanceOf(id)).money).toBe("349900.00 0.00 0.00 349900.00");
    await putOrganization(platform, slug, { name: "Toko Melati", price_book: other });
    expect(await acrossOrganizations((tx) => priceBooksOf(tx, id))).toMatchObject([
      { fromDay: "2026-11-01" },
      { fromDay: "2026-11-02" },
    ]);
    expect(await refusal(assignBook(platform, slug, "2026-11-01", book))).toBe("conflict");
    await assignBook(platform, slug, "2026-12-01", book);
    expect(await acrossOrganizations((tx) => priceBooksOf(tx, id))).toHaveLength(3);
  });

  test("a message without a price is charged once its price is published", async () => {
    const book = uniqueSlug("book");
    const version = {
      slug: book,
      currency: "IDR",
      effectiveFrom: "2026-01-01",
      scheme: {},
      prices: [{ market: "Indonesia", category: "marketing", unitPrice: micros("100") }],
    };
    await putPriceVersion(platform, version);
    const { id, slug } = await newTestOrganization({ price_book: book });
    await deliver(slug, "2026-11-02T04:00:00Z");
    await deliver(slug, "2026-11-02T04:00:00Z", "6281234567890", "utility");
    expect((await balanceOf(id)).money).toBe("349900.00 0.00 0.00 349900.00");
    const prices = [
      ...version.prices,
      { market: "Indonesia", category: "utility", unitPrice: micros("7.5") },
    ];
    expect(await putPriceVersion(platform, { ...version, prices })).toBe("changed");
    expect((await balanceOf(id)).money).toBe("349892.50 0.00 0.00 349892.50");
    expect(await refusal(putPriceVersion(platform, version))).toBe("version_in_use");
  });
});

describe("numbers", () => {
  test("a number belongs to one organization", async () => {
    const [one, two] = await Promise.all([newTestOrganization(), newTestOrganization()]);
    const number = { phoneNumberId: randomUUID(), displayPhoneNumber: "+62 21 555 0100" };
    expect(await addNumber(platform, one.slug, number)).toBe("created");
    expect(await addNumber(platform, one.slug, number)).toBe("unchanged");
    expect(await addNumber(platform, one.slug, { ...number, displayPhoneNumber: "021 555" })).toBe("changed");
    expect(await refusal(addNumber(platform, two.slug, number))).toBe("conflict");
    expect(await refusal(removeNumber(platform, two.slug, number.phoneNumberId))).toBe("not_found");
    await removeNumber(platform, one.slug, number.phoneNumberId);
    expect(await refusal(removeNumber(platform, one.slug, number.phoneNumberId))).toBe("not_found");
    expect(await addNumber(platform, two.slug, number)).toBe("created");
  });
});

describe("adjustments · A4", () => {
  const give = (account: "initial" | "additional", amount: string) => ({
    account,
    amount: micros(amount),
    reason: "Goodwill",
  });

  test("the same request again gives the same answer and moves nothing, at once or later", async () => {
    const { id, slug } = await newTestOrganization();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => adjust(platform, slug, give("additional", "10000.5"), "key-1")),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.balances_after).toEqual({
      initial: "350000.00",
      additional: "10000.50",
      on_hold: "0.00",
      available: "360000.50",
    });
    expect((await balanceOf(id)).money).toBe("350000.00 10000.50 0.00 360000.50");
    expect(await refusal(adjust(platform, slug, give("additional", "10000.51"), "key-1"))).toBe(
      "idempotency_conflict",
    );
    await adjust(platform, slug, give("additional", "0.000001"), "key-2");
    expect((await balanceOf(id)).money).toBe("350000.00 10000.500001 0.00 360000.500001");
  });

  test("the initial balance never goes below 0", async () => {
    const { id, slug } = await newTestOrganization();
    expect(await refusal(adjust(platform, slug, give("initial", "-350000.000001"), "a"))).toBe(
      "initial_below_zero /amount",
    );
    await adjust(platform, slug, give("initial", "-350000"), "b");
    expect((await balanceOf(id)).money).toBe("0.00 0.00 0.00 0.00");
  });

  test("no balance is taken beyond what can be kept, neither here nor by a top-up that is recorded by hand", async () => {
    const { id, slug } = await newTestOrganization();
    await adjust(platform, slug, give("initial", "-350000"), "none");
    const giveMuch = (key: string) => adjust(platform, slug, give("additional", "999999999999"), key);
    for (const key of "12345678") await giveMuch(key);
    expect(await refusal(giveMuch("9"))).toBe("invalid_input /amount");
    expect((await balanceOf(id)).money).toBe("0.00 7999999999992.00 0.00 7999999999992.00");
    const topUp = { organization: slug, visitorBlocks: 0, balance: micros("50000"), reference: "B" };
    const record = recordManualTopUp(systemStaffScope("test", "back_office:write"), topUp);
    expect(await refusal(record)).toBe("invalid_input /amount");
    await adjust(platform, slug, give("additional", "8"), "to the brim");
    expect((await balanceOf(id)).money).toBe("0.00 8000000000000.00 0.00 8000000000000.00");
  });

  test("initial and a debt never stand together: the adjustment ends with the settlement", async () => {
    const { id, slug } = await newTestOrganization();
    await adjust(platform, slug, give("additional", "-500000"), "debt");
    expect((await balanceOf(id)).money).toBe("0.00 -150000.00 0.00 -150000.00");
    await adjust(platform, slug, give("initial", "200000"), "more");
    expect((await balanceOf(id)).money).toBe("50000.00 0.00 0.00 50000.00");
    const transfers = await listTransfers(systemScope("test", id, "balance:read"), {
      after: null,
      limit: 10,
    });
    expect(transfers.map(({ kind }) => kind)).toEqual([
      "settlement",
      "adjustment",
      "settlement",
      "adjustment",
      "grant",
    ]);
  });
});

describe("the test clock · M4", () => {
  test("moves forward only, for test organizations only, and runs every month in between", async () => {
    const { id, slug } = await newTestOrganization();
    const noon = new Date("2026-11-02T05:00:00Z");
    expect(await moveClock(platform, slug, noon)).toEqual({ now: noon, month: "2026-11" });
    expect(await refusal(moveClock(platform, slug, new Date("2026-11-02T04:59:59.999Z")))).toBe(
      "clock_backwards /now",
    );
    expect(await moveClock(platform, slug, new Date("2027-01-31T16:59:59.999Z"))).toMatchObject({
      month: "2027-01",
    });
    const transfers = await listTransfers(systemScope("test", id, "balance:read"), {
      after: null,
      limit: 10,
    });
    expect(transfers.filter(({ kind }) => kind === "grant").map(({ cause }) => cause)).toEqual([
      "month:2027-01",
      "month:2026-12",
      "month:2026-11",
    ]);
    const live = uniqueSlug("org");
    await putOrganization(platform, live, { name: "Toko" });
    expect(await refusal(moveClock(platform, live, new Date("2099-01-01T00:00:00Z")))).toBe(
      "not_a_test_organization",
    );
  });
});
