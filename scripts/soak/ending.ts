import { setTimeout as wait } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import type { Prepared } from "./stage";
import type { Tally } from "./tally";

const PRICE = 586_330_000n;
/** Until webhooks that found nobody are sent again, or the sweep asks for the payment. */
const PAYMENTS_PATIENCE_MS = 150_000;

type Row = { slug: string; events: string; messages: string; usage: string; purchases: string; held: string };

/**
 * Compares what is stored with what the driver knows: how many organizations or events differ. Payments whose webhook was
 * lost in a crash are waited for.
 */
export async function factsOfEnd({ databaseUrl, before }: Prepared, tally: Tally) {
  return withDatabase(databaseUrl, async (sql) => {
    const giveUpAt = performance.now() + PAYMENTS_PATIENCE_MS;
    let rows = await read(sql);
    while (rows.some((row) => isUnpaid(row, tally)) && performance.now() < giveUpAt) {
      await wait(1_000);
      rows = await read(sql);
    }
    const expected = ({ slug }: Row) => (tally.events.get(slug) ?? 0) + (before.get(slug) ?? 0);
    const differences = rows.map((row) => Math.abs(Number(row.events) - expected(row)));
    const wrong = rows.filter(
      (row) => BigInt(row.usage) !== BigInt(expected(row)) * PRICE || Number(row.messages) !== expected(row),
    );
    return {
      events: differences.reduce((sum, difference) => sum + difference, 0),
      charges: wrong.length,
      payments: rows.filter((row) => isUnpaid(row, tally)).length,
      holds: rows.filter(({ held }) => held !== "0").length,
    };
  });
}

/** How many connections other programs have to the database. */
export async function openConnections(databaseUrl: string): Promise<number> {
  return withDatabase(databaseUrl, async (sql) => {
    const rows = await sql`
      select pid from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
    return rows.length;
  });
}

function isUnpaid({ slug, purchases }: Row, tally: Tally): boolean {
  return -BigInt(purchases) !== (tally.paid.get(slug) ?? 0n);
}

async function read(sql: Sql): Promise<Row[]> {
  return sql<Row[]>`
    select o.slug, l.on_hold_micros::text as held,
      (select count(*) from event_keys k where k.organization_id = o.id)::text as events,
      (select count(*) from messages m where m.organization_id = o.id and m.paid_from <> 'none')::text as messages,
      coalesce((select balance_micros from ledger_accounts a where a.organization_id = o.id and a.account = 'usage'), 0)::text as usage,
      coalesce((select balance_micros from ledger_accounts a where a.organization_id = o.id and a.account = 'purchases'), 0)::text as purchases
    from organizations o join ledgers l on l.organization_id = o.id`;
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
