import "server-only";
import { makePgArray, parsePgArray } from "drizzle-orm/pg-core/utils/array";
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres, { type Sql, type TransactionSql } from "postgres";
import { env } from "@/lib/env";
import { withoutData } from "./faults";
import { type Line, patientSocket, told, watchedClient, whileConnected } from "./lost-connections";
import { type Turns, takeTurn } from "./turns";

/**
 * An open transaction, spoken to through Drizzle. Every query of the product runs in one, as the role kuota_app,
 * behind the wall that its opener chose: one organization, or all of them.
 */
export type Transaction = Parameters<Parameters<PostgresJsDatabase["transaction"]>[0]>[0];

type Databases = { readonly main: Connection; readonly replica: Connection };
type Connection = { readonly sql: Sql; readonly orm: PostgresJsDatabase; readonly turns: Turns };

// One set of pools per process, however many bundles import this file.
const shared = globalThis as typeof globalThis & { kuotaDatabases?: Databases };

function databases(): Databases {
  if (!shared.kuotaDatabases) {
    const main = connect(env().DATABASE_URL);
    const replicaUrl = env().DATABASE_REPLICA_URL;
    shared.kuotaDatabases = { main, replica: replicaUrl ? connect(replicaUrl) : main };
  }
  return shared.kuotaDatabases;
}

/**
 * How arrays are written and read, by the server's numbers for their types. postgres.js would ask for them on every new
 * connection, and one that is reset meanwhile leaves it with a rejection that nobody handles.
 */
const arrayTypes = Object.fromEntries(
  Object.entries({ int4: 1007, text: 1009, uuid: 2951 }).map(([name, type]) => [
    name,
    {
      to: type,
      from: [type],
      serialize: (array: string | string[]) => (typeof array === "string" ? array : makePgArray(array)),
      parse: (text: string) => (name === "int4" ? parsePgArray(text).map(Number) : parsePgArray(text)),
    },
  ]),
);

function connect(url: string): Connection {
  const options = {
    max: env().DATABASE_POOL,
    connect_timeout: 10,
    idle_timeout: 60,
    onnotice: () => {},
    fetch_types: false,
    types: arrayTypes,
    socket: patientSocket,
    connection: { application_name: "kuota", TimeZone: "UTC" },
  };
  const sql = postgres(url, options);
  const turns = { most: options.max, active: 0, waiting: 0 };
  return { sql, orm: drizzle(sql, { casing: "snake_case" }), turns };
}

/** Runs `work` in a transaction that sees and writes one organization's rows only. */
export async function inOrganization<T>(
  organizationId: number,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return run(databases().main, undefined, (tx) => behindWall(tx, String(organizationId), "", work, BY_KEY));
}

/**
 * Plans that are right at any size: what is written goes by key. A prepared statement keeps the plan it was given when
 * its tables were all but empty, and reading a table from end to end is no good any more when they have grown.
 */
const BY_KEY = `, set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
  set_config('enable_mergejoin', 'off', true), set_config('enable_material', 'off', true),
  set_config('jit', 'off', true)`;

/** As `inOrganization`, for reports and charts that may lag behind: on the read replica where there is one. */
export async function readInOrganization<T>(
  organizationId: number,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const readOnly = { accessMode: "read only" } as const;
  return run(databases().replica, readOnly, (tx) => behindWall(tx, String(organizationId), "", work));
}

/** Runs `work` in a transaction that spans organizations: log-in, keys, staff, timers. Never on behalf of a client. */
export async function acrossOrganizations<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
  return run(databases().main, undefined, (tx) => behindWall(tx, "", "yes", work));
}

/** Runs a transaction that ends with its connection, should that be lost: it is undone, and nothing more is sent. Its errors hold no data. */
async function run<T>(
  { orm, turns }: Connection,
  options: { readonly accessMode: "read only" } | undefined,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const line: Line = { isOver: false };
  const turn = takeTurn(turns);
  const running = orm.transaction(async (tx) => {
    turn.begin();
    const { session } = tx as unknown as { session: { client: TransactionSql } };
    session.client = watchedClient(session.client, line);
    return whileConnected(line, () => work(tx));
  }, options);
  const ended = running.catch((error: unknown) => {
    line.isOver = true;
    throw told(withoutData(error));
  });
  return Promise.race([ended, turn.tooLate]).finally(turn.end);
}

async function behindWall<T>(
  tx: Transaction,
  organization: string,
  all: string,
  work: (tx: Transaction) => Promise<T>,
  plans = "",
): Promise<T> {
  const statement = `select set_config('role', 'kuota_app', true), set_config('kuota.organization', $1, true),
    set_config('kuota.all_organizations', $2, true)${plans}`;
  // Sent, but not awaited before the work begins: it travels with the first query, in order, on the same connection.
  const wall = rawSql(tx).unsafe(statement, [organization, all], { prepare: true }).execute();
  const [, result] = await Promise.all([wall, work(tx)]);
  return result;
}

/** The same transaction for hand-written, prepared statements. Times come back as text: select epoch numbers. */
export function rawSql(tx: Transaction): TransactionSql {
  return (tx as unknown as { session: { client: TransactionSql } }).session.client;
}

/** The main pool itself, for LISTEN and NOTIFY, which know no transaction. */
export function listenClient(): Sql {
  return databases().main.sql;
}

/** How the main pool of this process is used: its connections, transactions on them, and transactions that wait for one. */
export function poolUse(): Readonly<Turns> {
  return databases().main.turns;
}

/** Closes every connection once running queries have ended. For scripts and tests. */
export async function closeDatabases(): Promise<void> {
  const open = shared.kuotaDatabases;
  delete shared.kuotaDatabases;
  if (!open) return;
  await open.main.sql.end({ timeout: 5 });
  if (open.replica !== open.main) await open.replica.sql.end({ timeout: 5 });
}
