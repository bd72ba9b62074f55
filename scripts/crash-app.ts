import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { closeDatabases, listenClient } from "@/db/client";
import { invariants } from "@/db/invariants";
import { migrate } from "@/db/migrate";
import { createPlatformKey } from "@/lib/auth/api-keys";
import { systemStaffScope } from "@/lib/auth/scope";
import { deliveredEvent, moneyOf } from "@/lib/metering/testing";
import { micros, toDecimal } from "@/lib/money/money";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { buildApp, startApp } from "./app";
import { type Killable, postEvents, sendThroughKills } from "./crash-drive";
import { createTestDatabase, openTestServer } from "./databases";
import { freshSecrets, localEnvironment } from "./environment";
import { dataDirectory, exitOf, freePort, type Run, runCommand } from "./processes";

/**
 * `node --conditions=react-server --import tsx scripts/crash-app.ts [kills] [seed]`: as crash.test.ts, with the built
 * app itself. On the server of `DATABASE_URL`, else on an embedded one, in a database of its own.
 */
const [kills = 5, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
const CHARGED = 500n;

await runCommand(130, async (run) => {
  const server = await openTestServer();
  run.atEnd(server.stop);
  const database = await createTestDatabase(server.url, "crash");
  run.atEnd(database.drop);
  await migrate(database.url);
  const place = {
    databaseUrl: database.url,
    port: await freePort(),
    standInPort: 1,
    logs: join(dataDirectory, "crash"),
  };
  const env = localEnvironment(place, freshSecrets(), { LOG_LEVEL: "error" });
  Object.assign(process.env, env);
  run.atEnd(closeDatabases);
  mkdirSync(place.logs, { recursive: true });
  console.log(`The app is ${await buildApp(run)}. ${kills} kills, seed ${seed}.`);

  const { id, slug } = await newTestOrganization({}, { initialBalance: micros("100000") });
  const staff = systemStaffScope("crash", "back_office:write");
  const { key } = await createPlatformKey(staff, { name: "crash", scopes: ["events:write"] });
  const events = Array.from({ length: Number(CHARGED) }, (_, n) => {
    const delivered = deliveredEvent(slug, `d${n}`, { contact: `62812${n % 100}` });
    return [delivered, { ...delivered, id: `r${n}`, type: "message.read", time: "2026-11-02T04:00:01Z" }];
  }).flat();
  const drive = await sendThroughKills(() => startKillable(run, place, env, key), events, { kills, seed });
  for (const { accepted, unanswered } of drive.kills) {
    console.log(`killed after ${accepted} answered events, ${unanswered} requests without an answer`);
  }
  return report(await moneyOf(id));
});

async function startKillable(
  run: Run,
  place: Parameters<typeof startApp>[1],
  env: Parameters<typeof startApp>[2],
  key: string,
): Promise<Killable> {
  const child = await startApp(run, place, env, "start");
  const url = `http://127.0.0.1:${place.port}/api/v1/events`;
  return {
    post: (batch) => postEvents(url, batch, { authorization: `Bearer ${key}` }),
    kill: async () => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      await exitOf(child);
    },
  };
}

async function report(money: Awaited<ReturnType<typeof moneyOf>>): Promise<number> {
  const expected = micros("100000") - CHARGED * micros("586.33");
  const isExact =
    money.initial === 0n && money.additional === expected && money.events === 2 * Number(CHARGED);
  console.log(
    `additional ${toDecimal(money.additional)}, expected ${toDecimal(expected)}; ${money.events} events`,
  );
  const broken: string[] = [];
  for (const { name, violations } of invariants) {
    if ((await listenClient().unsafe(violations)).length > 0) broken.push(name);
  }
  for (const name of broken) console.log(`broken: ${name}`);
  console.log(isExact && broken.length === 0 ? `exact; ${invariants.length} invariants hold` : "WRONG");
  return isExact && broken.length === 0 ? 0 : 1;
}
