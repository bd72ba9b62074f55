import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { closeDatabases } from "@/db/client";
import { histories } from "@/lib/metering/model/generators";
import { comparable, referenceSystem, run } from "@/lib/metering/model/history";
import { productSystem } from "./model-system";

const RUNS = Number(process.env.KUOTA_HISTORIES ?? 300);
const SEED = process.env.KUOTA_SEED;

afterAll(closeDatabases);

test(
  `${RUNS} generated histories come out as in the reference model, to the micro`,
  async () => {
    await fc.assert(
      fc.asyncProperty(histories(), async (history) => {
        const product = await productSystem(history.organization);
        const actual = comparable(await run(history, product));
        const expected = comparable(await run(history, referenceSystem(history.organization)));
        expect(actual).toEqual(expected);
      }),
      { numRuns: RUNS, ...(SEED ? { seed: Number(SEED) } : {}) },
    );
  },
  RUNS * 1_000,
);
