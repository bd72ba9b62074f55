import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { closeDatabases } from "@/db/client";
import { migrate } from "@/db/migrate";
import { recordEvents } from "@/lib/metering/metering";
import { deliveredEvent, sender } from "@/lib/metering/testing";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { backUp, restore } from "./backup";
import { createTestDatabase, type TestDatabase } from "./databases";

const folder = mkdtempSync(join(tmpdir(), "kuota-backup-"));
const file = join(folder, "kuota.dump");
let source: TestDatabase;
let target: TestDatabase;

beforeAll(async () => {
  const server = process.env.DATABASE_URL ?? "";
  source = await createTestDatabase(server, "backup");
  target = await createTestDatabase(server, "restored");
  await migrate(source.url);
  vi.stubEnv("DATABASE_URL", source.url);
  for (let n = 0; n < 2; n++) {
    const { slug } = await newTestOrganization();
    await recordEvents(sender, [deliveredEvent(slug, "a"), deliveredEvent(slug, "b")]);
  }
  await closeDatabases();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await source.drop();
  await target.drop();
});

/** The programs of a machine dump servers of their own version and older. */
async function canBackUp(): Promise<boolean> {
  const [, major = "0"] =
    / (\d+)/.exec(spawnSync("pg_dump", ["--version"], { encoding: "utf8" }).stdout ?? "") ?? [];
  return Number(major) >= Number(await ask(source.url, "show server_version_num")) / 10_000 - 1;
}

async function ask(url: string, query: string): Promise<string> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    const [row] = await sql.unsafe(query);
    return String(Object.values(row ?? {})[0]);
  } finally {
    await sql.end();
  }
}

test("a backup has every row of every organization, and the restored database is sound behind the same walls; where the programs do not fit, that is said", {
  timeout: 120_000,
}, async () => {
  if (!(await canBackUp())) {
    await expect(backUp(source.url, file)).rejects.toThrow(/^pg_dump (is not installed|failed: .*version)/s);
    return;
  }
  const { rows, walls } = await backUp(source.url, file);
  expect(walls).toContain("messages");
  expect(rows).toMatchObject({ "public.organizations": 2, "public.messages": 4, "public.event_keys": 4 });
  expect(await restore(target.url, file)).toMatchObject({ rows });
  const behind = (settings: string) =>
    ask(target.url, `begin; set local role kuota_app; ${settings} select count(*) from messages`);
  expect(await behind("")).not.toBe("4");
  await expect(restore(target.url, file)).rejects.toThrow("not empty");

  const manifest = JSON.parse(readFileSync(`${file}.json`, "utf8"));
  writeFileSync(`${file}.json`, JSON.stringify({ ...manifest, rows: { ...rows, "public.messages": 5 } }));
  const other = await createTestDatabase(source.url, "restored_wrong");
  await expect(restore(other.url, file)).rejects.toThrow("public.messages (4 instead of 5)");
  await other.drop();
});
