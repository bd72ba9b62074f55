import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { closeDatabases } from "@/db/client";
import { type Actor, systemScope } from "@/lib/auth/scope";
import * as changes from "@/lib/changes/changes";
import * as shutdown from "@/lib/shutdown";
import { GET } from "./route";

// Who is there is Next's to know; the browser tests ask the real one.
const given = vi.hoisted(() => ({ userId: 0 }));
vi.mock("@/lib/auth/authorize", () => ({
  authorize: async () => ({
    ...systemScope("test", organizationId, "balance:read"),
    actor: { kind: "user", userId: given.userId } satisfies Actor,
  }),
}));

const MOST = 20;
const organizationId = randomInt(1_000_000_000, 2_000_000_000);
const context = { params: Promise.resolve({ organization: "acme" }) };

beforeEach(() => {
  given.userId = randomInt(1, 1_000_000_000);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

afterAll(closeDatabases);

async function open(init: RequestInit = {}, query = ""): Promise<Response> {
  return GET(new Request(`http://kuota.example/o/acme/package-usage/live${query}`, init), context);
}

async function openAll(): Promise<Response[]> {
  return Promise.all(Array.from({ length: MOST }, () => open()));
}

async function endAll(responses: readonly Response[]): Promise<void> {
  await Promise.all(responses.map((response) => response.body?.cancel()));
}

/** Exactly the places that were taken are free again: 20, not 19 and not 21. */
async function expectNoneTaken(): Promise<void> {
  const responses = await openAll();
  expect(responses.map(({ status }) => status)).toEqual(Array(MOST).fill(200));
  expect((await open()).status).toBe(429);
  await endAll(responses);
  await vi.waitFor(() => expect(changes.countListeners()).toBe(0));
  expect(shutdown.countEndless()).toBe(0);
}

describe("the stream of changes", () => {
  test("a person opens 20 at once; the next is told when to come again, and the database is not asked for it", async () => {
    const listen = vi.spyOn(changes, "listenForChanges");
    const responses = await openAll();
    expect(responses.every(({ status }) => status === 200)).toBe(true);
    expect(listen).toHaveBeenCalledTimes(MOST);
    const refused = await open();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "30"]);
    expect(listen).toHaveBeenCalledTimes(MOST);

    given.userId += 1;
    const other = await open();
    expect(other.status).toBe(200);
    await endAll([other]);
    given.userId -= 1;
    expect((await open()).status).toBe(429);
    await endAll(responses);
    await expectNoneTaken();
  });

  test("a page that was made before this process listened is told to look again; one that names no time, or none at all, is not", async () => {
    const aborting = new AbortController();
    const queries = ["?since=1000000000000", "", "?since=yesterday"];
    const responses = await Promise.all(queries.map((query) => open({ signal: aborting.signal }, query)));
    const texts = Promise.all(responses.map((response) => response.text()));
    // Those who may have missed something are told within five seconds.
    await wait(5_200);
    aborting.abort();
    expect((await texts).map((text) => text.includes("event: change"))).toEqual([true, false, false]);
    await expectNoneTaken();
  });

  test("its place is given back once when the reader leaves and the request is aborted as well", async () => {
    const aborting = new AbortController();
    const response = await open({ signal: aborting.signal });
    await response.body?.cancel();
    aborting.abort();
    await expectNoneTaken();
  });

  test("and when the request is aborted, also before it was answered", async () => {
    const aborting = new AbortController();
    const response = await open({ signal: aborting.signal });
    const text = response.text();
    aborting.abort();
    expect(await text).toContain("retry: 3000");
    await open({ signal: AbortSignal.abort() });
    await expectNoneTaken();
  });

  test("and when it has lasted long enough", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
    const text = open().then((response) => response.text());
    await vi.waitFor(() => expect(changes.countListeners()).toBe(1));
    vi.advanceTimersByTime(300_000);
    expect(await text).toContain(":\n\n");
    vi.useRealTimers();
    await expectNoneTaken();
  });

  test("and when the server stops", async () => {
    const ends: (() => void)[] = [];
    const spy = vi.spyOn(shutdown, "endAtShutdown").mockImplementation((end) => {
      ends.push(end);
      return () => undefined;
    });
    const response = await open();
    for (const end of ends) end();
    expect(await response.text()).toContain("retry: 3000");
    spy.mockRestore();
    await expectNoneTaken();
  });

  test("and when the database cannot be listened to, or the reader left meanwhile", async () => {
    const listen = vi.spyOn(changes, "listenForChanges").mockRejectedValueOnce(new Error("away"));
    await expect((await open()).text()).rejects.toThrow("away");

    let begin: (unlisten: () => void) => void = () => undefined;
    listen.mockReturnValueOnce(new Promise((resolve) => (begin = resolve)));
    await (await open()).body?.cancel();
    const unlisten = vi.fn();
    begin(unlisten);
    await vi.waitFor(() => expect(unlisten).toHaveBeenCalledTimes(1));
    listen.mockRestore();
    await expectNoneTaken();
  });

  test("HEAD takes no place for longer than its answer", async () => {
    const response = await open({ method: "HEAD" });
    expect([response.status, response.body]).toEqual([200, null]);
    await expectNoneTaken();
  });
});
