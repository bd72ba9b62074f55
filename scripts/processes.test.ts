import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { isAlive } from "./alive";
import { hashSources } from "./app";
import { freePort, requireFreePort, root } from "./processes";

const folder = mkdtempSync(join(tmpdir(), "kuota-processes-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function ends(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (!isAlive(pid)) return true;
    await wait(100);
  }
  return false;
}

/** A command that starts a service, prints the service's pid and waits, as the demo does. */
const COMMAND = `
  import { runCommand } from ${JSON.stringify(join(root, "scripts/processes.ts"))};
  await runCommand(7, async (run) => {
    const service = { name: "service", command: process.execPath, args: ["-e", "setInterval(() => {}, 1000)"] };
    console.log(run.start(service).pid);
    await new Promise(() => setInterval(() => {}, 1000));
    return 0;
  });`;

async function startCommand() {
  const child = spawn(process.execPath, ["--import=tsx", "--input-type=module", "-e", COMMAND], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await once(child.stdout, "data");
  return { child, service: Number(String(line)) };
}

describe("what a command has started", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "is ended before the command leaves on %s",
    async (signal) => {
      const { child, service } = await startCommand();
      child.kill(signal);
      const [code] = await once(child, "exit");
      expect(code).toBe(7);
      expect(isAlive(service)).toBe(false);
    },
  );
  test("ends soon after a command that was killed", async () => {
    const { child, service } = await startCommand();
    child.kill("SIGKILL");
    expect(await ends(service)).toBe(true);
  });
});

describe("ports", () => {
  test("a port in use is refused with the variable that chooses another", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await expect(requireFreePort(port, "PORT")).rejects.toThrow(`choose another: PORT=${port + 1}`);
    server.close();
  });
  test("a free port is accepted and left free", async () => {
    const port = await freePort();
    await requireFreePort(port, "PORT");
    await requireFreePort(port, "PORT");
  });
});

describe("whether the app must be built again", () => {
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
    return hashSources(folder);
  };
  test("sources and settings count, tests and pages of text do not", () => {
    const first = write("lib/money/money.ts", "export const one = 1;");
    expect(write("lib/money/money.test.ts", "test")).toBe(first);
    expect(write("lib/money/README.md", "words")).toBe(first);
    expect(write("vitest.config.ts", "export default {};")).toBe(first);
    const second = write("next.config.js", "export default {};");
    expect(second).not.toBe(first);
    expect(write("lib/money/money.ts", "export const one = 2;")).not.toBe(second);
  });
  test("a renamed file counts", () => {
    const before = write("app/a.tsx", "page");
    rmSync(join(folder, "app/a.tsx"));
    expect(write("app/b.tsx", "page")).not.toBe(before);
  });
});
