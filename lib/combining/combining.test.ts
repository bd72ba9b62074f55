import { describe, expect, test } from "vitest";
import { Refusal } from "@/lib/errors";
import { combiner, makeWayFor } from "./combining";

let workers = 0;

/** A worker that notes the batches it gets and can be held up. */
function worker(
  fails: (batch: readonly string[]) => boolean = () => false,
  error: Error = new Error("poisoned"),
) {
  const batches: string[][] = [];
  const gates: (() => void)[] = [];
  let isHeld = false;
  workers += 1;
  const work = async (_key: number, batch: string[]): Promise<string[]> => {
    batches.push(batch);
    if (isHeld) await new Promise<void>((resolve) => gates.push(resolve));
    if (fails(batch)) throw error;
    return batch.map((id) => (id.startsWith("old") ? "duplicate" : "accepted"));
  };
  const mine = combiner({ name: `test ${workers}`, largestBatch: 2_000, mostWaiting: 60_000, work });
  return {
    batches,
    waiting: mine.waiting,
    sendTo: (key: number, ...ids: string[]) => mine.combine(key, ids),
    send: (...ids: string[]) => mine.combine(1, ids),
    hold: () => {
      isHeld = true;
    },
    release: () => {
      isHeld = false;
      for (const open of gates.splice(0)) open();
    },
  };
}

test("requests that arrive while the ledger is busy share the next transaction, in order; each gets its own outcomes", async () => {
  const { batches, send, hold, release } = worker();
  hold();
  const requests = [["a"], ["b", "old1"], ["c"], ["old2", "d"], ["e"], ["f"], ["g"], ["old3"]];
  const answers = requests.map((ids) => send(...ids));
  release();
  expect(await Promise.all(answers)).toEqual(
    requests.map((ids) => ids.map((id) => (id.startsWith("old") ? "duplicate" : "accepted"))),
  );
  expect(batches.flat()).toEqual(requests.flat());
  expect(batches.length).toBeLessThanOrEqual(4);
});

test("a poisoned request fails alone; those combined with it succeed, in order", async () => {
  const { batches, send, hold, release } = worker((batch) => batch.includes("poison"));
  hold();
  const requests = ["a", "b", "c", "d", "poison", "e", "f"];
  const answers = requests.map((id) => send(id));
  release();
  const settled = await Promise.allSettled(answers);
  expect(requests.filter((_, n) => settled[n]?.status === "rejected")).toEqual(["poison"]);
  const tried = batches.filter((batch) => batch.includes("poison"));
  expect(tried[0]?.length).toBeGreaterThan(1);
  expect(tried.slice(1)).toEqual([["poison"]]);
  expect([...new Set(batches.flat())]).toEqual(requests);
  expect(await send("after")).toEqual(["accepted"]);
});

test("while the database is away nobody is tried again in vain", async () => {
  const away = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  const { batches, send, hold, release } = worker(() => true, away);
  hold();
  const answers = ["a", "b", "c"].map((id) => send(id));
  release();
  expect(await Promise.allSettled(answers)).toEqual(Array(3).fill({ status: "rejected", reason: away }));
  expect(batches).toEqual([["a"], ["b", "c"]]);
});

test("a request larger than a transaction should be goes by itself, and is not split", async () => {
  const { batches, send, hold, release } = worker();
  hold();
  const large = Array.from({ length: 1_500 }, (_, n) => `l${n}`);
  const answers = [send("a"), send(...large), send(...large.map((id) => `${id}b`)), send("b")];
  release();
  await Promise.all(answers);
  expect(batches.every(({ length }) => length <= 2_000)).toBe(true);
  expect(batches.flat()).toEqual(["a", ...large, ...large.map((id) => `${id}b`), "b"]);
});

test("organizations do not wait for each other", async () => {
  const { batches, sendTo, hold, release } = worker();
  hold();
  const first = sendTo(1, "a");
  const others = [sendTo(1, "b"), sendTo(2, "c")];
  await Promise.resolve();
  expect(batches).toEqual([["a"], ["c"]]);
  release();
  await Promise.all([first, ...others]);
  expect(batches).toEqual([["a"], ["c"], ["b"]]);
});

test("overload is refused with Retry-After, nothing of it is recorded, and it passes", async () => {
  const { batches, send, hold, release, waiting } = worker();
  hold();
  const batch = Array.from({ length: 1_000 }, (_, n) => `e${n}`);
  const accepted = Array.from({ length: 60 }, () => send(...batch));
  const refused = await send("one more").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Refusal);
  expect(refused).toMatchObject({
    code: "overloaded",
    status: 503,
    extras: { retryAfterSeconds: expect.any(Number) },
  });
  const { retryAfterSeconds } = (refused as Refusal).extras;
  expect([1, 2, 3]).toContain(retryAfterSeconds);
  release();
  await Promise.all(accepted);
  expect(batches.flat()).toHaveLength(60_000);
  expect(batches.flat()).not.toContain("one more");
  expect(waiting()).toBe(0);
  expect(await send("one more")).toEqual(["accepted"]);
});

test("one organization that floods is turned away while there is still room for the others", async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const work = async (_key: number, batch: string[]) => {
    await gate;
    return batch;
  };
  const rules = { name: "flooded", largestBatch: 10, mostWaiting: 100, mostWaitingOfOne: 20, work };
  const { combine, waiting } = combiner(rules);
  const taken = Array.from({ length: 20 }, (_, n) => combine(1, [`hot${n}`]));
  await expect(combine(1, ["one more"])).rejects.toMatchObject({ code: "overloaded", status: 503 });
  const other = combine(2, ["other"]);
  release();
  expect(await other).toEqual(["other"]);
  await Promise.all(taken);
  expect(waiting()).toBe(0);
  expect(await combine(1, ["again"])).toEqual(["again"]);
});

test("an empty request is answered without work", async () => {
  const { batches, send } = worker();
  expect(await send()).toEqual([]);
  expect(batches).toEqual([]);
});

test("where enough is waiting a second piece of work begins beside the first, and no third", async () => {
  const batches: string[][] = [];
  const gates: (() => void)[] = [];
  const work = async (_key: number, batch: string[]) => {
    batches.push(batch);
    await new Promise<void>((resolve) => gates.push(resolve));
    return batch;
  };
  const rules = { name: "test beside", largestBatch: 2, mostWaiting: 100, besideFrom: 2, work };
  const { combine, waiting } = combiner(rules);
  const answers = ["a", "b"].map((id) => combine(1, [id]));
  expect(batches).toEqual([["a"]]);
  answers.push(...["c", "d", "e", "f"].map((id) => combine(1, [id])));
  expect(batches).toEqual([["a"], ["b", "c"]]);
  while (gates.length > 0) {
    for (const open of gates.splice(0)) open();
    await new Promise((resolve) => setTimeout(resolve));
  }
  expect((await Promise.all(answers)).flat()).toEqual(["a", "b", "c", "d", "e", "f"]);
  expect(waiting()).toBe(0);
});

describe("a key that floods", () => {
  type Piece = {
    readonly key: number;
    readonly size: number;
    readonly began: number;
    readonly ended: number;
  };

  /** Work of key 1 takes 30 ms a piece; a piece that holds a negative number fails. */
  function timed(name: string, givesWay = true) {
    const pieces: Piece[] = [];
    const work = async (key: number, batch: number[]) => {
      const began = performance.now();
      if (key === 1) await new Promise((resolve) => setTimeout(resolve, 30));
      pieces.push({ key, size: batch.length, began, ended: performance.now() });
      if (batch.some((n) => n < 0)) throw new Error("poisoned");
      return batch;
    };
    const { combine, waiting } = combiner({ name, largestBatch: 2_000, mostWaiting: 10_000, givesWay, work });
    return { pieces, combine, waiting };
  }
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

  test("works in pieces and steps back after each while others have something small to do", async () => {
    const { pieces, combine, waiting } = timed("test gives way");
    await combine(2, [0]);
    const others = setInterval(() => combine(2, [0]), 10);
    expect(await combine(1, numbers(900))).toEqual(numbers(900));
    clearInterval(others);
    const mine = pieces.filter(({ key }) => key === 1);
    expect(mine.map(({ size }) => size)).toEqual([250, 250, 250, 150]);
    const [first, second] = mine;
    expect((second?.began ?? 0) - (first?.ended ?? 0)).toBeGreaterThan(45);
    expect(waiting()).toBe(0);
  });

  test("works in pieces without a pause when what others had to do is a moment ago", async () => {
    const { pieces, combine } = timed("test a moment ago");
    await combine(2, [0]);
    await new Promise((resolve) => setTimeout(resolve, 110));
    const began = performance.now();
    await combine(1, numbers(900));
    expect(pieces.map(({ size }) => size)).toEqual([1, 250, 250, 250, 150]);
    expect(performance.now() - began).toBeLessThan(300);
  });

  test("gives way to another kind of work, too", async () => {
    const { pieces, combine } = timed("test one kind");
    await timed("test another kind").combine(2, [0]);
    await combine(1, numbers(600));
    expect(pieces.map(({ size }) => size)).toEqual([250, 250, 100]);
  });

  test("gives way to who looks at something of another organization", async () => {
    const { pieces, combine } = timed("test who looks");
    makeWayFor(2);
    await combine(1, numbers(600));
    expect(pieces.map(({ size }) => size)).toEqual([250, 250, 100]);
  });

  test("does not give way to work that is nobody's, as looking up a key", async () => {
    await new Promise((resolve) => setTimeout(resolve, 510));
    await timed("test of nobody", false).combine(2, [0]);
    const { pieces, combine } = timed("test beside nobody");
    await combine(1, numbers(600));
    expect(pieces.map(({ size }) => size)).toEqual([600]);
  });

  test("works at full speed when nobody else was there lately; what small work it has itself does not count", async () => {
    await new Promise((resolve) => setTimeout(resolve, 510));
    const { pieces, combine } = timed("test alone");
    await combine(1, [0]);
    await Promise.all([combine(1, numbers(900)), combine(1, numbers(900)), combine(1, numbers(900))]);
    expect(pieces.map(({ size }) => size)).toEqual([1, 900, 1_800]);
  });

  test("with a piece that fails what came behind it in the request has failed", async () => {
    const { pieces, combine, waiting } = timed("test poisoned piece");
    await combine(2, [0]);
    const poisoned = numbers(600).with(0, -1);
    await expect(combine(1, poisoned)).rejects.toThrow("poisoned");
    expect(pieces.filter(({ key }) => key === 1).map(({ size }) => size)).toEqual([250]);
    expect(waiting()).toBe(0);
    const later = numbers(600).with(300, -1);
    await expect(combine(1, later)).rejects.toThrow("poisoned");
    expect(pieces.filter(({ key }) => key === 1).map(({ size }) => size)).toEqual([250, 250, 250]);
    expect(waiting()).toBe(0);
  });

  test.each([
    ["when it begins to give way while two pieces of work are under way", 0],
    ["when others are gone before its first piece is done", 600],
  ])("the pieces of a request are done one behind the other: %s", async (_, pauseMs) => {
    const atOnce: number[][] = [];
    const underWay = new Set<number[]>();
    const ends: (() => void)[] = [];
    const { combine } = combiner<number, number>({
      name: `test pieces in order ${pauseMs}`,
      largestBatch: 1_000,
      mostWaiting: 10_000,
      besideFrom: 500,
      givesWay: true,
      work: async (_key, batch) => {
        underWay.add(batch);
        atOnce.push([...underWay].map(([first]) => first ?? 0));
        await new Promise<void>((end) => ends.push(end));
        underWay.delete(batch);
        return batch;
      },
    });
    const thousand = (from: number) => numbers(1_000).map((n) => from + n);
    await new Promise((resolve) => setTimeout(resolve, 510));
    if (pauseMs > 0) makeWayFor(2);
    const first = pauseMs > 0 ? [] : [combine(1, thousand(10_000)), combine(1, thousand(20_000))];
    const divided = combine(1, numbers(1_000));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (pauseMs > 0) first.push(combine(1, thousand(30_000)));
    else makeWayFor(2);
    let isOver = false;
    const all = Promise.all([...first, divided]).then(() => {
      isOver = true;
    });
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (pauseMs === 0) makeWayFor(2);
      ends.shift()?.();
    }
    await all;
    for (const pieces of atOnce) expect(pieces.filter((at) => at < 1_000).length).toBeLessThan(2);
  });
});
