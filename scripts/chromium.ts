import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { chromium } from "@playwright/test";
import { readIfThere } from "./lock";
import { nodeTask, type Run } from "./processes";

const SYSTEM_BROWSERS = [
  "chromium",
  "chromium-browser",
  "google-chrome-stable",
  "google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * The browser for the tests: `KUOTA_CHROMIUM`, else the system's, else Playwright's own, else one that is
 * installed now (Debian's as root, Playwright's otherwise). Undefined means Playwright's own.
 *
 * @throws Error when none can be had.
 */
export async function findChromium(run: Run, logs: string): Promise<string | undefined> {
  if (process.env.KUOTA_CHROMIUM) return process.env.KUOTA_CHROMIUM;
  const found = systemChromium();
  if (found) return found;
  if (existsSync(chromium.executablePath())) return undefined;
  console.error("Installing Chromium …");
  const isRoot = process.getuid?.() === 0;
  if (isRoot && isDebian()) {
    await installDebianPackage(run, join(logs, "chromium.log"));
    const installed = systemChromium();
    if (installed) return installed;
  }
  const args = ["install", ...(isRoot ? ["--with-deps"] : []), "chromium"];
  const code = await run.exitCode(nodeTask("playwright install", "@playwright/test/cli.js", args));
  if (code !== 0) throw new Error("There is no Chromium, and none could be installed.");
  return undefined;
}

/** One that answers: on some systems the command is there and only says how to install it. */
function systemChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return SYSTEM_BROWSERS.flatMap((name) =>
    isAbsolute(name) ? name : folders.map((folder) => join(folder, name)),
  )
    .filter((path) => existsSync(path))
    .find((path) => spawnSync(path, ["--version"], { stdio: "ignore" }).status === 0);
}

function isDebian(): boolean {
  return /^ID=debian$/m.test(readIfThere("/etc/os-release") ?? "");
}

async function installDebianPackage(run: Run, log: string): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    await run.exitCode({ name: "apt-get", command: "apt-get", args, env, log });
  }
}
