import { afterAll, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql, type Transaction } from "./client";
import { type Write, write, writeTogether } from "./together";

afterAll(closeDatabases);

/** In a table of its own for each name, gone with the transaction. */
async function withTables<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
  return acrossOrganizations(async (tx) => {
    await rawSql(tx).unsafe(`
      create temporary table one (n integer primary key, a text, b text, c text, d text, e text) on commit drop;
      create temporary table two (n integer primary key, a text) on commit drop`);
    return work(tx);
  });
}

const intoOne = (n: number, letters: string): Write =>
  write`insert into one values (${n}, ${letters[0] ?? null}, ${letters[1] ?? null}, ${letters[2] ?? null}, ${letters[3] ?? null}, ${letters[4] ?? null})`;
const intoTwo = (n: number, a: string): Write => write`insert into two values (${n}, ${a})`;

test("writes that go together each keep their parameters, beyond the ninth as well", async () => {
  const stored = await withTables(async (tx) => {
    await writeTogether(tx, [intoOne(1, "abcde"), intoTwo(2, "$1")]);
    await writeTogether(tx, [
      intoTwo(3, "x"),
      intoOne(4, "vwxy"),
      write`update two set a = ${"z"} where n = ${2}`,
    ]);
    await writeTogether(tx, []);
    const sql = rawSql(tx);
    return [...(await sql`select * from one order by n`), ...(await sql`select * from two order by n`)];
  });
  expect(stored).toEqual([
    { n: 1, a: "a", b: "b", c: "c", d: "d", e: "e" },
    { n: 4, a: "v", b: "w", c: "x", d: "y", e: null },
    { n: 2, a: "z" },
    { n: 3, a: "x" },
  ]);
});

test("where one of them fails all of them have failed", async () => {
  const failing = withTables((tx) =>
    writeTogether(tx, [intoOne(1, "abcde"), intoTwo(1, "a"), intoOne(1, "x")]),
  );
  await expect(failing).rejects.toThrow(/duplicate key/);
});
