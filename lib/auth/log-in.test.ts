import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { closeDatabases } from "@/db/client";
import { Refusal } from "@/lib/errors";
import { monotonicMilliseconds } from "@/lib/time/clock";
import { logIn } from "./log-in";
import { ACCOUNT_LIMIT, ADDRESS_LIMIT } from "./rules";
import { systemStaffScope } from "./scope";
import { readSession } from "./session";
import { newUser, PASSWORD } from "./testing";
import { setLocked } from "./users";

const operator = systemStaffScope("test", "back_office:write");

afterAll(closeDatabases);

async function attempt(email: string, password: string, address: string | null = null) {
  try {
    return await logIn({ email, password, address, userAgent: null });
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

async function lockedUser() {
  const user = await newUser();
  await setLocked(operator, user.id, true, "asked by the client");
  return user;
}

describe("logging in", () => {
  test("the right password opens a session that is this person's · P1", async () => {
    const user = await newUser();
    const outcome = await attempt(`  ${user.email.toUpperCase()} `, PASSWORD);
    expect(outcome).toMatchObject({ userId: user.id });
    if (outcome instanceof Refusal) return;
    expect(await readSession(outcome.sessionId)).toMatchObject({ userId: user.id, organizations: [] });
  });

  test("wrong password, unknown e-mail, locked account and account without password are refused in the same words · P1", async () => {
    const [known, locked, invited] = await Promise.all([newUser(), lockedUser(), newUser(null)]);
    const refusals = await Promise.all([
      attempt(known.email, "not the password"),
      attempt(`${randomUUID()}@example.com`, PASSWORD),
      attempt(locked.email, PASSWORD),
      attempt(invited.email, PASSWORD),
      attempt("", ""),
    ]);
    const told = refusals.map((refusal) =>
      refusal instanceof Refusal ? [refusal.code, refusal.message, refusal.extras] : refusal,
    );
    for (const refusal of told) expect(refusal).toEqual(["unauthenticated", expect.any(String), {}]);
    expect(new Set(told.map((refusal) => JSON.stringify(refusal))).size).toBe(1);
  });

  test("they take the same time · P1", async () => {
    const [known, locked] = await Promise.all([newUser(), lockedUser()]);
    const cases = {
      wrong: () => attempt(known.email, "not the password"),
      locked: () => attempt(locked.email, PASSWORD),
      unknown: () => attempt(`${randomUUID()}@example.com`, PASSWORD),
    };
    const times: Record<string, number[]> = { wrong: [], locked: [], unknown: [] };
    // In turn, so that what else the machine does falls on all of them alike; stays below the limit of an account.
    for (let round = 0; round < 9; round++) {
      for (const [name, run] of Object.entries(cases)) {
        const start = monotonicMilliseconds();
        await run();
        times[name]?.push(monotonicMilliseconds() - start);
      }
    }
    // What else the machine does only ever adds to a time: the shortest of each case is what the case itself takes.
    const shortest = Object.values(times).map((list) => Math.min(...list));
    expect(Math.max(...shortest) / Math.min(...shortest)).toBeLessThan(1.5);
  });
});

describe("limits", () => {
  test("twenty wrong log-ins at once get ten answers and no more · P1", async () => {
    const user = await newUser();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => attempt(user.email, "not the password")),
    );
    const codes = outcomes.map((outcome) => (outcome instanceof Refusal ? outcome.code : "opened"));
    expect(codes.filter((code) => code === "unauthenticated")).toHaveLength(ACCOUNT_LIMIT.attempts);
    expect(codes.filter((code) => code === "rate_limited")).toHaveLength(20 - ACCOUNT_LIMIT.attempts);
  });

  test("a throttled account does not open with the right password either, and says when to come back · P1", async () => {
    const user = await newUser();
    for (let i = 0; i <= ACCOUNT_LIMIT.attempts; i++) await attempt(user.email, "not the password");
    const refusal = await attempt(user.email, PASSWORD);
    expect(refusal).toMatchObject({ code: "rate_limited" });
    const wait = refusal instanceof Refusal ? refusal.extras.retryAfterSeconds : undefined;
    expect(wait).toBeGreaterThan(ACCOUNT_LIMIT.seconds - 60);
    expect(wait).toBeLessThanOrEqual(ACCOUNT_LIMIT.seconds);
  });

  test("an e-mail address that nobody has is throttled like one that somebody has", async () => {
    const email = `${randomUUID()}@example.com`;
    for (let i = 0; i < ACCOUNT_LIMIT.attempts; i++) await attempt(email, PASSWORD);
    expect(await attempt(email, PASSWORD)).toMatchObject({ code: "rate_limited" });
  });

  test("a right log-in starts the account's count afresh", async () => {
    const user = await newUser();
    for (let i = 0; i < ACCOUNT_LIMIT.attempts - 1; i++) await attempt(user.email, "not the password");
    expect(await attempt(user.email, PASSWORD)).not.toBeInstanceOf(Refusal);
    for (let i = 0; i < ACCOUNT_LIMIT.attempts; i++) {
      expect(await attempt(user.email, "not the password")).toMatchObject({ code: "unauthenticated" });
    }
  });

  test("an address that tries many accounts is stopped, right log-ins from it cost nothing · P1", async () => {
    // One customer of a provider, who comes from another address of its network each time.
    const network = randomUUID().slice(0, 4);
    const anAddress = () => `2001:db8:1:${network}:${randomUUID().slice(0, 4)}::1`;
    const user = await newUser();
    expect(await attempt(user.email, PASSWORD, anAddress())).not.toBeInstanceOf(Refusal);
    const tries = Array.from({ length: ADDRESS_LIMIT.attempts }, () =>
      attempt(`${randomUUID()}@example.com`, PASSWORD, anAddress()),
    );
    for (const outcome of await Promise.all(tries))
      expect(outcome).toMatchObject({ code: "unauthenticated" });
    expect(await attempt(user.email, PASSWORD, anAddress())).toMatchObject({ code: "rate_limited" });
    expect(await attempt(user.email, PASSWORD, `test-${randomUUID()}`)).not.toBeInstanceOf(Refusal);
  });
});
