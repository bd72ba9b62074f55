import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { closeDatabases } from "@/db/client";
import { histories } from "@/lib/metering/model/generators";
import { comparable, type History, referenceSystem, run } from "@/lib/metering/model/history";
import { productSystem } from "./model-system";

/** 2,000 in CI, always the same ones: whether a change lands must not hang on chance. More, and others, by hand. */
const RUNS = Number(process.env.KUOTA_HISTORIES ?? (process.env.CI ? 2_000 : 200));
const SEED = Number(process.env.KUOTA_SEED ?? 20_261_122);
/** A failure is shown as it is; shrinking it to the shortest history takes minutes. */
const SHRINKS = process.env.KUOTA_SHRINK === "yes";

afterAll(closeDatabases);

/** Played at the same time, each to an organization of its own: nobody disturbs anybody. */
const AT_ONCE = 8;

test(
  `${RUNS} generated histories come out as in the reference model, to the micro`,
  async () => {
    const bunches = fc.array(histories(), { minLength: 1, maxLength: AT_ONCE, size: "max" });
    let played = 0;
    for (let round = 0; played < RUNS; round++) {
      await fc.assert(
        fc.asyncProperty(bunches, async (bunch) => {
          played += bunch.length;
          await Promise.all(bunch.map(playBoth));
        }),
        { numRuns: Math.ceil((RUNS - played) / AT_ONCE), seed: SEED + round, endOnFailure: !SHRINKS },
      );
    }
  },
  60_000 + RUNS * 2_000,
);

async function playBoth(history: History): Promise<void> {
  const product = await productSystem(history.organization);
  const actual = comparable(await run(history, product));
  const expected = comparable(await run(history, referenceSystem(history.organization)));
  expect(actual).toEqual(expected);
}
