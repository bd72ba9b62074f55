import { setTimeout as wait } from "node:timers/promises";
import { Client } from "./client";
import { newEvent, newKey, newOrganizations } from "./clients";
import { inTurn, milliseconds, quantile } from "./measure";
import type { Figure } from "./report";
import { mustBe, type Stage, verify } from "./stage";

const FLOODING_CONNECTIONS = 32;
const FLOODED_BATCH = 1_000;
const FLOODED_REQUESTS = 300;
const OTHERS = 8;
const SECONDS = 10;
const PAUSE_MS = 40;

type Flood = { accepted: number; turnedAway: number; wrong: number };

/**
 * What other organizations feel of one that sends as fast as it can: the 99th percentile of single events, while it floods
 * against while it does not. Fails when an acknowledged event of the flood is lost, or one is turned away without being told when
 * to come again.
 */
export async function benchFlood(stage: Stage): Promise<Figure[]> {
  const { url } = await stage.app();
  const [hot, ...others] = await newOrganizations("flood", 1 + OTHERS);
  if (!hot) throw new Error("The organizations were not made.");
  const headers = { authorization: `Bearer ${await newKey()}` };
  const client = new Client(url, OTHERS, headers);
  const slugs = others.map(({ slug }) => slug);
  const send = async (n: number) => {
    const body = JSON.stringify(newEvent(stage.seed, slugs[n % OTHERS] ?? "", new Date()));
    return milliseconds(() => client.send("/api/v1/events", { method: "POST", body }));
  };
  const flood: Flood = { accepted: 0, turnedAway: 0, wrong: 0 };
  const p99 = async () => quantile(await timesOf(send), 0.99);
  const { ours, baseline } = await inTurn(stage.rounds, {
    baseline: () => {
      stage.log("calm");
      return p99();
    },
    ours: async () => {
      stage.log("during a flood");
      // Made before, so that making them does not hold up what is measured.
      const bodies = Array.from({ length: FLOODED_REQUESTS }, () =>
        JSON.stringify(
          Array.from({ length: FLOODED_BATCH }, () => newEvent(stage.seed, hot.slug, new Date())),
        ),
      );
      const over = { isOver: false };
      const flooding = Array.from({ length: FLOODING_CONNECTIONS }, () =>
        pour(new Client(url, 1, headers), { bodies, over, flood }),
      );
      await wait(1_000);
      const flooded = await p99();
      over.isOver = true;
      await Promise.all(flooding);
      return flooded;
    },
  });
  client.close();
  const [stored] = await stage.connect(1)<{ events: number }[]>`
    select count(*)::int as events from event_keys where organization_id = ${hot.id}`;
  mustBe("the number of acknowledged events of the flood", stored?.events, flood.accepted);
  mustBe("the number of answers without Retry-After", flood.wrong, 0);
  await verify(stage);
  const size = `${FLOODING_CONNECTIONS} × ${FLOODED_BATCH} against ${OTHERS} × 1`;
  const note = `the same without a flood; ${flood.accepted} events of the flood taken, ${flood.turnedAway} requests turned away`;
  return [{ case: "others' p99", size, ours, baseline, unit: "ms", target: { atMost: 2 }, note }];
}

/** Single events of the others, one after the other for each, for some seconds. */
async function timesOf(send: (n: number) => Promise<number>): Promise<number[]> {
  const endsAt = performance.now() + SECONDS * 1_000;
  const times: number[] = [];
  const other = async (n: number) => {
    while (performance.now() < endsAt) {
      times.push(await send(n));
      await wait(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: OTHERS }, (_, n) => other(n)));
  return times;
}

type Pouring = {
  /** What is left to send. */
  readonly bodies: string[];
  readonly over: { readonly isOver: boolean };
  readonly flood: Flood;
};

async function pour(client: Client, { bodies, over, flood }: Pouring): Promise<void> {
  while (!over.isOver) {
    const body = bodies.pop();
    if (body === undefined) break;
    const response = await client.open("/api/v1/events", { method: "POST", body });
    let text = "";
    for await (const chunk of response) text += chunk;
    if (response.statusCode === 200) flood.accepted += JSON.parse(text).accepted;
    else if (response.statusCode === 503 || response.statusCode === 429) {
      flood.turnedAway += 1;
      bodies.unshift(body);
      const seconds = Number(response.headers["retry-after"]);
      if (!(seconds > 0)) flood.wrong += 1;
      // As the contract asks of senders.
      await wait(Math.max(1, seconds || 0) * 1_000);
    } else flood.wrong += 1;
  }
  client.close();
}
