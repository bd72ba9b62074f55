import { inspect } from "node:util";
import { eq } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, inOrganization, rawSql, type Transaction } from "./client";
import { users } from "./schema/access";

afterAll(closeDatabases);

const SECRET = "rahasia-6281234567890";

/** All that a console would print of an error. */
async function printed(work: (tx: Transaction) => Promise<unknown>): Promise<string> {
  const error = await acrossOrganizations(work).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return inspect(error, { depth: 12 });
}

test("a failed query's error tells the statement and the code, and none of the values", async () => {
  const repeated = await printed(async (tx) => {
    await tx.insert(users).values({ email: SECRET, name: SECRET });
    await tx.insert(users).values({ email: SECRET, name: SECRET });
  });
  expect(repeated).toContain("user_email_is_unique");
  expect(repeated).toContain("23505");
  expect(repeated).not.toContain(SECRET);
});

test("a value of the wrong kind is not quoted", async () => {
  const raw = await printed((tx) => rawSql(tx)`select ${SECRET}::text::integer`.execute());
  expect(raw).toContain("22P02");
  expect(raw).not.toContain(SECRET);
  const drizzle = await printed((tx) =>
    tx
      .select()
      .from(users)
      .where(eq(users.id, SECRET as unknown as number)),
  );
  expect(drizzle).not.toContain(SECRET);
});

test("a message of the wrong shape is not quoted by a query of a set either", async () => {
  const rows = JSON.stringify([{ id: SECRET }]);
  const failed = inOrganization(
    1,
    (tx) => rawSql(tx)`select * from json_to_recordset(${rows}::text::json) as r (id integer)`,
  );
  const error: unknown = await failed.catch((reason: unknown) => reason);
  expect(inspect(error, { depth: 12 })).not.toContain(SECRET);
});
