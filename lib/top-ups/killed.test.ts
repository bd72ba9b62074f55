import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { POST } from "@/app/api/webhooks/stripe/route";
import { closeDatabases } from "@/db/client";
import { startDatabaseProxy } from "@/scripts/database-proxy";
import type { StandIn } from "@/scripts/stripe-stand-in/stand-in";
import {
  brokenInvariants,
  type Door,
  given,
  newClient,
  openDoor,
  startPurchase,
  startStripe,
  stateOf,
} from "./testing";

const KILLS = 25;
const AT_ONCE = 3;
/** About as many statements as a fulfilment has. */
const STATEMENTS = 40;

let stripe: StandIn;
let door: Door;

beforeAll(async () => {
  stripe = await startStripe();
  door = await openDoor(stripe, POST);
});
afterAll(async () => {
  await door.close();
  await stripe.close();
  await closeDatabases();
});

/** Fulfils in a process of its own, which is killed (SIGKILL) when it sends its n-th statement. @returns whether it came to that. */
async function fulfilKilledAt(session: string, n: number): Promise<boolean> {
  const env = given();
  const proxy = await startDatabaseProxy(env.DATABASE_URL ?? "");
  const child = spawn(
    process.execPath,
    ["--conditions=react-server", "--import", "tsx", "scripts/fulfil-once.ts", session],
    { env: { ...env, DATABASE_URL: proxy.url }, stdio: "ignore" },
  );
  proxy.watch((statement) => {
    if (statement < n) return "pass";
    child.kill("SIGKILL");
    return "cut_before";
  });
  const signal = await new Promise<NodeJS.Signals | null>((resolve) => {
    child.on("exit", (_code, ended) => resolve(ended));
  });
  await proxy.close();
  return signal === "SIGKILL";
}

test("a server killed anywhere between the provider's answer and the end: the event comes again and credits once · T2", async () => {
  const client = await newClient();
  const sessions: string[] = [];
  const events: string[] = [];
  await stripe.control("delivery", { lose: true });
  for (let n = 0; n < KILLS; n++) {
    const { session } = await startPurchase(client, { blocks: 1, balance: "1000000" });
    const completed = await stripe.control(`sessions/${session}/complete`);
    sessions.push(session);
    events.push(
      ...completed.events.filter(({ type }) => type === "checkout.session.completed").map(({ id }) => id),
    );
  }
  const waiting = [...sessions];
  let kills = 0;
  const worker = async () => {
    for (let session = waiting.pop(); session; session = waiting.pop()) {
      if (await fulfilKilledAt(session, randomInt(2, STATEMENTS))) kills += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  expect(kills).toBeGreaterThan(KILLS / 2);
  expect(await brokenInvariants()).toEqual([]);
  // What the killed server had not answered is delivered again, and again.
  await stripe.control("delivery", {}, "DELETE");
  for (const event of events) await stripe.control(`events/${event}/redeliver`, { copies: 2 });
  expect(door.answers).toEqual(Array.from({ length: 2 * KILLS }, () => 200));
  expect(await stateOf(client)).toMatchObject({
    additional: BigInt(KILLS) * 1_000_000_000_000n,
    visitors: KILLS * 500,
    receipts: KILLS,
    mails: KILLS,
  });
  expect(await brokenInvariants()).toEqual([]);
}, 240_000);
