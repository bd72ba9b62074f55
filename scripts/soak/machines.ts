import type { ChildProcess } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startApp } from "../app";
import { createTestDatabase } from "../databases";
import { freshSecrets, localEnvironment } from "../environment";
import { type RunningPostgres, startPostgres } from "../postgres";
import { dataDirectory, exitOf, freePort, type Run } from "../processes";
import { startStripeStandIn } from "../stripe-stand-in/stand-in";

/** The production server and its database server, each of which can be killed at any moment and comes back. */
export type Machines = Awaited<ReturnType<typeof setUp>>;

const FOLDER = join(dataDirectory, "soak");
const DATA = join(FOLDER, "postgres");

/**
 * An embedded PostgreSQL with an empty, migrated database, a Stripe stand-in, and the environment of the app, which does
 * not run yet. All of it ends with the command.
 */
export async function setUp(run: Run) {
  mkdirSync(FOLDER, { recursive: true });
  const database = databaseServer(run, await startPostgres({ directory: DATA }));
  const own = await createTestDatabase(database.url, "soak");
  run.atEnd(own.drop);
  const [port, secrets] = [await freePort(), freshSecrets()];
  const standIn = await startStripeStandIn({
    port: 0,
    webhookUrl: `http://127.0.0.1:${port}/api/webhooks/stripe`,
    webhookSecret: secrets.stripeWebhook,
    // A page that nobody looks at is not kept waiting.
    behaviour: { redirectWaitMs: 0 },
  });
  run.atEnd(() => standIn.close());
  const place = { databaseUrl: own.url, port, standInPort: standIn.port, logs: FOLDER };
  const metricsToken = secrets.nextAuth;
  const env = { ...localEnvironment(place, secrets, { LOG_LEVEL: "error" }), METRICS_TOKEN: metricsToken };
  return { databaseUrl: own.url, env, metricsToken, standIn, database, app: appServer(run, place, env) };
}

function databaseServer(run: Run, first: RunningPostgres) {
  let use = first;
  run.atEnd(() => use.stop());
  return {
    url: first.url,
    /** Ends the server and all its processes by SIGKILL, and starts it again where it was. @returns milliseconds until it was up */
    async killAndRestart(): Promise<number> {
      const pid = Number(readFileSync(join(DATA, "postmaster.pid"), "utf8").split("\n")[0]);
      for (const one of [pid, ...childrenOf(pid)]) endAtOnce(one);
      const killed = performance.now();
      await use.stop();
      use = await startPostgres({ directory: DATA, port: Number(new URL(first.url).port) });
      return performance.now() - killed;
    },
  };
}

function appServer(run: Run, place: Parameters<typeof startApp>[1], env: Parameters<typeof startApp>[2]) {
  let child: ChildProcess | undefined;
  let lives = 0;
  let startedAt = 0;
  const start = async () => {
    lives += 1;
    const logs = join(FOLDER, `life-${lives}`);
    mkdirSync(logs, { recursive: true });
    child = await startApp(run, { ...place, logs }, env, "start");
    startedAt = performance.now();
  };
  return {
    url: `http://127.0.0.1:${place.port}`,
    start,
    pid: () => child?.pid ?? 0,
    lives: () => lives,
    /** Milliseconds since it was ready. */
    age: () => performance.now() - startedAt,
    hasEnded: () => child !== undefined && (child.exitCode !== null || child.signalCode !== null),
    /** Ends it by SIGKILL and starts it again, as a supervisor does. @returns milliseconds until it was ready */
    async killAndRestart(): Promise<number> {
      const killed = performance.now();
      if (child?.pid !== undefined) {
        process.kill(-child.pid, "SIGKILL");
        await exitOf(child);
      }
      await start();
      return performance.now() - killed;
    },
  };
}

/** Linux tells them; elsewhere they end by themselves when their server is gone. */
function childrenOf(pid: number): number[] {
  if (process.platform !== "linux") return [];
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

/** One that has ended by itself meanwhile is as good. */
function endAtOnce(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** What the app's long-lived objects take, in MB, dead ones among them that were not collected yet; null while it is away. */
export async function heldByApp({ app, metricsToken }: Machines): Promise<number | null> {
  const headers = { authorization: `Bearer ${metricsToken}` };
  const text = await fetch(`${app.url}/api/metrics`, { headers, signal: AbortSignal.timeout(4_000) }).then(
    (response) => response.text(),
    () => "",
  );
  const [, bytes] = /^nodejs_heap_space_size_used_bytes\{space="old"\} (\S+)$/m.exec(text) ?? [];
  return bytes === undefined ? null : Number(bytes) / 1_048_576;
}

/** What a process holds: resident memory in MB, and open files and sockets. Zeros where the system does not tell. */
export function holdings(pid: number): { megabytes: number; files: number } {
  if (process.platform !== "linux" || pid === 0) return { megabytes: 0, files: 0 };
  const [, pages = "0"] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
  return { megabytes: (Number(pages) * 4_096) / 1_048_576, files: readdirSync(`/proc/${pid}/fd`).length };
}
