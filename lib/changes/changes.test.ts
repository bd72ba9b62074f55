import { randomInt } from "node:crypto";
import { afterAll, expect, test, vi } from "vitest";
import { acrossOrganizations, closeDatabases, listenClient } from "@/db/client";
import { announceChange, countListeners, listenForChanges } from "./changes";

afterAll(closeDatabases);

test("who listens is told of its organization alone, also after the connection broke, and holds nothing once it has left", async () => {
  const [mine, other] = [randomInt(1_000_000_000, 2_000_000_000), randomInt(1, 1_000_000)];
  const told = vi.fn();
  const before = countListeners();
  const leave = await listenForChanges(mine, Number.NaN, told);
  announceChange(other);
  announceChange(mine);
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1), { timeout: 5_000 });

  await listenClient()`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query = 'listen "kuota_changes"' and pid <> pg_backend_pid()`;
  // What was announced meanwhile is lost, so nobody needs to announce anything.
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2), { timeout: 20_000 });
  await vi.waitFor(
    () => {
      announceChange(mine);
      expect(told.mock.calls.length).toBeGreaterThan(2);
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

test("who comes late is told at once of a change since then, and of none before", async () => {
  const organizationId = randomInt(1_000_000_000, 2_000_000_000);
  const heard = vi.fn();
  const leave = await listenForChanges(organizationId, Number.NaN, heard);
  const toldAtOnce = async (since: number) => {
    const told = vi.fn();
    const leaveAgain = await listenForChanges(organizationId, since, told);
    leaveAgain();
    return told.mock.calls.length === 1;
  };
  // This process began to listen a moment ago: it cannot know what was announced in the hour before.
  const unsure = vi.fn();
  const leaveUnsure = await listenForChanges(organizationId, Date.now() - 3_600_000, unsure);
  await vi.waitFor(() => expect(unsure).toHaveBeenCalledTimes(1), { timeout: 8_000 });
  leaveUnsure();
  const before = Date.now();
  expect(await toldAtOnce(before)).toBe(false);
  announceChange(organizationId);
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1), { timeout: 5_000 });
  expect(await toldAtOnce(before)).toBe(true);
  // Another instance, whose clock is ahead, may have made the page.
  expect(await toldAtOnce(Date.now() + 500)).toBe(true);
  expect(await toldAtOnce(Date.now() + 2_000)).toBe(false);
  expect(await toldAtOnce(Number.NaN)).toBe(false);
  leave();
});
