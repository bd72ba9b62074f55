import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { closeDatabases } from "@/db/client";
import { brokenBy, deliveredEvent, moneyOf } from "@/lib/metering/testing";
import { micros } from "@/lib/money/money";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { type Killable, postEvents, sendThroughKills } from "./crash-drive";

afterAll(closeDatabases);

const PRICE = micros("586.33");
const LISTENER = join(import.meta.dirname, "crash-listener.ts");

async function startListener(): Promise<Killable> {
  const child = spawn(process.execPath, ["--conditions=react-server", "--import=tsx", LISTENER], {
    stdio: ["pipe", "pipe", "inherit"],
    cwd: join(import.meta.dirname, ".."),
  });
  const [port] = await once(child.stdout, "data");
  const url = `http://127.0.0.1:${String(port).trim()}/`;
  return {
    post: (batch) => postEvents(url, batch),
    kill: async () => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

test("1,000 events sent twice in 20 shuffled, overlapping, concurrent batches while the server is killed 6 times: exactly the right balance · M1", {
  timeout: 180_000,
}, async () => {
  const { id, slug } = await newTestOrganization({}, { initialBalance: micros("100000") });
  const events = Array.from({ length: 500 }, (_, n) => {
    const delivered = deliveredEvent(slug, `d${n}`, {
      contact: `62812${n % 100}`,
      broadcast: { id: `bc_${n % 3}` },
    });
    return [delivered, { ...delivered, id: `r${n}`, type: "message.read", time: "2026-11-02T04:00:01Z" }];
  }).flat();
  const seed = Date.now() % 1_000_000;
  const { kills, answers } = await sendThroughKills(startListener, events, { kills: 6, seed });
  expect({ kills: kills.length, seed }).toEqual({ kills: 6, seed });
  expect(kills.filter(({ unanswered }) => unanswered > 0).length).toBeGreaterThanOrEqual(5);
  expect(answers).toEqual(answers.map(() => ({ accepted: 0, duplicates: 100, rejected: [] })));
  expect(await moneyOf(id)).toEqual({
    initial: 0n,
    additional: micros("100000") - 500n * PRICE,
    usage: 500n * PRICE,
    messages: 500,
    charged: 500,
    events: 1_000,
  });
  expect(await brokenBy(id)).toEqual([]);
});
