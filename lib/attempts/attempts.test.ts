import { randomInt } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases } from "@/db/client";
import { countAttempts, countExport } from "./attempts";

afterAll(closeDatabases);

test("an organization begins sixty downloads in a minute, also at once, and no more; others are not touched", async () => {
  const [one, other] = [randomInt(1_000_000_000, 2_000_000_000), randomInt(1_000_000_000, 2_000_000_000)];
  const outcomes = await Promise.allSettled(Array.from({ length: 65 }, () => countExport(one)));
  const refused = outcomes.filter(({ status }) => status === "rejected");
  expect(refused).toHaveLength(5);
  await expect(countExport(one)).rejects.toMatchObject({
    code: "rate_limited",
    extras: { retryAfterSeconds: expect.any(Number) },
  });
  await expect(countExport(other)).resolves.toBeUndefined();
});

test("several at once are allowed as far as the limit goes, and the first refusal of a window is told from the next", async () => {
  const key = `test:${randomInt(1_000_000_000, 2_000_000_000)}`;
  const count = async (wanted: number) => {
    const counted = await acrossOrganizations((tx) =>
      countAttempts(tx, [{ key, attempts: 10, seconds: 60, wanted }]),
    );
    return counted.get(key);
  };
  expect(await count(6)).toEqual({ allowed: 6, isExceededNow: false });
  expect(await count(4)).toEqual({ allowed: 4, isExceededNow: false });
  expect(await count(3)).toEqual({ allowed: 0, isExceededNow: true });
  expect(await count(1)).toEqual({ allowed: 0, isExceededNow: false });
});

test("whoever counts for many at once, in whatever order, waits and does not deadlock", async () => {
  const keys = Array.from({ length: 20 }, () => `test:${randomInt(1_000_000_000, 2_000_000_000)}`);
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, (_, turn) => {
      const wishes = keys.map((key) => ({ key, attempts: 15, seconds: 60, wanted: 2 }));
      return acrossOrganizations((tx) => countAttempts(tx, turn % 2 === 0 ? wishes : wishes.reverse()));
    }),
  );
  const allowed = outcomes.map((counted) => keys.map((key) => counted.get(key)?.allowed ?? 0));
  expect(allowed.flat().reduce((sum, one) => sum + one, 0)).toBe(20 * 15);
});
