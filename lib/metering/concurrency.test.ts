import { afterAll, describe, expect, test } from "vitest";
import { closeDatabases, inOrganization, listenClient } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { micros } from "@/lib/money/money";
import { newPackage, newTestOrganization } from "@/lib/provisioning/testing";
import { readBalance } from "@/lib/reports/balance";
import { parseCloudEvent } from "./cloudevents";
import { recordEvents } from "./metering";
import { recordBatch } from "./recording";
import { brokenBy, deliveredEvent, moneyOf, overlappingBatches, sender } from "./testing";

afterAll(closeDatabases);

const PRICE = micros("586.33");
const NO_MONEY = { initialBalance: 0n };

/** Records as another process would: in a transaction of its own, past the queues of this one. */
async function recordElsewhere(organizationId: number, items: readonly object[]) {
  const events = items.map((item) => {
    const parsed = parseCloudEvent(item);
    if (!parsed.ok) throw new Error(parsed.detail);
    return parsed.event;
  });
  return inOrganization(organizationId, (tx) => recordBatch(tx, organizationId, events));
}

/** `count` senders at once, each sending its requests one after the other. */
async function send(
  count: number,
  requests: number,
  request: (sender: number, n: number) => Promise<unknown>,
) {
  const one = async (who: number) => {
    for (let n = 0; n < requests; n++) await request(who, n);
  };
  await Promise.all(Array.from({ length: count }, (_, who) => one(who)));
}

describe("64 concurrent senders · exact, no deadlock, no retry visible to the caller", () => {
  test("on one organization", { timeout: 120_000 }, async () => {
    const { id, slug } = await newTestOrganization({}, { initialBalance: micros("100000") });
    await send(64, 4, async (who, n) => {
      const events = [0, 1, 2].map((part) =>
        deliveredEvent(slug, `${who}-${n}-${part}`, { contact: `6281${who}`, broadcast: { id: `bc_${n}` } }),
      );
      // Every other request comes in by another process.
      if (who % 2 === 0) expect(await recordElsewhere(id, events)).toEqual(events.map(() => "accepted"));
      else expect(await recordEvents(sender, events)).toEqual({ accepted: 3, duplicates: 0, rejected: [] });
    });
    const charged = 64n * 4n * 3n;
    expect(await moneyOf(id)).toEqual({
      initial: 0n,
      additional: micros("100000") - charged * PRICE,
      usage: charged * PRICE,
      messages: Number(charged),
      charged: Number(charged),
      events: Number(charged),
    });
    expect(await brokenBy(id)).toEqual([]);
  });

  test("on 200 organizations, every request telling of several", { timeout: 300_000 }, async () => {
    const bought = await newPackage(NO_MONEY);
    const organizations: { id: number; slug: string }[] = [];
    await send(8, 25, async () => {
      organizations.push(await newTestOrganization({ package: bought.slug }));
    });
    await send(64, 3, async (who, n) => {
      // Ten organizations each time, and each in another order than the neighbour's.
      const told = Array.from({ length: 10 }, (_, part) => {
        const step = who % 2 === 0 ? part : 9 - part;
        const { slug } = organizations[(who * 31 + n * 10 + step) % organizations.length] ?? { slug: "" };
        return deliveredEvent(slug, `${who}-${n}-${step}`);
      });
      expect(await recordEvents(sender, told)).toEqual({ accepted: 10, duplicates: 0, rejected: [] });
    });
    const money = await Promise.all(organizations.map(({ id }) => moneyOf(id)));
    for (const { additional, usage, messages, charged, events } of money) {
      expect([messages, events, usage]).toEqual([charged, charged, -additional]);
      expect(additional).toBe(-PRICE * BigInt(charged));
    }
    expect(money.reduce((sum, { charged }) => sum + charged, 0)).toBe(64 * 3 * 10);
    const broken = await Promise.all(organizations.slice(0, 10).map(({ id }) => brokenBy(id)));
    expect(broken.flat()).toEqual([]);
  });
});

describe("each event once for ever · M1", () => {
  test("a repeated event is charged once, whatever it says", async () => {
    const { id, slug } = await newTestOrganization({}, NO_MONEY);
    const event = deliveredEvent(slug, "first");
    const repeat = { ...deliveredEvent(slug, "other", { contact: "6281200000009" }), id: event.id };
    expect(await recordEvents(sender, [event, repeat])).toMatchObject({ accepted: 1, duplicates: 1 });
    expect(await recordEvents(sender, [repeat, event])).toMatchObject({ accepted: 0, duplicates: 2 });
    expect(await moneyOf(id)).toMatchObject({ additional: -PRICE, messages: 1, events: 1 });
    const elsewhere = { ...repeat, source: "another-sender" };
    expect(await recordEvents(sender, [elsewhere])).toMatchObject({ accepted: 1 });
  });

  test("a message and recipient is charged once, by however many events it is told of", async () => {
    const { id, slug } = await newTestOrganization({}, NO_MONEY);
    const event = deliveredEvent(slug, "a");
    const again = { ...event, id: "b", time: "2026-11-01T04:00:00Z" };
    const read = { ...event, id: "c", type: "message.read", time: "2026-10-20T04:00:00Z" };
    const answers = await Promise.all([event, again, read].map((item) => recordEvents(sender, [item])));
    expect(answers.map(({ accepted }) => accepted)).toEqual([1, 1, 1]);
    expect(await moneyOf(id)).toMatchObject({ additional: -PRICE, messages: 1, charged: 1, events: 3 });
    expect(await brokenBy(id)).toEqual([]);
  });

  test("what is accepted is charged and visible in the balance when the answer arrives", async () => {
    const { id, slug } = await newTestOrganization({}, NO_MONEY);
    for (let n = 1; n <= 10; n++) {
      await recordEvents(sender, [deliveredEvent(slug, String(n))]);
      expect((await moneyOf(id)).additional).toBe(-PRICE * BigInt(n));
      const { whatsappBalance } = await readBalance(systemScope("test", id, "balance:read"));
      expect(whatsappBalance.available).toBe(-PRICE * BigInt(n));
    }
  });

  test("1,000 events sent twice in 20 shuffled, overlapping, concurrent batches: exact", {
    timeout: 120_000,
  }, async () => {
    const { id, slug } = await newTestOrganization({}, { initialBalance: micros("1000") });
    const events = Array.from({ length: 500 }, (_, n) => {
      const delivered = deliveredEvent(slug, `m${n}`, { contact: `62812${n % 50}` });
      const sent = { ...delivered, id: `s${n}`, type: "message.sent", time: "2026-11-02T03:59:00Z" };
      return [delivered, sent];
    }).flat();
    const batches = overlappingBatches(events, 7);
    const answers = await Promise.all(
      batches.map(async (batch, n) => {
        if (n % 2 === 0) return recordEvents(sender, batch);
        const outcomes = await recordElsewhere(id, batch);
        return { accepted: outcomes.filter((outcome) => outcome === "accepted").length };
      }),
    );
    expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(1_000);
    expect(await moneyOf(id)).toEqual({
      initial: 0n,
      additional: micros("1000") - 500n * PRICE,
      usage: 500n * PRICE,
      messages: 500,
      charged: 500,
      events: 1_000,
    });
    expect(await brokenBy(id)).toEqual([]);
  });
});

test("every snapshot balances: 1,000 reads during load, the sum over the accounts is 0 in all", {
  timeout: 120_000,
}, async () => {
  const organizations = [await newTestOrganization(), await newTestOrganization()];
  let isLoaded = true;
  const load = send(4, 30, async (who, n) => {
    const told = organizations.map(({ slug }) => deliveredEvent(slug, `${who}-${n}`));
    await recordEvents(sender, told);
  }).finally(() => {
    isLoaded = false;
  });
  const ids = organizations.map(({ id }) => id);
  let reads = 0;
  let readsUnderLoad = 0;
  const unbalanced: unknown[] = [];
  const read = async () => {
    while (reads < 1_000) {
      reads++;
      unbalanced.push(...(await readSnapshot(ids)));
      if (isLoaded) readsUnderLoad++;
    }
  };
  await Promise.all([load, read(), read(), read(), read()]);
  expect(unbalanced).toEqual([]);
  expect(reads).toBe(1_000);
  expect(readsUnderLoad).toBeGreaterThan(50);
});

type Snapshot = { id: number; sum: string; charged: string; booked: string };

/** Reads accounts and messages in one snapshot, in two statements. @returns whatever does not add up in it */
async function readSnapshot(ids: readonly number[]): Promise<Snapshot[]> {
  return listenClient().begin("isolation level repeatable read read only", async (sql) => {
    await sql`select set_config('role', 'kuota_app', true), set_config('kuota.all_organizations', 'yes', true)`;
    const sums = await sql<{ id: number; sum: string; booked: string }[]>`
      select organization_id as id, sum(balance_micros)::text as sum,
        (sum(balance_micros) filter (where account = 'usage'))::text as booked
      from ledger_accounts where organization_id = any(${[...ids]}::int[]) group by 1`;
    const charges = await sql<{ id: number; charged: string }[]>`
      select organization_id as id, sum(amount_micros)::text as charged
      from messages where organization_id = any(${[...ids]}::int[]) group by 1`;
    return sums
      .map((row) => ({ ...row, charged: charges.find(({ id }) => id === row.id)?.charged ?? "0" }))
      .filter(({ sum, booked, charged }) => sum !== "0" || booked !== charged);
  });
}
