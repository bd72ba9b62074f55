import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, describe, expect, test } from "vitest";
import { startPostgres } from "./postgres";
import { accepts } from "./processes";

const folder = mkdtempSync(join(tmpdir(), "kuota-postgres-"));
const directory = join(folder, "data");
const USER = `
  import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, "postgres.ts"))};
  const { url } = await startPostgres({ directory: ${JSON.stringify(directory)} });
  process.stdout.write(url);
  setInterval(() => {}, 1000);`;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function ask(url: string): Promise<string> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => undefined });
  try {
    const [row] = await sql<{ answer: string }[]>`select current_setting('server_version_num') as answer`;
    return row?.answer ?? "";
  } finally {
    await sql.end();
  }
}

/** Another process that uses the same server, as a second terminal would. */
async function otherUser() {
  const child = spawn(process.execPath, ["--import=tsx", "--input-type=module", "-e", USER], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: join(import.meta.dirname, ".."),
  });
  const [url] = await once(child.stdout, "data");
  return { url: String(url), child };
}

/** The pids of the server and of its keeper, while they run. */
function processes() {
  const server = Number(readFileSync(`${directory}/postmaster.pid`, "utf8").split("\n")[0]);
  const keeper = Number(readFileSync(`${directory}.keeper`, "utf8").split(" ")[0]);
  return { server, keeper };
}

/** Whether the server goes away within twenty seconds: a busy disk makes it wait. */
async function goesAway(url: string): Promise<boolean> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (!(await accepts(Number(new URL(url).port)))) return true;
    await wait(100);
  }
  return false;
}

describe.sequential("the embedded PostgreSQL", () => {
  test("two processes share one server, which stops with the second", async () => {
    const mine = await startPostgres({ directory });
    const theirs = await otherUser();
    expect(theirs.url).toBe(mine.url);
    await mine.stop();
    expect(Number(await ask(theirs.url))).toBeGreaterThan(150_000);
    theirs.child.kill("SIGTERM");
    expect(await goesAway(theirs.url)).toBe(true);
  });

  test("a user killed with SIGKILL leaves no server behind", async () => {
    const { url, child } = await otherUser();
    child.kill("SIGKILL");
    expect(await goesAway(url)).toBe(true);
  });

  test("a server whose user and keeper were killed is replaced and its data are kept", async () => {
    const { url, child } = await otherUser();
    const sql = postgres(url, { max: 1 });
    await sql`create table kept as select 42 as answer`;
    await sql.end();
    process.kill(processes().keeper, "SIGKILL");
    child.kill("SIGKILL");
    await once(child, "exit");
    const again = await startPostgres({ directory });
    const next = postgres(again.url, { max: 1 });
    expect(await next`select answer from kept`).toEqual([{ answer: 42 }]);
    await next.end();
    await again.stop();
    expect(await goesAway(again.url)).toBe(true);
  });

  test("a server killed with SIGKILL is no hindrance, though its number belongs to another process now", async () => {
    const { child } = await otherUser();
    const { server, keeper } = processes();
    for (const pid of [keeper, server]) process.kill(pid, "SIGKILL");
    child.kill("SIGKILL");
    await once(child, "exit");
    await wait(500);
    const record = readFileSync(`${directory}/postmaster.pid`, "utf8");
    writeFileSync(`${directory}/postmaster.pid`, record.replace(/^\d+/, String(process.pid)));
    const again = await startPostgres({ directory });
    expect(Number(await ask(again.url))).toBeGreaterThan(150_000);
    await again.stop();
  });

  test("the server listens on 127.0.0.1 alone and the product is no superuser", async () => {
    const server = await startPostgres({ directory });
    const sql = postgres(server.url, { max: 1 });
    const [row] = await sql`
      select current_setting('listen_addresses') as addresses,
        current_setting('is_superuser') as superuser, current_setting('fsync') as fsync`;
    expect(row).toEqual({ addresses: "127.0.0.1", superuser: "off", fsync: "on" });
    await sql.end();
    await server.stop();
  });
});
