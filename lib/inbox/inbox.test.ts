import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { systemMachineScope } from "@/lib/auth/scope";
import { brokenBy, moneyOf } from "@/lib/metering/testing";
import { micros } from "@/lib/money/money";
import { addNumber, removeNumber } from "@/lib/provisioning/provisioning";
import { newTestOrganization, platform } from "@/lib/provisioning/testing";
import { inboxBacklog, listWaitingBodies, receiveWebhook, retryBody, workThroughInbox } from "./inbox";

afterAll(closeDatabases);

const PRICE = micros("586.33");
const admin = systemMachineScope("test", "admin");
const AT = Date.parse("2026-11-02T04:00:00Z") / 1_000;

const newNumber = () => `9${Date.now()}${Math.floor(Math.random() * 1e6)}`;

/** A body that tells of a delivered marketing message for each of some business numbers. */
function deliveredBody(numbers: readonly string[], timestamp = AT, name = randomUUID()): string {
  const change = (phone_number_id: string) => ({
    field: "messages",
    value: {
      messaging_product: "whatsapp",
      metadata: { display_phone_number: "622155501000", phone_number_id },
      statuses: [
        {
          id: `wamid.${name}`,
          status: "delivered",
          timestamp: String(timestamp),
          recipient_id: "6281234567890",
          pricing: { billable: true, pricing_model: "PMP", type: "regular", category: "marketing" },
        },
      ],
    },
  });
  return JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{ id: "1", changes: numbers.map(change) }],
  });
}

/** What the inbox knows of a body: one row per time that it was stored. */
async function stored(body: string) {
  const hash = createHash("sha256").update(body).digest("base64url");
  return acrossOrganizations(async (tx) => {
    const rows = await rawSql(tx)<
      {
        id: string;
        body: string;
        processed: boolean;
        reason: string | null;
        waits_for: string | null;
        attempts: number;
        next_attempt_at: string | null;
      }[]
    >`
      select id, body, processed_at is not null as processed, reason, waits_for, attempts, next_attempt_at
      from webhook_bodies where body_hash = ${hash} order by id`;
    return rows.map((row) => ({ ...row, id: Number(row.id) }));
  });
}

/** Lets the time of a body's next attempt come, and works until it was tried. */
async function atItsTime(body: string): Promise<void> {
  const [before] = await stored(body);
  if (!before) throw new Error("the body is stored");
  await acrossOrganizations(async (tx) => {
    await rawSql(tx)`update webhook_bodies set next_attempt_at = '2020-01-01' where id = ${before.id}`;
  });
  while ((await stored(body))[0]?.attempts === before.attempts) await workThroughInbox();
}

async function newClient(...numbers: string[]) {
  const client = await newTestOrganization({}, { initialBalance: 0n });
  for (const number of numbers) await assign(client.slug, number);
  return client;
}

async function assign(slug: string, phoneNumberId: string): Promise<void> {
  await addNumber(platform, slug, { phoneNumberId, displayPhoneNumber: "+62 21 555 01000" });
}

const charged = async (id: number) => (await moneyOf(id)).charged;

describe("a body is stored before anything else and worked through until it succeeds · M2", () => {
  test("a known number's is charged at once, and once, however often it is sent", async () => {
    const number = newNumber();
    const { id } = await newClient(number);
    const body = deliveredBody([number]);
    await Promise.all(Array.from({ length: 10 }, () => receiveWebhook(body)));
    await receiveWebhook(body);
    expect(await moneyOf(id)).toMatchObject({ additional: -PRICE, charged: 1 });
    expect((await stored(body)).every(({ processed, body: kept }) => processed && kept === body)).toBe(true);
    expect(await brokenBy(id)).toEqual([]);
  });

  test("a number taken away from one client waits for the next, who is charged what came after", async () => {
    const number = newNumber();
    const [first, second] = [await newClient(number), await newClient()];
    await receiveWebhook(deliveredBody([number]));
    await removeNumber(platform, first.slug, number);
    const body = deliveredBody([number]);
    await receiveWebhook(body);
    expect(await stored(body)).toMatchObject([{ processed: false, reason: "unknown_number" }]);
    await assign(second.slug, number);
    expect(await charged(first.id)).toBe(1);
    expect(await charged(second.id)).toBe(1);
  });

  test("the same status in another body is charged once", async () => {
    const number = newNumber();
    const { id } = await newClient(number);
    const name = randomUUID();
    await receiveWebhook(deliveredBody([number], AT, name));
    await receiveWebhook(deliveredBody([number], AT + 5, name));
    await receiveWebhook(` ${deliveredBody([number], AT, name)}`);
    expect(await moneyOf(id)).toMatchObject({ additional: -PRICE, messages: 1, events: 2 });
  });

  test("what fails is seen with its reason, tried again later and later, and charged once it can be", async () => {
    const number = newNumber();
    const { id } = await newClient(number);
    await withoutLedger(id, async () => {
      const body = deliveredBody([number]);
      await receiveWebhook(body);
      const [first] = await stored(body);
      expect(first).toMatchObject({ processed: false, reason: "failed", attempts: 1 });
      await atItsTime(body);
      const [second] = await stored(body);
      expect(second).toMatchObject({ processed: false, reason: "failed", attempts: 2 });
      const waits = [first, second].map((row) => Date.parse(row?.next_attempt_at ?? "") - Date.now());
      expect(waits[1]).toBeGreaterThan(waits[0] ?? 0);
      return body;
    }).then(async (body) => {
      expect(await charged(id)).toBe(0);
      await atItsTime(body);
      expect(await stored(body)).toMatchObject([{ processed: true, reason: null, attempts: 3 }]);
    });
    expect(await moneyOf(id)).toMatchObject({ additional: -PRICE, charged: 1 });
  });

  test("one organization's failure does not hold up the others in the same body", async () => {
    const [mine, yours] = [newNumber(), newNumber()];
    const { id: failing } = await newClient(mine);
    const { id } = await newClient(yours);
    const body = deliveredBody([mine, yours]);
    await withoutLedger(failing, () => receiveWebhook(body));
    expect(await charged(id)).toBe(1);
    await atItsTime(body);
    expect([await charged(failing), await charged(id)]).toEqual([1, 1]);
  });

  test("a process that dies over a body leaves it to the next one", async () => {
    const number = newNumber();
    const { id } = await newClient(number);
    const body = deliveredBody([number]);
    await acrossOrganizations(async (tx) => {
      const hash = createHash("sha256").update(body).digest("base64url");
      await rawSql(tx)`
        insert into webhook_bodies (body_hash, body, next_attempt_at) values (${hash}, ${body}, '2020-01-01')`;
    });
    await Promise.all(Array.from({ length: 4 }, () => workThroughInbox()));
    while (!(await stored(body))[0]?.processed) await workThroughInbox();
    expect(await moneyOf(id)).toMatchObject({ charged: 1 });
  });

  test("what is ahead of the organization's clock waits for it", async () => {
    const number = newNumber();
    const { id } = await newClient(number);
    const body = deliveredBody([number], Date.parse("2026-11-02T05:06:00Z") / 1_000);
    await receiveWebhook(body);
    expect(await stored(body)).toMatchObject([{ processed: false, reason: "in_the_future" }]);
    await acrossOrganizations(async (tx) => {
      await rawSql(tx)`update organizations set clock = '2026-11-02T05:02:00Z' where id = ${id}`;
    });
    await atItsTime(body);
    expect(await stored(body)).toMatchObject([{ processed: true }]);
    expect(await charged(id)).toBe(1);
  });
});

describe("unknown numbers are stored, shown to staff, and processed once assigned · M2", () => {
  test("a body waits for its number, with reason and age", async () => {
    const number = newNumber();
    const body = deliveredBody([number]);
    await receiveWebhook(body);
    const [row] = await stored(body);
    expect(row).toMatchObject({ processed: false, reason: "unknown_number", waits_for: number });
    const page = { after: (row?.id ?? 1) - 1, limit: 1 };
    expect(await listWaitingBodies(admin, page)).toMatchObject([
      { id: row?.id, reason: "unknown_number", waitsFor: number, receivedAt: expect.any(Date) },
    ]);
    expect((await inboxBacklog()).bodies).toBeGreaterThan(0);
    const { id } = await newClient(number);
    expect(await stored(body)).toMatchObject([{ processed: true, reason: null, waits_for: null }]);
    expect(await charged(id)).toBe(1);
  });

  test("a body that names two unknown numbers waits for both, in whatever order they are assigned", async () => {
    const [first, second] = [newNumber(), newNumber()].sort();
    if (!first || !second) throw new Error("two numbers");
    const body = deliveredBody([second, first]);
    await receiveWebhook(body);
    expect(await stored(body)).toMatchObject([{ waits_for: `${first} ${second}` }]);
    const one = await newClient(second);
    expect(await charged(one.id)).toBe(1);
    expect(await stored(body)).toMatchObject([
      { processed: false, reason: "unknown_number", waits_for: first },
    ]);
    const other = await newClient(first);
    expect(await stored(body)).toMatchObject([{ processed: true, waits_for: null }]);
    expect([await charged(one.id), await charged(other.id)]).toEqual([1, 1]);
  });

  test("none is lost when the number is assigned while its bodies arrive", { timeout: 60_000 }, async () => {
    const number = newNumber();
    const { id, slug } = await newClient();
    const bodies = Array.from({ length: 40 }, () => deliveredBody([number]));
    const arrive = async (own: readonly string[]) => {
      for (const body of own) await receiveWebhook(body);
    };
    await Promise.all([
      ...[0, 1, 2, 3].map((part) => arrive(bodies.filter((_, n) => n % 4 === part))),
      assign(slug, number),
    ]);
    const rows = (await Promise.all(bodies.map(stored))).flat();
    expect(rows.filter(({ processed }) => !processed)).toEqual([]);
    expect(await charged(id)).toBe(40);
  });

  test("more bodies than one claim takes are all processed", { timeout: 60_000 }, async () => {
    const number = newNumber();
    await Promise.all(Array.from({ length: 60 }, () => receiveWebhook(deliveredBody([number]))));
    const { id } = await newClient(number);
    expect(await charged(id)).toBe(60);
  });

  test("staff may retry one body; a number that is still unknown leaves it waiting", async () => {
    const body = deliveredBody([newNumber()]);
    await receiveWebhook(body);
    const [row] = await stored(body);
    expect(await retryBody(admin, row?.id ?? 0)).toBe(false);
    expect(await stored(body)).toMatchObject([{ processed: false, reason: "unknown_number", attempts: 2 }]);
    await expect(retryBody(admin, 2_000_000_000)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("nothing is ever dropped", () => {
  test.each([
    ["no JSON", "{"],
    ["a text", '"hello"'],
    ["nothing", ""],
    ["a zero byte", "\0"],
  ])("%s is kept as malformed", async (_, text) => {
    const body = `${text}${" ".repeat(Math.ceil(Math.random() * 1e4))}`;
    await receiveWebhook(body);
    expect((await stored(body)).at(-1)).toMatchObject({ processed: false, reason: "malformed" });
  });

  test("bodies without statuses and messages are stored and done with", async () => {
    const body = JSON.stringify({
      object: "whatsapp_business_account",
      entry: [{ id: randomUUID(), changes: [{ field: "account_update", value: { event: "VERIFIED" } }] }],
    });
    await receiveWebhook(body);
    expect(await stored(body)).toMatchObject([{ processed: true }]);
  });

  test("every body that Meta publishes works as it is", async () => {
    const { id, slug } = await newClient();
    const folder = join(import.meta.dirname, "..", "metering", "fixtures");
    const numbers = new Map<string, string>();
    const bodies = readdirSync(folder).map((file) =>
      readFileSync(join(folder, file), "utf8").replace(
        /("phone_number_id": ")([^"]+)"/g,
        (_, before: string, known: string) => {
          const own = numbers.get(known) ?? newNumber();
          numbers.set(known, own);
          return `${before}${own}"`;
        },
      ),
    );
    for (const number of numbers.values()) await assign(slug, number);
    for (const body of [...bodies, ...bodies]) await receiveWebhook(body);
    expect((await Promise.all(bodies.map(stored))).flat().map(({ reason }) => reason)).toEqual(
      bodies.map(() => null),
    );
    expect(await brokenBy(id)).toEqual([]);
  });
});

/** Makes recording fail for one organization while `work` runs, by hiding an account of its ledger. */
async function withoutLedger<T>(id: number, work: () => Promise<T>): Promise<T> {
  const rename = (from: number, to: number) =>
    acrossOrganizations(async (tx) => {
      await rawSql(tx)`
        update ledger_accounts set organization_id = ${to}
        where organization_id = ${from} and account = 'adjustments'`;
    });
  await rename(id, -id);
  try {
    return await work();
  } finally {
    await rename(-id, id);
  }
}
