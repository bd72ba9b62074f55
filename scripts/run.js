/**
 * `node scripts/run.js <command> [arguments]`: what every npm script calls.
 *
 * Plain JavaScript without dependencies, because it must run before `npm ci` has: it checks the
 * version of Node, installs what package-lock.json asks for and node_modules lacks, and hands over
 * to the command, which is TypeScript. `.env` is read for all commands but the tests.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { birthMark, callerOfScript, isAlive } from "./alive.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 9];
const PARENT_POLL_MS = 500;

/** @type {Record<string, string[]>} */
const COMMANDS = {
  demo: ["demo.ts"],
  dev: ["demo.ts", "--dev"],
  test: ["test.ts"],
  verify: ["verify.ts"],
  kuota: ["kuota.ts"],
  start: ["start.ts"],
  bench: ["bench/main.ts"],
  soak: ["soak/main.ts"],
  screenshots: ["screenshots.ts"],
};

/** What a server is operated with: without the packages that only developing needs. */
const OPERATED = ["kuota", "verify"];

/** @param {string} message @returns {never} */
function refuse(message) {
  console.error(message);
  process.exit(1);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  refuse(`Kuota needs Node ${OLDEST_NODE.join(".")} or newer; this is ${process.versions.node}.`);
}

/** @param {string} file @returns {Record<string, { version?: string, optional?: boolean, dev?: boolean, link?: boolean }>} */
function lockedPackages(file) {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")).packages ?? {}) : {};
}

/**
 * Names the first package that node_modules lacks, compared with npm's own record of what it
 * installed (written last, so an interrupted installation counts as none).
 *
 * @param {boolean} withDevelopment
 */
function missingPackage(withDevelopment) {
  const wanted = lockedPackages(join(root, "package-lock.json"));
  const installed = lockedPackages(join(root, "node_modules", ".package-lock.json"));
  return Object.entries(wanted).find(
    ([path, { version, optional, dev, link }]) =>
      path !== "" &&
      !link &&
      (withDevelopment || !dev) &&
      installed[path]?.version !== version &&
      !(optional && !installed[path]),
  )?.[0];
}

function install() {
  const npm = process.env.npm_execpath?.endsWith(".js")
    ? [process.execPath, process.env.npm_execpath]
    : ["npm"];
  console.error("Installing the dependencies …");
  const { status } = spawnSync(
    npm[0] ?? "npm",
    [...npm.slice(1), "ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"],
    { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" },
  );
  if (status !== 0) refuse("`npm ci` failed; its message is above.");
}

/** @param {string} command */
function requirePackages(command) {
  if (command === "start") {
    const missing = missingPackage(false);
    if (missing)
      refuse(`${missing} is not installed as package-lock.json says. Run: npm ci && npm run build`);
  } else if (missingPackage(!OPERATED.includes(command))) {
    install();
  }
}

/**
 * Calls back when npm, which called us, has ended. It passes SIGTERM on to its shell only, which keeps it to itself.
 *
 * @param {() => void} callback
 * @returns {() => void} stops the watch
 */
function onEndOfNpm(callback) {
  const npm = process.env.npm_lifecycle_event ? callerOfScript() : 0;
  const npmBorn = birthMark(npm);
  const poll = setInterval(() => {
    if (npm === 0 || isAlive(npm, npmBorn)) return;
    clearInterval(poll);
    callback();
  }, PARENT_POLL_MS);
  poll.unref();
  return () => clearInterval(poll);
}

/**
 * Runs a command's TypeScript until it ends. Ctrl-C reaches it by itself; other signals are passed
 * on, and it is stopped when npm, which started us, is killed.
 *
 * @param {string} command @param {string[]} args @returns {Promise<number>}
 */
function runTypeScript(command, args) {
  const environmentFile = join(root, ".env");
  const readsEnvironmentFile = command !== "test" && command !== "start";
  const [script = "", ...fixedArgs] = COMMANDS[command] ?? [];
  const child = spawn(
    process.execPath,
    [
      ...(readsEnvironmentFile && existsSync(environmentFile) ? [`--env-file=${environmentFile}`] : []),
      `--require=${join(root, "scripts", "leave-with-parent.cjs")}`,
      "--import=tsx",
      "--conditions=react-server",
      join(root, "scripts", script),
      ...fixedArgs,
      ...args,
    ],
    {
      cwd: root,
      stdio: "inherit",
      env: {
        ...process.env,
        KUOTA_PARENT_PID: String(process.pid),
        KUOTA_CALLED_AT: String(performance.timeOrigin),
        INIT_CWD: process.env.INIT_CWD ?? process.cwd(),
      },
    },
  );
  /** @type {NodeJS.Signals[]} */
  const passedOn = ["SIGTERM", "SIGHUP"];
  for (const signal of passedOn) process.on(signal, () => child.kill(signal));
  const waitForChild = () => undefined;
  process.on("SIGINT", waitForChild);
  const stopWatching = onEndOfNpm(() => child.kill("SIGTERM"));
  return new Promise((resolve) => {
    child.on("exit", (code, signal) => {
      stopWatching();
      for (const name of passedOn) process.removeAllListeners(name);
      process.removeListener("SIGINT", waitForChild);
      resolve(code ?? (signal ? 1 : 0));
    });
  });
}

/** Reads `.env` and its variants as Next does, so that the check before the start sees what Next will see. */
function loadProductionEnvironment() {
  process.chdir(root);
  const requireFromNext = createRequire(createRequire(import.meta.url).resolve("next"));
  requireFromNext("@next/env").loadEnvConfig(root, false, { info: () => undefined, error: console.error });
}

/** This process becomes Next's server: a supervisor sees one process, and its signals reach the server. */
async function becomeServer() {
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  process.argv = [
    process.execPath,
    next,
    "start",
    "-p",
    process.env.PORT || "3000",
    "-H",
    process.env.HOST || "127.0.0.1",
  ];
  onEndOfNpm(() => process.kill(process.pid, "SIGTERM"));
  // lib/shutdown.ts ends the server in order.
  process.env.NEXT_MANUAL_SIG_HANDLE = "1";
  await import(pathToFileURL(next).href);
}

requireNode();
const [command = "", ...given] = process.argv.slice(2);
// npm takes the first "--" away; called directly, it is still there.
const args = given[0] === "--" ? given.slice(1) : given;
const script = COMMANDS[command]?.[0];
if (!script || !existsSync(join(root, "scripts", script))) {
  refuse(`Unknown command "${command}". There are: ${Object.keys(COMMANDS).join(", ")}.`);
}
requirePackages(command);
if (command === "start") loadProductionEnvironment();
const code = await runTypeScript(command, args);
if (command === "start" && code === 0) await becomeServer();
else process.exit(code);
