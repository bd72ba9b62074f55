/**
 * Runs one PostgreSQL server for as long as somebody uses it.
 *
 * Every use of the server has a file in `users`, named `<pid>.<number>` and holding the process's
 * birth mark. The keeper stops the server (fast shutdown) when none of those processes is alive any
 * more, however they ended, and leaves with it. It stands in a session of its own, so Ctrl-C in a terminal reaches the users
 * first and the server only after them.
 *
 * `announcement` exists exactly while the server is being kept. It is withdrawn before the last
 * look at `users`: a newcomer registers first and looks for the announcement second, so one of
 * the two always sees the other.
 *
 * @typedef {{ command: string, args: string[], cwd: string, log: string, users: string,
 *   announcement: string, uid?: number, gid?: number, env: Record<string, string> }} Order
 */
import { spawn } from "node:child_process";
import { openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { birthMark, isAlive } from "./alive.js";

const POLL_MS = 250;
const FAST_SHUTDOWN_MS = 20_000;

/** @type {Order} */
const order = JSON.parse(process.argv[2] ?? "");
const log = openSync(order.log, "a");
const server = spawn(order.command, order.args, {
  cwd: order.cwd,
  env: order.env,
  stdio: ["ignore", log, log],
  ...(order.uid === undefined ? {} : { uid: order.uid, gid: order.gid }),
});

/**
 * What `read` gives, or `otherwise` when the file or folder is not there (any more).
 *
 * @template T
 * @param {() => T} read @param {T} otherwise
 */
function ifThere(read, otherwise) {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return otherwise;
    throw error;
  }
}

/** Uses whose process still runs; the files of the others are removed. */
function countUsers() {
  let users = 0;
  for (const name of ifThere(() => readdirSync(order.users), [])) {
    const file = join(order.users, name);
    const mark = ifThere(() => readFileSync(file, "utf8"), null);
    if (mark !== null && isAlive(Number.parseInt(name, 10), mark)) users += 1;
    else rmSync(file, { force: true });
  }
  return users;
}

function announce() {
  ifThere(() => writeFileSync(order.announcement, `${process.pid} ${birthMark(process.pid)}`), undefined);
}

function withdraw() {
  rmSync(order.announcement, { force: true });
}

function stopServer() {
  clearInterval(poll);
  withdraw();
  server.kill("SIGINT");
  setTimeout(() => server.kill("SIGQUIT"), FAST_SHUTDOWN_MS).unref();
}

announce();
const poll = setInterval(() => {
  if (countUsers() > 0) return;
  withdraw();
  if (countUsers() > 0) announce();
  else stopServer();
}, POLL_MS);

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, stopServer);
server.on("error", (error) => {
  withdraw();
  writeFileSync(log, `${error.message}\n`);
  process.exit(1);
});
server.on("exit", (code) => {
  withdraw();
  process.exit(code ?? 1);
});
process.on("exit", () => server.kill("SIGINT"));
