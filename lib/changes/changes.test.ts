import { randomInt } from "node:crypto";
import { afterAll, expect, test, vi } from "vitest";
import { acrossOrganizations, closeDatabases, listenClient } from "@/db/client";
import { announceChange, countListeners, listenForChanges } from "./changes";

afterAll(closeDatabases);

test("who listens is told of its organization alone, also after the connection broke, and holds nothing once it has left", async () => {
  const [mine, other] = [randomInt(1_000_000_000, 2_000_000_000), randomInt(1, 1_000_000)];
  const told = vi.fn();
  const before = countListeners();
  const leave = await listenForChanges(mine, told);
  announceChange(other);
  announceChange(mine);
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1), { timeout: 5_000 });

  await listenClient()`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query = 'listen "kuota_changes"' and pid <> pg_backend_pid()`;
  await vi.waitFor(
    () => {
      announceChange(mine);
      expect(told.mock.calls.length).toBeGreaterThan(1);
    },
    { timeout: 20_000, interval: 500 },
  );
  leave();
  expect(countListeners()).toBe(before);
  const times = told.mock.calls.length;
  announceChange(mine);
  await new Promise((resolve) => setTimeout(resolve, 800));
  expect(told).toHaveBeenCalledTimes(times);
  await acrossOrganizations(async () => undefined);
});
