/** The middle one of some measurements. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that a part of the measurements does not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  if (value === undefined) throw new Error("Nothing was measured.");
  return value;
}

/**
 * Measures two things in turn, so that whatever else the machine does falls on both, and gives the medians. A first
 * round of ours does not count: a server that has just started still compiles itself.
 */
export async function inTurn(
  rounds: number,
  measure: { readonly baseline: () => Promise<number>; readonly ours: () => Promise<number> },
): Promise<{ ours: number; baseline: number }> {
  const baselines: number[] = [];
  const ours: number[] = [];
  await measure.ours();
  for (let round = 0; round < rounds; round++) {
    baselines.push(await measure.baseline());
    ours.push(await measure.ours());
  }
  return { ours: median(ours), baseline: median(baselines) };
}

export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/**
 * Works items off with so many workers at once, for so long at the most.
 *
 * @returns how many were done, and how many a second.
 */
export async function workOff<Item>(
  items: readonly Item[],
  { workers, mostSeconds = 4 }: { readonly workers: number; readonly mostSeconds?: number },
  work: (item: Item, worker: number) => Promise<unknown>,
): Promise<{ done: number; perSecond: number }> {
  const began = performance.now();
  let next = 0;
  let done = 0;
  let hasFailed = false;
  const worker = async (number: number) => {
    while (!hasFailed && next < items.length && performance.now() - began < mostSeconds * 1_000) {
      const item = items[next++];
      if (item === undefined) return;
      await work(item, number).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
      done += 1;
    }
  };
  const running = Array.from({ length: workers }, (_, number) => worker(number));
  // Nobody is at work any more when a failure is told: what they work on may then be taken away.
  await Promise.allSettled(running);
  await Promise.all(running);
  return { done, perSecond: done / ((performance.now() - began) / 1_000) };
}
