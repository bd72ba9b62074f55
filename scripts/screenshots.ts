import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "@/db/migrate";
import { buildApp, startApp, startStandIn } from "./app";
import { findChromium } from "./chromium";
import { createTestDatabase, openTestServer } from "./databases";
import { freshSecrets, localEnvironment } from "./environment";
import { dataDirectory, elapsedSeconds, freePort, type Run, runCommand, scriptTask } from "./processes";

const logs = join(dataDirectory, "screenshots");

/**
 * `npm run screenshots [-- part of a name …]`: the pictures of docs/screenshots, of every page and state, taken of the
 * built app on a database of its own with the demo's data. With SCREENSHOTS_URL and the rest of the environment of a
 * running app, of that one instead.
 */
await runCommand(130, async (run) => {
  mkdirSync(logs, { recursive: true });
  const names = process.argv.slice(2);
  const address = process.env.SCREENSHOTS_URL;
  if (address) return take(run, address, {}, names);
  const place = {
    databaseUrl: await openDatabase(run),
    port: await freePort(),
    standInPort: await freePort(),
    logs,
  };
  const env = { ...localEnvironment(place, freshSecrets()), LOG_LEVEL: "fatal" };
  await Promise.all([
    buildApp(run),
    run.output(scriptTask("Loading the demo data", "kuota.ts", ["demo", "load", "--json"], { env })),
  ]);
  await startStandIn(run, place, env);
  await startApp(run, place, env, "start");
  console.log(`The app is up (${elapsedSeconds()} s).`);
  return take(run, `http://localhost:${place.port}`, env, names);
});

async function openDatabase(run: Run): Promise<string> {
  const server = await openTestServer();
  run.atEnd(server.stop);
  const database = await createTestDatabase(server.url, "screenshots");
  run.atEnd(database.drop);
  await migrate(database.url);
  return database.url;
}

async function take(
  run: Run,
  address: string,
  env: Readonly<Record<string, string>>,
  names: readonly string[],
): Promise<number> {
  const browser = await findChromium(run, logs);
  return run.exitCode(
    scriptTask("Taking the screenshots", "screenshots/take.ts", names, {
      env: { ...env, SCREENSHOTS_URL: address, ...(browser ? { KUOTA_CHROMIUM: browser } : {}) },
    }),
  );
}
