import type { Sql } from "postgres";
import { parseDecimal } from "@/lib/money/money";
import { Client } from "./client";
import { newEvent, newKey, newOrganization, newOrganizations, scatter, storeMessages } from "./clients";
import { inTurn, workOff } from "./measure";
import type { Figure } from "./report";
import { mustBe, type Stage, verify } from "./stage";

const CONNECTIONS = 4;
const SINGLE_CONNECTIONS = 64;
const EVENTS_PER_ROUND = 24_000;
const SINGLES_PER_ROUND = 2_000;
const BARE = `INSERT of ${CONNECTIONS} × 1,000 bare rows by unnest`;

type Target = { readonly slug: string; readonly key: string; readonly url: string };

/**
 * How fast `POST /api/v1/events` takes distinct delivered messages, each of them charged when the answer comes. Beside
 * it, in turn: bare rows into a table with the same keys. Fails when a balance is not exact to the micro afterwards.
 */
export async function benchIngest(stage: Stage): Promise<Figure[]> {
  const { url } = await stage.app();
  const organizations = stage.organizations ?? 1_000;
  const key = await newKey();
  const hot = { ...(await newOrganization("hot")), key, url };
  stage.log(`making ${organizations} organizations`);
  const many = (await newOrganizations("many", organizations)).map(({ slug }) => slug);
  const bare = await bareTable(stage);
  const figures: Figure[] = [];
  let turn = 0;
  for (const size of [1_000, 100]) {
    stage.log(`hot, ${size} a request`);
    const target = { atLeast: size === 1_000 ? 0.15 : 0.08 };
    const send = () => sendBatches(stage, hot, size, () => hot.slug);
    const rates = await inTurn(stage.rounds, { baseline: bare, ours: send });
    figures.push(events("hot", `${CONNECTIONS} × ${size}`, rates, target, BARE));
  }
  for (const size of [1_000, 100]) {
    stage.log(`many, ${size} a request`);
    const target = { atLeast: size === 1_000 ? 0.2 : 0.1 };
    const subject = () => {
      turn += 1;
      return many[scatter(stage.seed + turn) % many.length] ?? hot.slug;
    };
    const rates = await inTurn(stage.rounds, {
      baseline: bare,
      ours: () => sendBatches(stage, hot, size, subject),
    });
    const label = `${many.length} organizations, ${CONNECTIONS} × ${size}`;
    figures.push(events("many", label, rates, target, BARE));
  }
  figures.push(await single(stage, hot), await growth(stage, hot));
  await verify(stage);
  return figures;
}

function events(
  name: string,
  size: string,
  rates: { ours: number; baseline: number },
  target: { atLeast: number },
  note: string,
): Figure {
  return { case: name, size, ...rates, unit: "events/s", target, note };
}

/** Requests of so many events each, of one organization each, over a few kept connections. @returns events a second. */
async function sendBatches(
  stage: Stage,
  target: Target,
  size: number,
  subject: () => string,
): Promise<number> {
  const slugs = Array.from({ length: EVENTS_PER_ROUND / size }, subject);
  const bodies = slugs.map((slug) =>
    JSON.stringify(Array.from({ length: size }, () => newEvent(stage.seed, slug, new Date()))),
  );
  const before = await balanceOf(target);
  const { sent, perSecond } = await post(target, bodies, CONNECTIONS, size);
  if (slugs.every((slug) => slug === target.slug)) await mustBeCharged(target, before, sent);
  return perSecond;
}

async function post(target: Target, bodies: readonly string[], connections: number, size: number) {
  const client = clientOf(target, connections);
  const { done, perSecond } = await workOff(bodies, { workers: connections }, async (body) => {
    const { accepted } = JSON.parse(await client.send("/api/v1/events", { method: "POST", body }));
    mustBe("accepted", accepted, size);
  });
  client.close();
  return { sent: done * size, perSecond: perSecond * size };
}

/** One event a request, against the same route with an empty batch: it checks the key, reads the body and answers. */
async function single(stage: Stage, target: Target): Promise<Figure> {
  stage.log(`single, ${SINGLE_CONNECTIONS} connections`);
  const nothing = Array.from({ length: SINGLES_PER_ROUND }, () => "[]");
  const { ours, baseline } = await inTurn(stage.rounds, {
    baseline: async () => {
      const client = clientOf(target, SINGLE_CONNECTIONS);
      const { perSecond } = await workOff(nothing, { workers: SINGLE_CONNECTIONS }, (body) =>
        client.send("/api/v1/events", { method: "POST", body }),
      );
      client.close();
      return perSecond;
    },
    ours: async () => {
      const before = await balanceOf(target);
      const bodies = nothing.map(() => JSON.stringify(newEvent(stage.seed, target.slug, new Date())));
      const { sent, perSecond } = await post(target, bodies, SINGLE_CONNECTIONS, 1);
      await mustBeCharged(target, before, sent);
      return perSecond;
    },
  });
  const note = "the same route with an empty batch, which checks the key and answers";
  return events("single", `${SINGLE_CONNECTIONS} × 1`, { ours, baseline }, { atLeast: 0.5 }, note);
}

/** The same requests to an organization with many messages stored and to one with few, in turn. */
async function growth(stage: Stage, { key, url }: Target): Promise<Figure> {
  const stored = stage.rows ?? 150_000;
  const few = Math.ceil(stored / 100);
  const small = { ...(await newOrganization("small")), key, url };
  const large = { ...(await newOrganization("large")), key, url };
  const to = new Date();
  const from = new Date(to.getTime() - 20 * 86_400_000);
  stage.log(`growth, storing ${stored} messages`);
  await storeMessages(stage.seed, small.slug, few, { from, to });
  await storeMessages(stage.seed, large.slug, stored, { from, to });
  const rates = await inTurn(stage.rounds, {
    baseline: () => sendBatches(stage, small, 1_000, () => small.slug),
    ours: () => sendBatches(stage, large, 1_000, () => large.slug),
  });
  const size = `${stored} stored : ${few} stored`;
  return events("growth", size, rates, { atLeast: 0.8 }, "the same with few messages stored");
}

function clientOf({ url, key }: Target, connections: number): Client {
  return new Client(url, connections, { authorization: `Bearer ${key}` });
}

async function mustBeCharged(target: Target, before: bigint, messages: number): Promise<void> {
  const price = await unitPrice(target);
  mustBe(`the balance of ${target.slug}`, await balanceOf(target), before - price * BigInt(messages));
}

/** In micros, as the balance tells it. */
async function balanceOf(target: Target): Promise<bigint> {
  const client = clientOf(target, 1);
  const { whatsapp_balance } = JSON.parse(await client.send(`/api/v1/organizations/${target.slug}/balance`));
  client.close();
  return decimal(whatsapp_balance.available);
}

async function unitPrice(target: Target): Promise<bigint> {
  const client = clientOf(target, 1);
  const body = JSON.stringify({ lines: [{ category: "marketing", to: ["6281234567890"] }] });
  const path = `/api/v1/organizations/${target.slug}/estimates`;
  const { amount } = JSON.parse(await client.send(path, { method: "POST", body }));
  client.close();
  return decimal(amount);
}

function decimal(text: string): bigint {
  const value = parseDecimal(text);
  if (value === null) throw new Error(`"${text}" is no amount.`);
  return value;
}

/** The raw limit: rows of an event's facts, with the key of messages and an index by time. @returns rows a second. */
async function bareTable(stage: Stage): Promise<() => Promise<number>> {
  const sql = stage.connect(CONNECTIONS);
  await sql`
    create table bench_bare_rows (
      organization_id integer not null, occurred_at timestamptz not null, id bigint not null, message_id text not null,
      contact text not null, category text not null, amount_micros bigint not null,
      primary key (organization_id, message_id, contact))`;
  await sql`create index on bench_bare_rows (organization_id, occurred_at)`;
  let next = 0;
  return async () => {
    const batches = Array.from({ length: EVENTS_PER_ROUND / 1_000 }, () => {
      next += 1_000;
      return Array.from({ length: 1_000 }, (_, n) => next + n);
    });
    const { perSecond } = await workOff(batches, { workers: CONNECTIONS }, (ids) =>
      insertBare(sql, stage.seed, ids),
    );
    return perSecond * 1_000;
  };
}

async function insertBare(sql: Sql, seed: number, ids: readonly number[]): Promise<void> {
  const contacts = ids.map((id) => `62812${10_000_000 + (scatter(seed + id) % 50_000)}`);
  const now = new Date().toISOString();
  await sql`
    insert into bench_bare_rows
    select 1, ${now}::timestamptz, id, message_id, contact, 'marketing', 586330000
    from unnest(${ids.map(String)}::bigint[], ${ids.map((id) => `wamid.${id}`)}::text[], ${contacts}::text[])
      as rows (id, message_id, contact)`;
}
