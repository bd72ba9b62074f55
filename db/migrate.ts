import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as runMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { z } from "zod";

const FOLDER = join(process.cwd(), "db", "migrations");
const LOCK = 5_682_001;

const journal = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) });

/** Brings a database to the newest schema. Safe to call from several processes at once: they take turns. */
export async function migrate(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`select pg_advisory_lock(${LOCK})`;
    await runMigrations(drizzle(sql), { migrationsFolder: FOLDER });
    await sql`select ensure_message_partitions((now() - interval '1 month')::date, (now() + interval '12 months')::date)`;
    await sql`select secure_tables()`;
  } finally {
    await sql.end();
  }
}

/**
 * Makes the monthly partitions of `messages` that the year ahead lacks, so that none of them begins in the default
 * partition. Gives up at once when somebody holds the table: the next time will do.
 *
 * @returns how many were made
 */
export async function addPartitions(databaseUrl: string): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1, connect_timeout: 10, onnotice: () => {} });
  const partitions = async () => {
    const [row] =
      await sql`select count(*)::int as count from pg_inherits where inhparent = 'messages'::regclass`;
    return Number(row?.count);
  };
  try {
    await sql`set lock_timeout = '2s'`;
    const before = await partitions();
    await sql`select ensure_message_partitions(now()::date, (now() + interval '12 months')::date)`;
    return (await partitions()) - before;
  } finally {
    await sql.end();
  }
}

/** The names of the migrations that the database lacks; empty when it is up to date. */
export async function pendingMigrations(databaseUrl: string): Promise<string[]> {
  const { entries } = journal.parse(
    JSON.parse(await readFile(join(FOLDER, "meta", "_journal.json"), "utf8")),
  );
  const sql = postgres(databaseUrl, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    const [table] = await sql`select to_regclass('drizzle.__drizzle_migrations') is not null as exists`;
    const applied = table?.exists ? await sql`select created_at from drizzle.__drizzle_migrations` : [];
    const known = new Set(applied.map((row) => Number(row.created_at)));
    return entries.filter(({ when }) => !known.has(when)).map(({ tag }) => tag);
  } finally {
    await sql.end();
  }
}
