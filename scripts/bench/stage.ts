import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { buildApp, startApp } from "../app";
import { createTestDatabase } from "../databases";
import { freshSecrets, localEnvironment } from "../environment";
import { startPostgres } from "../postgres";
import { dataDirectory, freePort, type Run, scriptTask } from "../processes";

/** How much is measured. */
export type Sizes = {
  readonly seed: number;
  readonly rounds: number;
  readonly organizations: number | null;
  readonly rows: number | null;
};

/** Where a bench works: a migrated, empty database of its own, and the production server on it. */
export type Stage = Sizes & {
  readonly run: Run;
  readonly databaseUrl: string;
  /** Connections of the bench itself, for baselines; it sees every organization. */
  readonly connect: (connections: number) => Sql;
  /** Starts the production server, once. */
  readonly app: () => Promise<{ url: string; pid: number }>;
  readonly log: (line: string) => void;
};

/** Makes the stage. What it starts ends with the command; the database is dropped. */
export async function setStage(run: Run, bench: string, sizes: Sizes): Promise<Stage> {
  const logs = join(dataDirectory, "bench");
  mkdirSync(logs, { recursive: true });
  const database = await createTestDatabase(await serverUrl(run), `bench_${bench}`);
  run.atEnd(database.drop);
  const [port, standInPort] = [await freePort(), await freePort()];
  const place = { databaseUrl: database.url, port, standInPort, logs };
  const env = localEnvironment(place, freshSecrets(), { LOG_LEVEL: "error" });
  // The verbs of the product are called from here too, on the same database.
  Object.assign(process.env, env);
  const { migrate } = await import("@/db/migrate");
  await migrate(database.url);
  const { closeDatabases } = await import("@/db/client");
  run.atEnd(closeDatabases);
  let app: Promise<{ url: string; pid: number }> | undefined;
  const start = async () => {
    await buildApp(run);
    const { pid } = await startApp(run, place, env, "start");
    return { url: `http://127.0.0.1:${port}`, pid: pid ?? 0 };
  };
  return {
    ...sizes,
    run,
    databaseUrl: database.url,
    connect: (connections) => connectTo(run, database.url, connections),
    app: () => {
      app ??= start();
      return app;
    },
    log: (line) => console.error(`  ${line}`),
  };
}

async function serverUrl(run: Run): Promise<string> {
  if (givenUrl) return givenUrl;
  const server = await startPostgres({ directory: join(dataDirectory, "bench-postgres") });
  run.atEnd(server.stop);
  return server.url;
}

/** Read before the stage's own address takes its place. */
const givenUrl = process.env.DATABASE_URL;

function connectTo(run: Run, url: string, connections: number): Sql {
  const sql = postgres(url, {
    max: connections,
    onnotice: () => undefined,
    connection: { "kuota.all_organizations": "yes" },
  });
  run.atEnd(() => sql.end({ timeout: 5 }));
  return sql;
}

/**
 * Checks every invariant of the product on what a bench left behind, as `npm run verify` does.
 *
 * @throws Error naming those that are broken.
 */
export async function verify({ run, databaseUrl }: Stage): Promise<void> {
  const log = join(dataDirectory, "bench", "verify.log");
  const code = await run.exitCode(
    scriptTask("verify", "verify.ts", [], { env: { DATABASE_URL: databaseUrl }, log }),
  );
  if (code !== 0) throw new Error(`${readFileSync(log, "utf8")}\nThe bench left wrong data behind.`);
}

/** @throws Error when a bench's result is not what it must be. */
export function mustBe(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${what} is ${String(actual)} and must be ${String(expected)}.`);
}
