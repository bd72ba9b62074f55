import { existsSync } from "node:fs";
import { join } from "node:path";
import postgres, { type TransactionSql } from "postgres";
import { invariants } from "@/db/invariants";
import { openDatabase } from "./databases";
import { dataDirectory, runCommand } from "./processes";

type Row = Record<string, unknown>;

const SHOWN_VIOLATIONS = 5;

await runCommand(130, async (run) => {
  if (!process.env.DATABASE_URL && !existsSync(join(dataDirectory, "postgres"))) {
    throw new Error("There is no database to verify: set DATABASE_URL, or run npm run demo first.");
  }
  if (invariants.length === 0) throw new Error("There are no invariants to check.");
  const sql = postgres(await openDatabase(run), { max: 1, onnotice: () => undefined });
  const violated = await sql.begin("isolation level repeatable read read only", async (tx) => {
    // One snapshot for all of them, and the view of every organization.
    await tx`select set_config('kuota.all_organizations', 'yes', true)`;
    let failures = 0;
    for (const invariant of invariants) {
      const [figure = {}] = await ask(tx, invariant.name, invariant.figure);
      const violations = await ask(tx, invariant.name, invariant.violations);
      console.log(`${violations.length === 0 ? "ok  " : "FAIL"}  ${invariant.name}: ${showRow(figure)}`);
      for (const row of violations.slice(0, SHOWN_VIOLATIONS)) console.log(`        ${showRow(row)}`);
      if (violations.length > 0) failures += 1;
    }
    return failures;
  });
  await sql.end();
  console.log(`${invariants.length - violated} invariants hold, ${violated} are broken`);
  return violated === 0 ? 0 : 1;
});

async function ask(tx: TransactionSql, name: string, query: string): Promise<Row[]> {
  try {
    return await tx.unsafe<Row[]>(query);
  } catch (cause) {
    throw new Error(`The query of "${name}" fails: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

function showRow(row: Row): string {
  const values = Object.entries(row);
  const [single] = values;
  if (single && values.length === 1) return String(single[1]);
  return values.map(([name, value]) => `${name} ${String(value)}`).join(", ");
}
