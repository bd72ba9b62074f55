import { randomInt } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { closeDatabases } from "@/db/client";
import { countExport } from "./attempts";

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
