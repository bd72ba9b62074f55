import { setTimeout as wait } from "node:timers/promises";
import { overlappingBatches, shuffled } from "@/lib/metering/testing";

/** A server that takes events by HTTP and can be killed at any moment. */
export type Killable = {
  /** Sends a batch. @throws when there was no answer, or one that asks to send it again. */
  post(batch: readonly object[]): Promise<Answer>;
  /** Ends it by SIGKILL and waits until it is gone. */
  kill(): Promise<void>;
};

export type Answer = { readonly accepted: number; readonly duplicates: number };

export type Drive = {
  /** Of each kill: how many events were accepted by then, and how many requests it left without an answer. */
  readonly kills: readonly { readonly accepted: number; readonly unanswered: number }[];
  /** Of each batch in the end: what its last answer said. */
  readonly answers: readonly Answer[];
};

/** A life ends at a random moment after its first answer, or, now and then, before it gave any. */
const LONGEST_LIFE_MS = 150;
const LONGEST_SILENCE_MS = 10_000;
const CUT_SHORT = 0.3;
const LONGEST_SHORT_MS = 300;
const LONGEST_PAUSE_MS = 60;
const PATIENCE_MS = 120_000;

/**
 * Sends events twice in 20 shuffled, overlapping, concurrent batches, while the server is killed at random moments and
 * started again. Every sender sends its batch until it has two answers, as the contract asks of senders.
 */
export async function sendThroughKills(
  start: () => Promise<Killable>,
  events: readonly object[],
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<Drive> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  const random = numbers(seed);
  let server = start();
  const killed: { accepted: number; unanswered: number }[] = [];
  let accepted = 0;
  let answered = 0;
  let unanswered = 0;
  const answerTo = async (batch: readonly object[]): Promise<Answer> => {
    for (;;) {
      if (performance.now() > giveUpAt) throw new Error("The events were not recorded in time.");
      await wait(random() * LONGEST_PAUSE_MS);
      const serving = await server;
      try {
        const answer = await serving.post(batch);
        accepted += answer.accepted;
        answered += 1;
        return answer;
      } catch {
        unanswered += 1;
      }
    }
  };
  const batches = overlappingBatches(events, seed);
  const sending = Promise.all(
    batches.map(async (batch) => {
      await answerTo(batch);
      // Nobody is done before the last kill: until then everything is sent again.
      do await answerTo(shuffled(batch, seed + killed.length));
      while (killed.length < kills);
      return answerTo(batch);
    }),
  );
  const killing = async () => {
    while (killed.length < kills) {
      const serving = await server;
      const [answeredBefore, unansweredBefore] = [answered, unanswered];
      const silence = random() < CUT_SHORT ? random() * LONGEST_SHORT_MS : LONGEST_SILENCE_MS;
      for (let waited = 0; answered === answeredBefore && waited < silence; waited += 5) await wait(5);
      await wait(random() * LONGEST_LIFE_MS);
      await serving.kill();
      server = start();
      await wait(20);
      killed.push({ accepted, unanswered: unanswered - unansweredBefore });
    }
  };
  const [answers] = await Promise.all([sending, killing()]);
  await (await server).kill();
  return { kills: killed, answers };
}

/** Numbers between 0 and 1, the same for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** Sends a batch to an address. @throws unless it was answered with 200 */
export async function postEvents(
  url: string,
  batch: readonly object[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/cloudevents-batch+json", ...headers },
    body: JSON.stringify(batch),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text);
}
