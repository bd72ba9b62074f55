import { afterAll, expect, test } from "vitest";
import { closeDatabases, inOrganization, rawSql, type Transaction } from "@/db/client";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { recordBatch } from "../recording";
import { NOON, usageEvent } from "../testing";

afterAll(closeDatabases);

/** Rows of messages and of their keys that this transaction has looked at so far. */
async function looks(tx: Transaction): Promise<number> {
  const [row] = await rawSql(tx)<{ looks: string }[]>`
    select sum(seq_tup_read + idx_tup_fetch) as looks from pg_stat_xact_user_tables
    where relname ~ '^(message|event_key)'`;
  return Number(row?.looks);
}

test("a status looks at its own message alone, by a plan that was made when there were few", async () => {
  const { id } = await newTestOrganization();
  await inOrganization(id, async (tx) => {
    const tell = async (kind: "sent" | "delivered", from: number, to: number) => {
      const events = Array.from({ length: to - from }, (_, n) =>
        usageEvent({ kind, at: NOON + from + n, messageId: `m${from + n}` }),
      );
      const before = await looks(tx);
      await recordBatch(tx, id, events);
      return (await looks(tx)) - before;
    };
    // The server settles on a plan for a prepared statement when it has run a few times.
    for (let round = 0; round < 8; round++) {
      await tell("sent", round * 10, round * 10 + 10);
      await tell("delivered", round * 10, round * 10 + 10);
    }
    await tell("sent", 100, 1_600);
    await tell("sent", 1_600, 3_100);
    const looked = await tell("delivered", 100, 400);
    expect(looked).toBeGreaterThan(300);
    expect(looked).toBeLessThan(300 * 5);
  });
});
