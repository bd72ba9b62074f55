import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Place } from "./environment";
import { readIfThere } from "./lock";
import {
  accepts,
  dataDirectory,
  type Environment,
  nodeTask,
  type Run,
  root,
  scriptTask,
  type Task,
} from "./processes";

const NEXT = "next/dist/bin/next";
const SOURCE_FOLDERS = ["app", "components", "db", "lib", "public"];
const ROOT_SOURCES = /^(?!vitest|playwright|drizzle)[\w.-]+\.(ts|js|mjs)$|^(package(-lock)?|tsconfig)\.json$/;
const NO_SOURCE = /\.test\.tsx?$|\.md$|^next-env\.d\.ts$/;
const START_PATIENCE_MS = 120_000;
const REQUEST_PATIENCE_MS = 30_000;
const POLL_MS = 100;

/**
 * Builds the app unless the last build was made of the same sources.
 *
 * @throws Error when the build fails, after showing what it printed.
 */
export async function buildApp(run: Run): Promise<"built" | "up to date"> {
  const stampFile = join(dataDirectory, "build-stamp");
  const sources = hashSources(root);
  const previous = readIfThere(stampFile);
  if (previous !== null && previous === stamp(sources)) return "up to date";
  mkdirSync(dataDirectory, { recursive: true });
  const log = join(dataDirectory, "build.log");
  const code = await run.exitCode(nodeTask("next build", NEXT, ["build"], { log }));
  if (code !== 0) throw new Error(`${readFileSync(log, "utf8")}\nThe build failed; its output is above.`);
  writeFileSync(stampFile, stamp(sources) ?? "");
  return "built";
}

/** Names the sources and the build in `.next`, so that a build made by hand in between is not mistaken for ours. */
function stamp(sources: string): string | null {
  const build = readIfThere(join(root, ".next", "BUILD_ID"));
  return build === null ? null : `${sources} ${build.trim()}\n`;
}

/** A fingerprint of all that `next build` reads. */
export function hashSources(directory: string): string {
  const hash = createHash("sha256").update(process.version);
  const add = (path: string) => {
    hash.update(`\n${path}\n`).update(readFileSync(join(directory, path)));
  };
  for (const name of readdirSync(directory).sort()) {
    if (ROOT_SOURCES.test(name) && !NO_SOURCE.test(name)) add(name);
  }
  for (const folder of SOURCE_FOLDERS.filter((name) => existsSync(join(directory, name)))) {
    const names = readdirSync(join(directory, folder), { recursive: true, encoding: "utf8" }).sort();
    const paths = names.filter((name) => !NO_SOURCE.test(name)).map((name) => join(folder, name));
    for (const path of paths) if (statSync(join(directory, path)).isFile()) add(path);
  }
  return hash.digest("hex");
}

/** Starts the local stand-in for Stripe, which sends its webhooks to the app. */
export async function startStandIn(run: Run, place: Place, env: Environment): Promise<void> {
  const task = scriptTask("The Stripe stand-in", "stripe-stand-in/main.ts", [], {
    env: {
      ...env,
      STRIPE_STAND_IN_PORT: String(place.standInPort),
      STRIPE_WEBHOOK_URL: `http://127.0.0.1:${place.port}/api/webhooks/stripe`,
    },
    log: join(place.logs, "stripe-stand-in.log"),
  });
  const child = run.start(task);
  await waitUntilReady(task, child, () => accepts(place.standInPort));
}

/** Starts the app, built or with Next's dev server, and waits until its own check says that it is ready. */
export async function startApp(
  run: Run,
  place: Place,
  env: Environment,
  mode: "start" | "dev",
): Promise<ChildProcess> {
  const task = nodeTask("The app", NEXT, [mode, "-p", String(place.port), "-H", "127.0.0.1"], {
    env: {
      ...env,
      NODE_ENV: mode === "dev" ? "development" : "production",
      // As `npm start`: lib/shutdown.ts ends the server in order.
      ...(mode === "dev" ? {} : { NEXT_MANUAL_SIG_HANDLE: "1" }),
    },
    ...(mode === "dev" ? {} : { log: join(place.logs, "app.log") }),
  });
  const child = run.start(task);
  await waitUntilReady(task, child, () => answers(`http://127.0.0.1:${place.port}/api/ready`));
  return child;
}

async function answers(url: string): Promise<boolean> {
  // Without an agent: a connection kept for later would hold up the app's end.
  const request = get(url, { agent: false, timeout: REQUEST_PATIENCE_MS });
  request.on("timeout", () => request.destroy());
  try {
    const [response] = await once(request, "response");
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false;
  }
}

/** @throws Error when the service ends, or is not ready in time. */
async function waitUntilReady(
  task: Task,
  child: ChildProcess,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const giveUpAt = performance.now() + START_PATIENCE_MS;
  while (!(await isReady())) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (hasEnded || performance.now() > giveUpAt) {
      const output = task.log ? `${(readIfThere(task.log) ?? "").slice(-3000)}\n` : "";
      throw new Error(
        `${output}${task.name} ${hasEnded ? "ended instead of starting" : "is not ready in time"}.`,
      );
    }
    await wait(POLL_MS);
  }
}
