import { expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, inOrganization, rawSql } from "./client";
import { rowSource } from "./row-source";

type Row = {
  readonly n: number;
  readonly text: string | null;
  readonly flag: boolean;
  readonly money: bigint | null;
  readonly json: string;
  readonly at: string;
};

const SOURCE = rowSource<Row>([
  { name: "n", type: "integer", value: ({ n }) => n },
  { name: "text", type: "text", value: ({ text }) => text },
  { name: "flag", type: "boolean", value: ({ flag }) => flag },
  { name: "money", type: "bigint", value: ({ money }) => money },
  { name: "json", type: "jsonb", value: ({ json }) => json },
  { name: "at", type: "timestamptz", value: ({ at }) => at },
]);

async function throughDatabase(rows: readonly Row[]): Promise<unknown[]> {
  return acrossOrganizations(async (tx) => {
    const found = await rawSql(tx).unsafe(
      `select n, text, flag, money::text as money, json::text as json, at from ${SOURCE.sql} r order by n`,
      SOURCE.parameters(rows),
      { prepare: true },
    );
    return found.map((row) => ({ ...row, at: new Date(row.at).toISOString() }));
  });
}

const AT = "2026-11-02T03:04:05.678Z";
const plain = { text: "a", flag: true, money: 1n, json: '{"a": 1}', at: AT };

test("rows arrive as they were, whether a column varies or not", async () => {
  const awkward = ['"', "\\", "NULL", "{a,b}", "", "a,b", "é\n☃", '\\"'];
  const varied = awkward.map((text, n) => ({
    n,
    text,
    flag: n % 2 === 0,
    money: n === 3 ? null : BigInt(n) * -(10n ** 15n),
    json: JSON.stringify({ text }),
    at: new Date(Date.parse(AT) + n).toISOString(),
  }));
  for (const rows of [
    varied,
    varied.slice(0, 1),
    [{ n: 1, ...plain }],
    [1, 2].map((n) => ({ n, ...plain, flag: false })),
  ]) {
    const shown = rows.map((row) => ({ ...row, money: row.money?.toString() ?? null }));
    const found = await throughDatabase(rows);
    expect(found.map((row) => ({ ...(row as Row), json: JSON.parse((row as Row).json) }))).toEqual(
      shown.map((row) => ({ ...row, json: JSON.parse(row.json) })),
    );
  }
  await closeDatabases();
});

test("behind the tenant wall a join with given rows goes through the whole key", async () => {
  const KEYS = rowSource<{ readonly id: string; readonly contact: string }>([
    { name: "message_id", type: "text", value: ({ id }) => id },
    { name: "contact", type: "text", value: ({ contact }) => contact },
  ]);
  const plan = await inOrganization(1, async (tx) => {
    const sql = rawSql(tx);
    await sql`select set_config('enable_' || method, 'off', true) from unnest(array['seqscan', 'bitmapscan']) method`;
    return sql.unsafe<{ "QUERY PLAN": string }[]>(
      `explain select k.id from ${KEYS.sql} g join message_keys k
         on k.organization_id = 1 and k.message_id = g.message_id and k.contact = g.contact`,
      KEYS.parameters([{ id: "a", contact: "b" }]),
    );
  });
  const lines = plan.map((row) => row["QUERY PLAN"]);
  const conditions = lines.filter((line) => line.includes("Index Cond:")).join();
  expect(conditions).toMatch(/organization_id.*message_id.*contact/);
});
