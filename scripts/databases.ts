import { rmSync } from "node:fs";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { birthMark, isAlive } from "./alive";
import { startPostgres } from "./postgres";
import { dataDirectory, type Run } from "./processes";

export type TestDatabase = { readonly url: string; drop(): Promise<void> };

/** What the demo's Stripe stand-in remembers: the payment pages that the demo's database knows of. */
export const standInState = join(dataDirectory, "stripe-stand-in.json");

const TEST_PREFIX = "kuota_test";

/** The database that operators' commands work on: `DATABASE_URL`, else the demo's, which runs until the command ends. */
export async function openDatabase(run: Run): Promise<string> {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  const server = await startPostgres({ directory: join(dataDirectory, "postgres") });
  run.atEnd(server.stop);
  return server.url;
}

/**
 * Replaces the demo's database by an empty one.
 *
 * @throws Error while the demo or another program is connected to it.
 */
export async function recreateDemoDatabase(databaseUrl: string): Promise<void> {
  const name = databaseName(databaseUrl);
  await withConnection(withDatabaseName(databaseUrl, "postgres"), async (sql) => {
    const others = await sql`select pid from pg_stat_activity where datname = ${name}`;
    if (others.length > 0) throw new Error("The demo's database is in use. Stop npm run demo first.");
    await sql`drop database ${sql(name)}`;
    await sql`create database ${sql(name)}`;
  });
  rmSync(standInState, { force: true });
}

/** A server for tests: that of `DATABASE_URL`, else an embedded one of their own. */
export async function openTestServer(): Promise<{ url: string; stop(): Promise<void> }> {
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, stop: async () => undefined };
  return startPostgres({ directory: join(dataDirectory, "test-postgres") });
}

/**
 * A new, empty database on the server, sorted by code point whatever the server's habit. Databases of test runs
 * of this machine that died before they could drop them are dropped on the way.
 */
export async function createTestDatabase(serverUrl: string, purpose: string): Promise<TestDatabase> {
  const name = `${TEST_PREFIX}_${purpose}_${process.pid}_${birthMark(process.pid) || "0"}`;
  await withConnection(serverUrl, async (sql) => {
    await dropAbandoned(sql);
    await dropDatabase(sql, name);
    await sql`create database ${sql(name)} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`;
  });
  return {
    url: withDatabaseName(serverUrl, name),
    drop: () => withConnection(serverUrl, (sql) => dropDatabase(sql, name)),
  };
}

function databaseName(url: string): string {
  return new URL(url).pathname.slice(1);
}

function withDatabaseName(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function dropAbandoned(sql: Sql): Promise<void> {
  const rows = await sql<{ datname: string }[]>`
    select datname from pg_database
    where datname like ${`${TEST_PREFIX}\\_%`} and pg_get_userbyid(datdba) = current_user`;
  for (const { datname } of rows) {
    const [mark, pid] = datname.split("_").reverse();
    if (!isAlive(Number(pid), mark === "0" ? "" : mark)) {
      await dropDatabase(sql, datname);
    }
  }
}

/**
 * Ends who is connected to a database, and drops it. Not by force: that is refused to whoever is no superuser while the
 * server vacuums the database by itself; a drop without it ends the vacuuming.
 */
async function dropDatabase(sql: Sql, name: string): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name} and usename = current_user`;
  await sql`drop database if exists ${sql(name)}`;
}

async function withConnection(url: string, work: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => undefined });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
