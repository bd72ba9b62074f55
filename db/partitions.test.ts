import postgres from "postgres";
import { expect, test } from "vitest";
import { createTestDatabase } from "@/scripts/databases";
import { addPartitions, migrate } from "./migrate";

test("the months of the year ahead get their partitions while the app runs, each once", async () => {
  const database = await createTestDatabase(process.env.DATABASE_URL ?? "", "partitions");
  await migrate(database.url);
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  const [last] = await sql`select 'messages_' || to_char(now() + interval '12 months', 'YYYY_MM') as name`;
  await sql`drop table ${sql(String(last?.name))}`;
  expect(await addPartitions(database.url)).toBe(1);
  expect(await addPartitions(database.url)).toBe(0);
  await sql.end();
  await database.drop();
});
