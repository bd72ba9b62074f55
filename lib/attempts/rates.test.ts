import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { forgetRate, isRated, secondsToWait, takeFromRate } from "./rates";

const RATE = { burst: 3, perSecond: 0.5 };

test("a burst is allowed, then as much as the rate gives back, and the wait that is told suffices", () => {
  const name = randomUUID();
  expect([0, 0, 0].map((now) => takeFromRate(name, RATE, now))).toEqual([null, null, null]);
  expect(takeFromRate(name, RATE, 0)).toBe(2);
  expect(takeFromRate(name, RATE, 1_999)).toBe(1);
  expect(takeFromRate(name, RATE, 2_000)).toBeNull();
  expect(takeFromRate(name, RATE, 2_000)).toBe(2);
});

test("what rests long is allowed a burst again and no more", () => {
  const name = randomUUID();
  takeFromRate(name, RATE, 0);
  const allowed = [0, 1, 2, 3].filter(() => takeFromRate(name, RATE, 3_600_000) === null);
  expect(allowed).toHaveLength(3);
});

test("names do not share a rate, asking takes nothing, and what is forgotten begins afresh", () => {
  const [one, other] = [randomUUID(), randomUUID()];
  for (let i = 0; i < 3; i++) takeFromRate(one, RATE, 0);
  expect(secondsToWait(one, RATE, 0)).toBe(2);
  expect(secondsToWait(other, RATE, 0)).toBeNull();
  expect([isRated(one), isRated(other)]).toEqual([true, false]);
  forgetRate(one);
  expect(secondsToWait(one, RATE, 0)).toBeNull();
});

test("memory does not grow with strangers", () => {
  const known = randomUUID();
  takeFromRate(known, RATE, 0);
  for (let i = 0; i < 50_001; i++) takeFromRate(`stranger-${i}`, RATE, 0);
  expect(isRated(known)).toBe(false);
  expect(isRated("stranger-50000")).toBe(true);
});
