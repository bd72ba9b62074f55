import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { closeDatabases, inOrganization } from "@/db/client";
import { migrate } from "@/db/migrate";
import { onFault } from "@/lib/log";
import { queueMail, sendDueMails } from "@/lib/mail/mail";
import { brokenBy, moneyOf } from "@/lib/metering/testing";
import { countFault } from "@/lib/metrics/metrics";
import { micros } from "@/lib/money/money";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { systemNow } from "@/lib/time/clock";
import { buyerOf, newClient } from "@/lib/top-ups/testing";
import { startTopUp } from "@/lib/top-ups/top-ups";
import { createTestDatabase, type TestDatabase } from "@/scripts/databases";
import { GET as getMetrics } from "./metrics/route";
import { POST as postEvents } from "./v1/events/route";
import { POST as postHold } from "./v1/organizations/[organization]/holds/route";
import { call, messageEvent, platformKey, problemOf, refused } from "./v1/testing";
import { POST as postStripe } from "./webhooks/stripe/route";

const POOL = 3;
const PRICE = micros("586.33");
/** Lives by the system's clock. */
const LIVE = { mode: "live", clock: undefined } as unknown as { mode: "live" };
const METRICS_TOKEN = "m".repeat(32);
let database: TestDatabase;
let sql: Sql;
let key: string;
let release: () => void = () => undefined;

/** A database of its own: its disk is full at times, and its metrics are nobody else's. */
beforeAll(async () => {
  database = await createTestDatabase(process.env.DATABASE_URL ?? "", "outages");
  await migrate(database.url);
  vi.stubEnv("DATABASE_URL", database.url);
  vi.stubEnv("DATABASE_POOL", String(POOL));
  vi.stubEnv("METRICS_TOKEN", METRICS_TOKEN);
  // Nobody listens there, as for Stripe in all tests.
  vi.stubEnv("SMTP_URL", "smtp://127.0.0.1:1");
  sql = postgres(database.url, {
    max: 1,
    onnotice: () => undefined,
    connection: { "kuota.all_organizations": "yes" },
  });
  onFault(countFault);
  key = await platformKey("events:write", "holds:write");
});
/** Whatever came of it, nobody holds connections for the next test. */
afterEach(() => release());
afterAll(async () => {
  await sql.end();
  await closeDatabases();
  await database.drop();
});

/** The value of a series, such as `name{label="value"}`; 0 for one that has none yet. */
async function metric(series: string): Promise<number> {
  const response = await call(getMetrics, { key: METRICS_TOKEN });
  expect(response.status).toBe(200);
  const line = (await response.text()).split("\n").find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? 0);
}

const post = (body: unknown) => call(postEvents, { method: "POST", key, body });

async function expectToBeAskedAgain(response: Response): Promise<void> {
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await problemOf(response)).toMatchObject({ status: 503, code: "overloaded" });
}

test("a pool without a free connection: 503 with Retry-After instead of waiting for ever, told by the metrics, and over when one is free", {
  timeout: 60_000,
}, async () => {
  const { id, slug } = await newTestOrganization();
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const held = Array.from({ length: POOL }, () => inOrganization(id, () => released));
  const event = messageEvent(slug);
  const answer = post(event);
  await wait(500);
  expect(await metric("kuota_database_transactions_waiting")).toBeGreaterThan(0);
  expect(await metric("kuota_database_transactions_running")).toBe(POOL);
  expect(await metric("kuota_database_pool_size")).toBe(POOL);
  await expectToBeAskedAgain(await answer);
  release();
  await Promise.all(held);
  expect(await (await post(event)).json()).toMatchObject({ accepted: 1 });
  expect(await metric("kuota_database_transactions_running")).toBe(0);
  expect(await metric("kuota_database_transactions_waiting")).toBe(0);
});

test("more than may wait for a connection: refused at once", async () => {
  const { id } = await newTestOrganization();
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const asked = Array.from({ length: POOL * 26 + 10 }, () => inOrganization(id, () => released));
  const settled = Promise.allSettled(asked);
  await expect(asked.at(-1)).rejects.toMatchObject({ code: "53300" });
  release();
  const refusals = (await settled).filter(({ status }) => status === "rejected");
  expect(refusals.length).toBeGreaterThanOrEqual(10);
});

test("a full disk: 503 with Retry-After, nothing half done, told by the metrics; once there is room all of it is charged once", async () => {
  const { id, slug } = await newTestOrganization();
  const errors = await metric("kuota_charge_errors_total");
  await sql`
    create function disk_is_full() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`;
  await sql`create trigger disk_is_full before insert on messages for each row execute function disk_is_full()`;
  const event = messageEvent(slug);
  await expectToBeAskedAgain(await post(event));
  expect(await metric("kuota_charge_errors_total")).toBe(errors + 1);
  expect(await metric('kuota_faults_total{event="api.failed"}')).toBeGreaterThan(0);
  expect(await moneyOf(id)).toMatchObject({ messages: 0, events: 0, usage: 0n });
  await sql`drop trigger disk_is_full on messages`;
  expect(await (await post(event)).json()).toMatchObject({ accepted: 1, duplicates: 0 });
  expect(await (await post(event)).json()).toMatchObject({ accepted: 0, duplicates: 1 });
  expect(await moneyOf(id)).toMatchObject({ messages: 1, usage: PRICE });
  expect(await brokenBy(id)).toEqual([]);
});

test("a clock set back an hour over a month's end: nothing is granted, charged or given back twice, and time goes on", async () => {
  try {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-30T17:10:00Z") });
    const live = { ...LIVE, starts_on: "2026-11-01" };
    const { id, slug } = await newTestOrganization(live, { initialBalance: micros("10000") });
    const send = async (time: string) => (await post(messageEvent(slug, { time }))).json();
    const hold = () =>
      call(postHold, {
        method: "POST",
        key,
        params: { organization: slug },
        headers: { "idempotency-key": "clock" },
        body: { lines: [{ category: "marketing", market: "Indonesia", quantity: 1 }], expires_in: 1_200 },
      });
    expect(await send("2026-11-30T17:09:00Z")).toMatchObject({ accepted: 1 });
    expect((await hold()).status).toBe(201);
    const before = await moneyOf(id);

    vi.setSystemTime(new Date("2026-11-30T16:10:00Z"));
    expect(await send("2026-11-30T16:09:00Z")).toMatchObject({ accepted: 1 });
    // An hour ahead of this clock: not lost, but not taken before its time either.
    expect(await refused(await post(messageEvent(slug, { time: "2026-11-30T17:08:00Z" })))).toMatch(
      /^422 all_rejected/,
    );
    expect((await hold()).status).toBe(201);
    const meanwhile = await moneyOf(id);
    expect(meanwhile.initial + meanwhile.additional).toBe(before.initial + before.additional - PRICE);
    expect(await brokenBy(id)).toEqual([]);

    vi.setSystemTime(new Date("2026-11-30T17:20:00Z"));
    expect(await send("2026-11-30T17:08:00Z")).toMatchObject({ accepted: 1 });
    expect(await moneyOf(id)).toMatchObject({ usage: 3n * PRICE, charged: 3 });
    expect(await brokenBy(id)).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

test("a mail server that is away: the mail waits, and the metrics say so", async () => {
  const { id } = await newTestOrganization();
  const mail = {
    organizationId: id,
    cause: "test",
    recipient: "a@b.example",
    subject: "Halo",
    plainText: "Halo",
    html: "",
  };
  await inOrganization(id, (tx) => queueMail(tx, mail));
  await sendDueMails(systemNow());
  expect(await metric("kuota_mails_waiting")).toBe(1);
  expect(await metric("kuota_mails_given_up")).toBe(0);
});

test("a payment provider that is away: the buyer is asked to come back, nothing is charged, and the metrics say so", async () => {
  const client = await newClient();
  const order = {
    visitorBlocks: 0,
    balance: micros("1000000"),
    request: randomUUID(),
    locale: "en" as const,
  };
  await expect(startTopUp(buyerOf(client), order)).rejects.toMatchObject({
    code: "overloaded",
    extras: { retryAfterSeconds: expect.any(Number) },
  });
  expect(await metric('kuota_faults_total{event="checkout.unanswered"}')).toBe(1);
  expect((await moneyOf(client.id)).additional).toBe(0n);
});

describe("what is measured", () => {
  test("ingest: how many by outcome, how old they were, what waits", async () => {
    const { slug } = await newTestOrganization(LIVE);
    const accepted = await metric('kuota_events_total{outcome="accepted"}');
    const recent = await metric('kuota_event_lag_seconds_bucket{le="3600"}');
    const early = await metric('kuota_event_lag_seconds_bucket{le="300"}');
    const event = messageEvent(slug, { time: new Date(systemNow().getTime() - 600_000).toISOString() });
    await post(event);
    await post([event, { ...event, id: "" }]);
    expect(await metric('kuota_events_total{outcome="accepted"}')).toBe(accepted + 1);
    expect(await metric('kuota_events_total{outcome="duplicate"}')).toBeGreaterThan(0);
    expect(await metric('kuota_events_total{outcome="rejected"}')).toBeGreaterThan(0);
    expect(await metric('kuota_event_lag_seconds_bucket{le="3600"}')).toBe(recent + 1);
    expect(await metric('kuota_event_lag_seconds_bucket{le="300"}')).toBe(early);
    expect(await metric("kuota_events_waiting")).toBe(0);
  });

  test("refused holds, opened months, webhooks that are not believed", async () => {
    const opened = await metric("kuota_months_opened_total");
    const { slug } = await newTestOrganization({}, { initialBalance: 0n });
    const hold = {
      method: "POST",
      key,
      params: { organization: slug },
      headers: { "idempotency-key": "one" },
    };
    const body = { lines: [{ category: "marketing", market: "Indonesia", quantity: 1 }] };
    expect(await refused(await call(postHold, { ...hold, body }))).toBe("402 insufficient_balance");
    const refusals =
      'kuota_refusals_total{route="/api/v1/organizations/{organization}/holds",code="insufficient_balance"}';
    expect(await metric(refusals)).toBe(1);
    expect(await metric("kuota_months_opened_total")).toBeGreaterThan(opened);
    await call(postStripe, { method: "POST", body: "{}", headers: { "stripe-signature": "t=1,v1=0" } });
    expect(await metric('kuota_refusals_total{route="/api/webhooks/stripe",code="invalid_signature"}')).toBe(
      1,
    );
    expect(
      await metric('kuota_request_seconds_count{route="/api/webhooks/stripe",method="POST",status="401"}'),
    ).toBe(1);
  });

  test("messages without a price, months that are due, webhook bodies that wait", async () => {
    const { id, slug } = await newTestOrganization({ price_book: null });
    await post(messageEvent(slug));
    expect(await metric("kuota_unpriced_messages")).toBe(1);
    expect(await metric("kuota_months_due")).toBe(0);
    await sql`update ledgers set opened_month = null where organization_id = ${id}`;
    expect(await metric("kuota_months_due")).toBe(1);
    await sql`
      insert into webhook_bodies (body_hash, body, received_at, next_attempt_at)
      values ('waits', '{}', now() - interval '90 seconds', now() + interval '1 hour')`;
    expect(await metric("kuota_inbox_bodies")).toBe(1);
    expect(await metric("kuota_inbox_oldest_seconds")).toBeGreaterThan(89);
  });
});
