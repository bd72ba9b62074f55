import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { birthMark, isAlive } from "./alive";
import { readIfThere, withLock } from "./lock";
import {
  type Account,
  type Binaries,
  findBinaries,
  SYSTEM_SETTINGS,
  serverAccount,
} from "./postgres-binaries";
import { freePort } from "./processes";

export type RunningPostgres = {
  /** The database "kuota" on 127.0.0.1, as its owner: no superuser, but may create databases and roles. */
  readonly url: string;
  /** Ends this use. The server stops with its last use, and then this waits until it is gone. */
  stop(): Promise<void>;
};

type Wanted = { readonly directory: string; readonly port?: number };

type Files = {
  readonly data: string;
  readonly users: string;
  readonly announcement: string;
  readonly lock: string;
  readonly log: string;
};

type Server = { readonly pid: number; readonly port: number; readonly isReady: boolean };

const KEEPER = fileURLToPath(new URL("./postgres-keeper.js", import.meta.url));
const PASSWORD_FILE = "kuota.password";
const POLL_MS = 50;
const STOP_PATIENCE_MS = 30_000;
const START_PATIENCE_MS = 300_000;
/** Another program took the port, or processes of a server that was killed are still ending. */
const PASSING_TROUBLE = /Address already in use|pre-existing shared memory block|could not create any TCP/;
/** A process number beyond those that systems give. */
const NOBODY = 2_000_000_000;
let uses = 0;

/**
 * The PostgreSQL server of a data directory, created when there is none and started when it does not run.
 *
 * Processes that ask for the same directory share one server; it stops when the last of them stops it or
 * dies, even by SIGKILL. Beside the directory stand its log and the records of who uses it. A server that must be started
 * takes the given port, else a free one.
 *
 * @throws Error when this machine cannot run the server, or the data were written by another major version.
 */
export async function startPostgres({ directory, port: wanted }: Wanted): Promise<RunningPostgres> {
  const data = resolve(directory);
  const files: Files = {
    data,
    users: `${data}.users`,
    announcement: `${data}.keeper`,
    lock: `${data}.lock`,
    log: `${data}.log`,
  };
  mkdirSync(files.users, { recursive: true });
  uses += 1;
  const use = join(files.users, `${process.pid}.${uses}`);
  writeFileSync(use, birthMark(process.pid));
  try {
    const port = await withLock(files.lock, START_PATIENCE_MS, () => findOrStart(files, wanted));
    const password = readFileSync(join(files.data, PASSWORD_FILE), "utf8");
    return { url: `postgres://kuota:${password}@127.0.0.1:${port}/kuota`, stop: () => endUse(files, use) };
  } catch (error) {
    rmSync(use, { force: true });
    throw error;
  }
}

async function endUse(files: Files, use: string): Promise<void> {
  rmSync(use, { force: true });
  const giveUpAt = performance.now() + STOP_PATIENCE_MS;
  while (readdirSync(files.users).length === 0 && runningServer(files) && performance.now() < giveUpAt) {
    await wait(POLL_MS);
  }
}

async function findOrStart(files: Files, wanted: number | undefined): Promise<number> {
  const port = await joinRunningServer(files);
  if (port !== null) return port;
  const account = serverAccount(files.data);
  const binaries = findBinaries(account);
  if (!existsSync(files.data)) createCluster(files, binaries, account);
  requireSameVersion(files, binaries);
  if (existsSync(files.log)) renameSync(files.log, `${files.log}.previous`);
  const giveUpAt = performance.now() + STOP_PATIENCE_MS;
  for (;;) {
    writeFileSync(files.log, "");
    const started = await startServer(files, binaries, account, wanted ?? (await freePort()));
    if (started !== null) return started;
    const log = readIfThere(files.log) ?? "";
    if (!PASSING_TROUBLE.test(log) || performance.now() > giveUpAt) {
      throw new Error(`PostgreSQL does not start:\n${log}`);
    }
    await wait(POLL_MS);
  }
}

/** The port of a server that runs and is kept; waits for one that is starting or stopping, ends one that nobody keeps. */
async function joinRunningServer(files: Files): Promise<number | null> {
  const giveUpAt = performance.now() + STOP_PATIENCE_MS;
  for (;;) {
    const server = runningServer(files);
    if (!server) return null;
    const [keeper, mark] = readIfThere(files.announcement)?.split(" ") ?? [];
    const isKept = isAlive(Number(keeper), mark);
    if (isKept && server.isReady) return server.port;
    if ((keeper && !isKept) || performance.now() > giveUpAt) {
      await endOrphan(files, server.pid);
      return null;
    }
    await wait(POLL_MS);
  }
}

async function endOrphan(files: Files, pid: number): Promise<void> {
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    if (isAlive(pid)) process.kill(pid, signal);
    const giveUpAt = performance.now() + STOP_PATIENCE_MS / 2;
    while (isAlive(pid) && performance.now() < giveUpAt) await wait(POLL_MS);
  }
  rmSync(files.announcement, { force: true });
}

/** The server as its own pid file tells, unless the file outlived it. */
function runningServer(files: Files): Server | null {
  const file = join(files.data, "postmaster.pid");
  const lines = readIfThere(file)?.split("\n") ?? [];
  const [pid = 0, port = 0] = [Number(lines[0]), Number(lines[3])];
  if (lines.length === 0 || pid === NOBODY) return null;
  if (isAlive(pid) && commandLine(pid).includes(clusterName(files))) {
    return { pid, port, isReady: lines[7]?.trim() === "ready" };
  }
  // PostgreSQL takes any process of that number for the old server, even one that is dead and not yet collected. The
  // rest of the file stays: by it the new server sees that no process of the old one is left at work.
  writeFileSync(file, [NOBODY, ...lines.slice(1)].join("\n"));
  return null;
}

function commandLine(pid: number): string {
  if (process.platform === "linux") return readIfThere(`/proc/${pid}/cmdline`) ?? "";
  return spawnSync("ps", ["-ww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" }).stdout;
}

/** Stands in the server's arguments, so that its process can be told from others. */
function clusterName(files: Files): string {
  return `kuota:${files.data.replaceAll(/[^\w./-]/g, "_").slice(-50)}`;
}

function createCluster(files: Files, binaries: Binaries, account: Account | undefined): void {
  const unfinished = `${files.data}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  if (account) chownSync(unfinished, account.uid, account.gid);
  const where = { cwd: unfinished, account };
  runProgram(binaries, "initdb", where, [
    ...["--username=postgres", "--auth=reject", "--encoding=UTF8", "--no-locale"],
    ...(binaries.majorVersion >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : []),
  ]);
  const password = randomBytes(16).toString("hex");
  // The superuser has no password and no way in; the product works as the owner of its database, as in production.
  const statements = [
    `CREATE ROLE kuota LOGIN CREATEDB CREATEROLE PASSWORD '${password}'`,
    "CREATE DATABASE kuota OWNER kuota",
  ];
  runProgram(binaries, "postgres", where, ["--single", "postgres"], `${statements.join("\n")}\n`);
  writeFileSync(join(unfinished, "pg_hba.conf"), "host all kuota 127.0.0.1/32 scram-sha-256\n");
  writeFileSync(join(unfinished, PASSWORD_FILE), password, { mode: 0o600 });
  renameSync(unfinished, files.data);
}

function runProgram(
  binaries: Binaries,
  program: string,
  { cwd, account }: { cwd: string; account: Account | undefined },
  args: readonly string[],
  input = "",
): void {
  const [mode = "", ...rest] = args;
  const { status, error, stderr } = spawnSync(
    join(binaries.directory, "bin", program),
    [mode, "-D", dataArgument(cwd, account), ...rest],
    { cwd, input, encoding: "utf8", env: SYSTEM_SETTINGS, ...account },
  );
  if (status !== 0) throw new Error(`PostgreSQL's ${program} failed: ${error?.message ?? stderr}`);
}

/**
 * Another account than ours may not be allowed to walk down to the directory by its name. It is put there by
 * its working directory instead, which Linux lets it reach without the walk.
 */
function dataArgument(directory: string, account: Account | undefined): string {
  return account && process.platform === "linux" ? "/proc/self/cwd" : directory;
}

function requireSameVersion(files: Files, binaries: Binaries): void {
  const written = Number(readFileSync(join(files.data, "PG_VERSION"), "utf8"));
  if (written === binaries.majorVersion) return;
  throw new Error(
    `${files.data} was written by PostgreSQL ${written}; this is ${binaries.majorVersion}. Move it away, or set DATABASE_URL to a server that runs it.`,
  );
}

/** Gives the port once the server accepts connections, or null when it has ended instead. */
async function startServer(
  files: Files,
  binaries: Binaries,
  account: Account | undefined,
  port: number,
): Promise<number | null> {
  const keeper = spawnKeeper(files, binaries, account, port);
  const giveUpAt = performance.now() + START_PATIENCE_MS;
  while (keeper.exitCode === null && keeper.signalCode === null && performance.now() < giveUpAt) {
    if (runningServer(files)?.isReady) return port;
    await wait(POLL_MS);
  }
  return null;
}

function spawnKeeper(
  files: Files,
  binaries: Binaries,
  account: Account | undefined,
  port: number,
): ChildProcess {
  const order = {
    command: join(binaries.directory, "bin", "postgres"),
    args: [
      ...["-D", dataArgument(files.data, account), "-p", String(port)],
      ...Object.entries(settings(files)).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    cwd: files.data,
    log: files.log,
    users: files.users,
    announcement: files.announcement,
    env: SYSTEM_SETTINGS,
    ...account,
  };
  const keeper = spawn(process.execPath, [KEEPER, JSON.stringify(order)], {
    cwd: dirname(files.data),
    detached: true,
    stdio: "ignore",
    // Without our preloads: the keeper must outlive us when others use the server too.
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  keeper.unref();
  return keeper;
}

/** Durable, as in production, and otherwise as quick as a machine with a solid-state disk allows. */
function settings(files: Files): Record<string, string> {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return {
    cluster_name: clusterName(files),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "100",
    fsync: "on",
    synchronous_commit: "on",
    shared_buffers: memory >= 4_000_000_000 ? "512MB" : "256MB",
    max_wal_size: "4GB",
    wal_compression: "pglz",
    checkpoint_timeout: "15min",
    random_page_cost: "1.1",
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    log_checkpoints: "off",
  };
}
