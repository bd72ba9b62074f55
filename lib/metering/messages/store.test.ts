import { afterAll, expect, test } from "vitest";
import { closeDatabases, listenClient } from "@/db/client";
import { micros } from "@/lib/money/money";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { recordEvents } from "../metering";
import { deliveredEvent, moneyOf, sender } from "../testing";

afterAll(closeDatabases);

const STORED = 1_600;
const AT_ONCE = 400;

/** Rows and index entries of messages and their keys that the server has looked at so far. */
async function looksAtMessages(): Promise<number> {
  const sql = await listenClient().reserve();
  try {
    await sql`select pg_stat_force_next_flush()`;
    const [row] = await sql<{ looks: number }[]>`
      select (select sum(seq_tup_read) from pg_stat_user_tables where relname ~ '^(message|event)')
           + (select sum(idx_tup_read) from pg_stat_user_indexes where relname ~ '^(message|event)') as looks`;
    return Number(row?.looks);
  } finally {
    sql.release();
  }
}

/** Statistics of a connection arrive when it ends at the latest. */
async function settledLooks(): Promise<number> {
  await closeDatabases();
  await new Promise((resolve) => setTimeout(resolve, 300));
  return looksAtMessages();
}

test("a status of a stored message looks at that message alone, however many are stored beside it", async () => {
  const { id, slug } = await newTestOrganization({}, { initialBalance: micros("1000000") });
  const told = Array.from({ length: STORED }, (_, n) => ({
    ...deliveredEvent(slug, `m${n}`),
    type: "message.sent",
  }));
  for (let at = 0; at < STORED; at += AT_ONCE) await recordEvents(sender, told.slice(at, at + AT_ONCE));
  const before = await settledLooks();
  const later = told
    .slice(0, AT_ONCE)
    .map((event) => ({ ...event, id: `${event.id}-later`, type: "message.delivered" }));
  expect((await recordEvents(sender, later)).accepted).toBe(AT_ONCE);
  const looks = (await settledLooks()) - before;
  expect(await moneyOf(id)).toMatchObject({ messages: STORED, charged: AT_ONCE });
  expect(looks).toBeGreaterThan(AT_ONCE);
  expect(looks).toBeLessThan(AT_ONCE * 30);
});
