import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "@/db/migrate";
import { buildApp, startApp, startStandIn } from "./app";
import { findChromium } from "./chromium";
import { createTestDatabase, openTestServer } from "./databases";
import { freshSecrets, localEnvironment } from "./environment";
import { readIfThere } from "./lock";
import {
  dataDirectory,
  elapsedSeconds,
  freePort,
  nodeTask,
  type Run,
  runCommand,
  scriptTask,
} from "./processes";
import {
  addTallies,
  failure,
  planTests,
  type Tally,
  tallyPlaywright,
  tallyStep,
  tallyVitest,
  verdict,
} from "./test-results";

const logs = join(dataDirectory, "test");
/** Colours are for terminals; a log is read as text. */
const colors = process.stdout.isTTY ? {} : { NO_COLOR: "1" };
const biomeColors = process.stdout.isTTY ? [] : ["--colors=off"];

await runCommand(130, async (run) => {
  mkdirSync(logs, { recursive: true });
  const plan = planTests(process.argv.slice(2));
  const tallies: Tally[] = [];
  const part = async (title: string, work: () => Promise<Tally>) => {
    console.log(`\n── ${title} (${elapsedSeconds()} s)`);
    const tally = await work().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      console.error(why);
      return failure(title, why);
    });
    tallies.push(tally);
    return tally.failures.length === 0;
  };

  if (plan.checks) {
    await part("Format and lint", async () =>
      tallyStep(
        "Format and lint",
        await run.exitCode(nodeTask("biome", "@biomejs/biome/bin/biome", ["ci", ...biomeColors, "."])),
      ),
    );
    await part("Types", () => checkTypes(run));
  }
  const { unit, browser } = plan;
  if (unit)
    await withDatabase(run, "unit", part, (url) =>
      part("Unit and integration", () => runVitest(run, unit, url)),
    );
  if (browser && (await part("Build", () => build(run)))) {
    await withDatabase(run, "e2e", part, (url) => part("Browser", () => runPlaywright(run, browser, url)));
  }
  if (plan.checks) await part("Soak, short", () => soakShortly(run));

  const total = addTallies(tallies);
  await run.end();
  console.log(`\nin ${elapsedSeconds()} s\n${verdict(total)}`);
  return total.failures.length === 0 && total.passed > 0 ? 0 : 1;
});

type Part = (title: string, work: () => Promise<Tally>) => Promise<boolean>;

async function checkTypes(run: Run): Promise<Tally> {
  const generated = await run.exitCode(nodeTask("next typegen", "next/dist/bin/next", ["typegen"]));
  return tallyStep(
    "Types",
    generated || (await run.exitCode(nodeTask("tsc", "typescript/lib/tsc.js", ["--noEmit"]))),
  );
}

async function build(run: Run): Promise<Tally> {
  await buildApp(run);
  return tallyStep("Build", 0);
}

/** Runs a suite on a fresh, migrated database, and then the ledger's invariants on what the suite left there. */
async function withDatabase(
  run: Run,
  purpose: string,
  part: Part,
  suite: (databaseUrl: string) => Promise<boolean>,
): Promise<void> {
  let databaseUrl = "";
  const isThere = await part(`Database for ${purpose}`, async () => {
    const server = await openTestServer();
    run.atEnd(server.stop);
    const database = await createTestDatabase(server.url, purpose);
    run.atEnd(database.drop);
    await migrate(database.url);
    databaseUrl = database.url;
    return { passed: 0, failures: [] };
  });
  if (!isThere) return;
  await suite(databaseUrl);
  await part("Invariants", async () =>
    tallyStep(
      `Invariants of the database for ${purpose}`,
      await run.exitCode(scriptTask("verify", "verify.ts", [], { env: { DATABASE_URL: databaseUrl } })),
    ),
  );
}

/** The app and its database killed under load. On an embedded server only: others are not ours to kill. */
async function soakShortly(run: Run): Promise<Tally> {
  if (process.env.DATABASE_URL) {
    console.log("Not with DATABASE_URL: the soak kills the server that it works on.");
    return { passed: 0, failures: [] };
  }
  const short = ["--minutes", "0.6", "--rate", "200", "--kill-every", "8"];
  return tallyStep("Soak, short", await run.exitCode(scriptTask("soak", "soak/main.ts", short)));
}

async function runVitest(run: Run, args: readonly string[], databaseUrl: string): Promise<Tally> {
  const report = join(logs, "vitest.json");
  const errors = join(logs, "vitest-errors.json");
  for (const file of [report, errors]) rmSync(file, { force: true });
  const reporters = [
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    "--reporter=./scripts/errors-reporter.ts",
  ];
  const task = nodeTask("vitest", "vitest/vitest.mjs", ["run", ...reporters, ...args], {
    env: { ...colors, KUOTA_TEST_DATABASE: databaseUrl, KUOTA_TEST_ERRORS: errors },
  });
  const code = await run.exitCode(task);
  return tallyVitest(readIfThere(report), JSON.parse(readIfThere(errors) ?? "[]"), code);
}

async function runPlaywright(run: Run, args: readonly string[], databaseUrl: string): Promise<Tally> {
  const report = join(logs, "playwright.json");
  rmSync(report, { force: true });
  const browser = await findChromium(run, logs);
  const place = { databaseUrl, port: await freePort(), standInPort: await freePort(), logs };
  const env = localEnvironment(place, freshSecrets());
  await startStandIn(run, place, env);
  await startApp(run, place, env, "start");
  const code = await run.exitCode(
    nodeTask("playwright", "@playwright/test/cli.js", ["test", ...args], {
      // The tests write log-ins through the same modules as the server.
      nodeOptions: ["--conditions=react-server"],
      env: {
        ...env,
        LOG_LEVEL: "error",
        E2E_BASE_URL: `http://localhost:${place.port}`,
        ...(browser ? { KUOTA_CHROMIUM: browser } : {}),
      },
    }),
  );
  return tallyPlaywright(readIfThere(report), code);
}
