import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import postgres, { type Sql } from "postgres";
import { z } from "zod";
import { invariants } from "@/db/invariants";
import { migrate } from "@/db/migrate";

/** What a backup holds, written beside it: rows of every table, and the migrations that made them. */
const manifestSchema = z.object({
  takenAt: z.string(),
  server: z.string(),
  migrations: z.number(),
  rows: z.record(z.string(), z.number()),
  /** Tables whose rows each organization sees its own of only. */
  walls: z.array(z.string()),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** Every wall opened: a dump that saw one organization only would look whole. */
const ALL_ORGANIZATIONS = "-c kuota.all_organizations=yes";

/**
 * Writes the whole database to a file, as one moment saw it, with pg_dump of this machine, and beside it `<file>.json` with
 * the rows of every table at that same moment. The app goes on meanwhile.
 *
 * @throws Error when pg_dump is missing, older than the server, or fails
 */
export async function backUp(databaseUrl: string, file: string): Promise<Manifest> {
  requireProgram("pg_dump");
  return withDatabase(databaseUrl, (sql) =>
    sql.begin("isolation level repeatable read read only", async (tx) => {
      const [at] = await tx`
        select pg_export_snapshot() as snapshot, now()::text as taken_at, current_setting('server_version') as server`;
      const manifest = {
        takenAt: String(at?.taken_at),
        server: String(at?.server),
        migrations: await count(tx, "drizzle.__drizzle_migrations"),
        rows: await countRows(tx),
        walls: await walls(tx),
      };
      run(databaseUrl, "pg_dump", [
        ...["--format=custom", "--no-owner", "--enable-row-security"],
        ...[`--snapshot=${at?.snapshot}`, `--file=${file}`],
      ]);
      writeFileSync(`${file}.json`, `${JSON.stringify(manifest, null, 2)}\n`);
      return manifest;
    }),
  );
}

/**
 * Fills an empty database from a backup, and compares: the same rows in every table, every invariant, the wall between the
 * organizations. A backup of an older release is migrated.
 *
 * @throws Error when the database is not empty, pg_restore fails, or anything differs
 */
export async function restore(databaseUrl: string, file: string): Promise<Manifest> {
  requireProgram("pg_restore");
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(`${file}.json`, "utf8")));
  await withDatabase(databaseUrl, async (sql) => {
    if (Object.keys(await countRows(sql)).length > 0) {
      throw new Error("The database is not empty. Restore into a new one.");
    }
    // Roles belong to the server, not to the database: a dump has none.
    await sql.unsafe(`
      do $$ begin
        if not exists (select from pg_roles where rolname = 'kuota_app') then create role kuota_app nologin; end if;
        execute format('grant kuota_app to %I', current_user);
      end $$`);
  });
  run(databaseUrl, "pg_restore", [
    ...["--dbname=", "--no-owner", "--enable-row-security", "--exit-on-error", "--single-transaction"],
    file,
  ]);
  await withDatabase(databaseUrl, async (sql) => requireSameRows(manifest.rows, await countRows(sql)));
  await migrate(databaseUrl);
  await withDatabase(databaseUrl, (sql) => requireSound(sql, manifest.walls));
  return manifest;
}

function requireSameRows(expected: Manifest["rows"], found: Manifest["rows"]): void {
  const tables = new Set([...Object.keys(expected), ...Object.keys(found)]);
  const different = [...tables].filter((table) => expected[table] !== found[table]);
  if (different.length === 0) return;
  const told = different.map(
    (table) => `${table} (${found[table] ?? "none"} instead of ${expected[table] ?? "none"})`,
  );
  throw new Error(`The restored tables differ: ${told.join(", ")}`);
}

async function requireSound(sql: Sql, expected: readonly string[]): Promise<void> {
  const broken: string[] = [];
  for (const { name, violations } of invariants) {
    if ((await sql.unsafe(violations)).length > 0) broken.push(name);
  }
  const standing = await walls(sql);
  for (const table of expected.filter((name) => !standing.includes(name))) {
    broken.push(`${table} has no wall between the organizations`);
  }
  if (broken.length > 0) throw new Error(`The restored database is not sound: ${broken.join("; ")}`);
}

async function walls(sql: Pick<Sql, "unsafe">): Promise<string[]> {
  const tables = await sql.unsafe<{ name: string }[]>(`
    select c.relname as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relrowsecurity and c.relforcerowsecurity
      and exists (select from pg_policy p where p.polrelid = c.oid) order by 1`);
  return tables.map(({ name }) => name);
}

/** Of every table, partitions counted with the table that they belong to. */
async function countRows(sql: Pick<Sql, "unsafe">): Promise<Manifest["rows"]> {
  const tables = await sql.unsafe<{ name: string }[]>(`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'drizzle') order by 1`);
  const rows: Record<string, number> = {};
  for (const { name } of tables) rows[name] = await count(sql, name);
  return rows;
}

async function count(sql: Pick<Sql, "unsafe">, table: string): Promise<number> {
  const [row] = await sql.unsafe<{ rows: string }[]>(`select count(*) as rows from ${table}`);
  return Number(row?.rows);
}

function requireProgram(program: string): void {
  if (spawnSync(program, ["--version"]).status === 0) return;
  throw new Error(
    `${program} is not installed. Install PostgreSQL's client programs, of the server's version or newer.`,
  );
}

/** The password stays out of the list of processes. */
function run(databaseUrl: string, program: string, args: readonly string[]): void {
  const { hostname, port, username, password, pathname, searchParams } = new URL(databaseUrl);
  const sslMode = searchParams.get("sslmode");
  const database = decodeURIComponent(pathname.slice(1));
  const { status, stderr } = spawnSync(
    program,
    args.map((arg) => (arg === "--dbname=" ? `--dbname=${database}` : arg)),
    {
      encoding: "utf8",
      env: {
        ...process.env,
        PGHOST: hostname,
        PGPORT: port || "5432",
        PGUSER: decodeURIComponent(username),
        PGPASSWORD: decodeURIComponent(password),
        PGDATABASE: database,
        PGOPTIONS: ALL_ORGANIZATIONS,
        ...(sslMode && { PGSSLMODE: sslMode }),
      },
    },
  );
  if (status !== 0) throw new Error(`${program} failed: ${stderr.trim()}`);
}

async function withDatabase<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, {
    max: 1,
    onnotice: () => undefined,
    connection: { "kuota.all_organizations": "yes" },
  });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
