import { Client } from "./client";
import { newKey, newOrganization } from "./clients";
import { inTurn, workOff } from "./measure";
import type { Figure } from "./report";
import { mustBe, type Stage, verify } from "./stage";

const CONNECTIONS = 32;
const PAIRS_PER_ROUND = 400;
const BODY = JSON.stringify({ lines: [{ category: "marketing", to: ["6281234567890"] }] });

/**
 * How fast one organization places holds and releases them again, over HTTP, against two plain UPDATEs of one row by as
 * many connections. Fails when the balance is not what it was, or anything is still held.
 */
export async function benchHolds(stage: Stage): Promise<Figure[]> {
  const { url } = await stage.app();
  const { slug } = await newOrganization("hot");
  const client = new Client(url, CONNECTIONS, { authorization: `Bearer ${await newKey()}` });
  const path = `/api/v1/organizations/${slug}`;
  const balance = async () => JSON.parse(await client.send(`${path}/balance`)).whatsapp_balance;
  const before = await balance();
  let placed = 0;
  const pair = async (attempt: string) => {
    const headers = { "idempotency-key": attempt };
    const { id } = JSON.parse(
      await client.send(`${path}/holds`, { method: "POST", headers, body: BODY }, 201),
    );
    await client.send(`${path}/holds/${id}`, { method: "DELETE" });
  };
  const rates = await inTurn(stage.rounds, {
    baseline: await hotRow(stage),
    ours: async () => {
      const attempts = Array.from({ length: PAIRS_PER_ROUND }, () => {
        placed += 1;
        return `bench-${placed}`;
      });
      return (await workOff(attempts, { workers: CONNECTIONS }, pair)).perSecond;
    },
  });
  const after = await balance();
  mustBe("what is on hold", after.on_hold, "0.00");
  mustBe("what is available", after.available, before.available);
  client.close();
  await verify(stage);
  const note = "two UPDATEs of one row, each its own transaction";
  return [
    {
      case: "hot",
      size: `${CONNECTIONS} connections`,
      ...rates,
      unit: "place + release/s",
      target: { atLeast: 0.25 },
      note,
    },
  ];
}

/** @returns pairs of UPDATEs a second */
async function hotRow(stage: Stage): Promise<() => Promise<number>> {
  const sql = stage.connect(CONNECTIONS);
  await sql`create table bench_hot_row (id integer primary key, held bigint not null)`;
  await sql`insert into bench_hot_row values (1, 0)`;
  const pairs = Array.from({ length: PAIRS_PER_ROUND }, () => 586_330_000);
  return async () => {
    const { perSecond } = await workOff(pairs, { workers: CONNECTIONS }, async (amount) => {
      await sql`update bench_hot_row set held = held + ${amount} where id = 1`;
      await sql`update bench_hot_row set held = held - ${amount} where id = 1`;
    });
    return perSecond;
  };
}
