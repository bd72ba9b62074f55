import { setImmediate } from "node:timers/promises";

/**
 * Lets one piece of work in at a time, in the order they came, and everybody else in between. Many that each give way
 * between their slices would still leave the others nothing.
 */
export function turnstile(): <T>(work: () => T | Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(() => setImmediate()).then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
