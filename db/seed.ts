import { eq, inArray, sql } from "drizzle-orm";
import { z } from "zod";
import { acrossOrganizations, rawSql, type Transaction } from "@/db/client";
import { installationFacts } from "@/db/schema/access";
import { organizations } from "@/db/schema/organizations";
import { createPlatformKey, platformKeys, revokePlatformKey } from "@/lib/auth/api-keys";
import { EVERY_KEY_SCOPE } from "@/lib/auth/permissions";
import { systemStaffScope } from "@/lib/auth/scope";
import { loadStandardPrices } from "@/lib/provisioning/standard-prices";
import { monotonicMilliseconds, systemNow } from "@/lib/time/clock";
import { DEMO_CLIENTS, type DemoClient } from "./demo-clients";
import { bringToEnd } from "./demo-ending";
import { type Loading, liveThrough, provision } from "./demo-load";
import { bringPeople, type DemoLogin, demoLogins } from "./demo-people";

/** What the demo offers: ways in, and a key of the platform with every scope. */
export type Demo = { readonly logins: DemoLogin[]; readonly apiKey: string };

type DemoOptions = {
  /** Gets a line now and then while the data is being loaded. */
  readonly onProgress: (line: string) => void;
  /** The clients to load; all by default. */
  readonly clients?: readonly DemoClient[];
};

const FACT = "demo";
const KEY_NAME = "Demo platform";
const LOCK = 5_682_002;
const REPORT_EVERY_MS = 2_000;

/** The key is kept readable here, and nowhere else: it opens nothing but the demo's own data. */
const factSchema = z.object({ now: z.iso.datetime(), apiKey: z.string().nullable() });

type Fact = z.infer<typeof factSchema>;

/**
 * Loads the demo organizations with six months of traffic, once per database: all of it through the same verbs that
 * the doors call. A later call gives the same log-ins and key at once. One that was interrupted is taken up where it
 * stood, on the now with which it began; events and top-ups have the same ids again, so nothing comes twice.
 */
export async function loadDemo({ onProgress, clients = DEMO_CLIENTS }: DemoOptions): Promise<Demo> {
  // Holds the lock, on a connection of its own, until everything is loaded: two loaders take turns.
  return acrossOrganizations(async (lock) => {
    await rawSql(lock)`select pg_advisory_xact_lock(${LOCK})`;
    const known = await acrossOrganizations(readFact);
    const apiKey = known?.apiKey ?? (await load(known ?? (await begin()), clients, onProgress));
    return { logins: demoLogins(), apiKey };
  });
}

async function load(
  { now }: Fact,
  clients: readonly DemoClient[],
  onProgress: (line: string) => void,
): Promise<string> {
  const report = reporter(onProgress, clients.length);
  await loadStandardPrices();
  const loading: Loading[] = [];
  for (const client of clients) loading.push(await provision(client, new Date(now)));
  await bringPeople(loading);
  const lives = loading.map(async (one, index) => {
    await liveThrough(one, (events, done) => report(index, events, done));
    await bringToEnd(one);
  });
  // All have stopped before a fault of one of them ends this, and with it the lock.
  await Promise.allSettled(lives);
  await Promise.all(lives);
  const apiKey = await newKey();
  await acrossOrganizations((tx) => goLive(tx, clients, { now, apiKey }));
  return apiKey;
}

async function readFact(tx: Transaction): Promise<Fact | undefined> {
  const [fact] = await tx.select().from(installationFacts).where(eq(installationFacts.name, FACT));
  return fact && factSchema.parse(fact.value);
}

async function begin(): Promise<Fact> {
  const fact: Fact = { now: systemNow().toISOString(), apiKey: null };
  await acrossOrganizations((tx) => tx.insert(installationFacts).values({ name: FACT, value: fact }));
  return fact;
}

/** A key that an interrupted load has made is known to nobody: it goes. */
async function newKey(): Promise<string> {
  const operator = systemStaffScope("demo", "back_office:read", "back_office:write");
  const orphans = (await platformKeys(operator)).filter(
    ({ name, revokedAt }) => name === KEY_NAME && revokedAt === null,
  );
  for (const { id } of orphans) await revokePlatformKey(operator, id);
  return (await createPlatformKey(operator, { name: KEY_NAME, scopes: EVERY_KEY_SCOPE })).key;
}

/**
 * Makes live organizations of the test organizations, whose clocks now stand where the world's does. No verb does
 * this, and none should: a real client's past is never played through. Together with the fact that says so, so that
 * it is done once.
 */
async function goLive(tx: Transaction, clients: readonly DemoClient[], fact: Fact): Promise<void> {
  const slugs = clients.map(({ slug }) => slug);
  await tx.update(organizations).set({ mode: "live", clock: null }).where(inArray(organizations.slug, slugs));
  await tx
    .update(installationFacts)
    .set({ value: fact, at: sql`now()` })
    .where(eq(installationFacts.name, FACT));
}

/** Sums up what the clients, which are loaded side by side, have done, in a line every few seconds. */
function reporter(onProgress: (line: string) => void, clients: number) {
  const start = monotonicMilliseconds();
  const doneOf = new Map<number, number>();
  let events = 0;
  let reportAt = start + REPORT_EVERY_MS;
  return (client: number, told: number, done: number) => {
    events += told;
    doneOf.set(client, done);
    const total = [...doneOf.values()].reduce((sum, one) => sum + one, 0) / clients;
    const now = monotonicMilliseconds();
    if (now < reportAt && total < 1) return;
    reportAt = now + REPORT_EVERY_MS;
    const seconds = ((now - start) / 1_000).toFixed(0);
    onProgress(
      `Demo data: ${Math.floor(total * 100)} %, ${events.toLocaleString("en")} events, ${seconds} s`,
    );
  };
}
