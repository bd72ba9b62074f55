import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { Refusal } from "@/lib/errors";
import { sendDueMails } from "@/lib/mail/mail";
import { lettersTo } from "@/lib/mail/testing";
import { systemNow } from "@/lib/time/clock";
import { logIn, logInWithCode, ticketOf } from "./log-in";
import { ACCOUNT_LIMIT } from "./rules";
import { systemStaffScope } from "./scope";
import {
  beginSecondFactor,
  resetSecondFactor,
  resumeSecondFactor,
  secondFactorOf,
  turnOffSecondFactor,
  turnOnSecondFactor,
} from "./second-factor";
import { seal, unseal } from "./secrets";
import { readSession, type SignedIn } from "./session";
import { newUser, PASSWORD } from "./testing";
import { codeAt, stepOfCode } from "./totp";
import { changePassword } from "./users";

afterAll(closeDatabases);

const operator = systemStaffScope("test", "back_office:write");
const visit = { address: null, userAgent: "test" };
const MINUTE = 60_000;

/** The app's next code, which is taken already, or that of another step of half a minute. */
const codeOf = (secret: string, stepsLater = 1) =>
  codeAt(secret, new Date(systemNow().getTime() + stepsLater * 30_000));

async function signIn(email: string, code?: string): Promise<SignedIn> {
  const { sessionId } = await logIn({ email, password: PASSWORD, ...visit, ...(code && { code }) });
  const user = await readSession(sessionId);
  if (!user) throw new Error("the session is live");
  return user;
}

/** Somebody whose second factor is on, which used up the present code. */
async function newProtectedUser() {
  const { email } = await newUser();
  const before = await signIn(email);
  const { secret, sealed } = beginSecondFactor(before);
  const code = codeOf(secret, 0);
  const given = { sealed, password: PASSWORD, code };
  const { sessionId, recoveryCodes } = await turnOnSecondFactor(before, given, null);
  const user = await readSession(sessionId);
  if (!user) throw new Error("the session is live");
  return { user, before, email, secret, code, recoveryCodes };
}

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof Refusal) return error;
  throw error ?? new Error("it was not refused");
}

describe("a second factor", () => {
  test("asks for a code after the right password, and only then", async () => {
    const { email, secret, user } = await newProtectedUser();
    const wrong = await refusalOf(logIn({ email, password: "not the password", ...visit }));
    const unknown = await refusalOf(
      logIn({ email: `${randomUUID()}@example.com`, password: PASSWORD, ...visit }),
    );
    expect([wrong.message, wrong.code, wrong.extras]).toEqual([
      unknown.message,
      unknown.code,
      unknown.extras,
    ]);
    expect(ticketOf(wrong)).toBeNull();
    const ticket = ticketOf(await refusalOf(logIn({ email, password: PASSWORD, ...visit }))) ?? "";
    const again = await refusalOf(logInWithCode({ ticket, code: "000000", ...visit }));
    expect(ticketOf(again)).not.toBeNull();
    const session = await logInWithCode({ ticket, code: ` ${codeOf(secret)} `, ...visit });
    expect(session.userId).toBe(user.userId);
  });

  test("a code counts once, also when it is sent several times at once", async () => {
    const { email, secret } = await newProtectedUser();
    const code = codeOf(secret);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => logIn({ email, password: PASSWORD, code, ...visit })),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("a code older than one that was used counts no more, and the one that turned it on is used", async () => {
    const { email, secret, code } = await newProtectedUser();
    const first = refusalOf(logIn({ email, password: PASSWORD, code, ...visit }));
    expect(ticketOf(await first)).not.toBeNull();
    await signIn(email, codeOf(secret));
    await expect(signIn(email, codeOf(secret, 0))).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("each recovery code gets in once, however it is typed", async () => {
    const { email, recoveryCodes, user } = await newProtectedUser();
    expect(new Set(recoveryCodes).size).toBe(10);
    const [code = ""] = recoveryCodes;
    await signIn(email, code.toUpperCase().replaceAll("-", " "));
    await expect(signIn(email, code)).rejects.toMatchObject({ code: "unauthenticated" });
    expect(await secondFactorOf(user)).toEqual({ isOn: true, recoveryCodesLeft: 9 });
    const other = await newProtectedUser();
    await expect(signIn(other.email, recoveryCodes[1])).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("wrong codes are limited as wrong passwords are, in one step or in two", async () => {
    const { email, secret } = await newProtectedUser();
    const ticket = ticketOf(await refusalOf(logIn({ email, password: PASSWORD, ...visit }))) ?? "";
    for (let i = 1; i < ACCOUNT_LIMIT.attempts; i++) {
      await refusalOf(logInWithCode({ ticket, code: "000000", ...visit }));
    }
    const code = codeOf(secret);
    await expect(logInWithCode({ ticket, code, ...visit })).rejects.toMatchObject({ code: "rate_limited" });
    await expect(signIn(email, code)).rejects.toMatchObject({ code: "rate_limited" });
  });

  test("a ticket ends with the password it stands for, and a forged one is worth nothing", async () => {
    const { email, secret, user } = await newProtectedUser();
    const ticket = ticketOf(await refusalOf(logIn({ email, password: PASSWORD, ...visit }))) ?? "";
    await changePassword(user, { current: PASSWORD, next: "another horse battery" }, null);
    for (const given of [ticket, `${ticket}x`, "", seal("{}", "another purpose")]) {
      const refusal = await refusalOf(logInWithCode({ ticket: given, code: codeOf(secret), ...visit }));
      expect([refusal.code, ticketOf(refusal)]).toEqual(["unauthenticated", null]);
    }
  });

  test("turning it on or off ends every other log-in and is in the audit log", async () => {
    const { before, user, secret } = await newProtectedUser();
    expect(await readSession(before.sessionId)).toBeNull();
    const sessionId = await turnOffSecondFactor(user, { password: PASSWORD, code: codeOf(secret) }, null);
    expect(await readSession(user.sessionId)).toBeNull();
    expect(await readSession(sessionId)).not.toBeNull();
    expect(await secondFactorOf(user)).toEqual({ isOn: false, recoveryCodesLeft: 0 });
    await signIn(user.email);
    expect(await actionsOn(user.userId)).toEqual(["second_factor.turned_on", "second_factor.turned_off"]);
    while ((await sendDueMails(systemNow())) > 0);
    const told = (await lettersTo(user.email, 2))
      .map((letter) => /^Subject: (.*)$/m.exec(letter)?.[1])
      .sort();
    const [off, on] = ["off", "on"].map((state) => `Kuota: Your second factor was turned ${state}`);
    expect(told).toEqual([off, on]);
  });

  test("is turned on and off by whoever knows password and code, and by nobody who lacks one", async () => {
    const { user, secret } = await newProtectedUser();
    const off = (password: string, code: string) =>
      refusalOf(turnOffSecondFactor(user, { password, code }, null));
    expect((await off("not the password", codeOf(secret))).extras.members).toEqual({ wrong: "password" });
    expect((await off(PASSWORD, "000000")).extras.members).toEqual({ wrong: "code" });
    const stranger = await signIn((await newUser()).email);
    const { sealed } = beginSecondFactor(user);
    const on = turnOnSecondFactor(stranger, { sealed, password: PASSWORD, code: codeOf(secret) }, null);
    expect((await refusalOf(on)).extras.members).toEqual({ wrong: "code" });
    const mine = beginSecondFactor(stranger);
    expect(resumeSecondFactor(stranger, mine.sealed)).toEqual(mine);
    expect(resumeSecondFactor(stranger, sealed).secret).not.toBe(resumeSecondFactor(user, sealed).secret);
    expect((await secondFactorOf(stranger)).isOn).toBe(false);
  });

  test("staff take it away from somebody who lost it, with a reason, and end the log-ins", async () => {
    const { user } = await newProtectedUser();
    await resetSecondFactor(operator, user.userId, "lost phone, called back");
    expect(await readSession(user.sessionId)).toBeNull();
    await signIn(user.email);
    expect(await actionsOn(user.userId)).toContain("second_factor.reset");
    await expect(resetSecondFactor(operator, user.userId, "again")).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test("is not readable in the database", async () => {
    const { user, secret, recoveryCodes } = await newProtectedUser();
    const rows = await acrossOrganizations(
      (tx) => rawSql(tx)`
        select u.totp_secret, r.code_hash from users u join recovery_codes r on r.user_id = u.id
        where u.id = ${user.userId}`,
    );
    expect(rows).toHaveLength(10);
    const kept = JSON.stringify(rows);
    for (const text of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll("-", ""))]) {
      expect(kept).not.toContain(text);
    }
  });
});

test("codes are those of RFC 6238, a step early or late included", () => {
  // Appendix B: the ASCII secret "12345678901234567890" at 59 s has 94287082, of which six digits are shown.
  const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  expect(stepOfCode(secret, "287082", new Date(59_000))).toBe(1);
  expect(stepOfCode(secret, "287082", new Date(29_000))).toBe(1);
  expect(stepOfCode(secret, "287082", new Date(89_000))).toBe(1);
  expect(stepOfCode(secret, "287082", new Date(2 * MINUTE))).toBeNull();
  expect(stepOfCode(secret, "28708", new Date(59_000))).toBeNull();
});

test("what is sealed is read for the same purpose only, and a changed one not at all", () => {
  const sealed = seal("secret", "second-factor:1");
  expect(unseal(sealed, "second-factor:1")).toBe("secret");
  expect(unseal(sealed, "second-factor:2")).toBeNull();
  const bytes = Buffer.from(sealed, "base64url");
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(unseal(changed.toString("base64url"), "second-factor:1")).toBeNull();
  }
  for (const garbage of ["", "x", "€", "a".repeat(100)])
    expect(unseal(garbage, "second-factor:1")).toBeNull();
});

async function actionsOn(userId: number): Promise<string[]> {
  const rows = await acrossOrganizations(
    (tx) => rawSql(tx)<{ action: string }[]>`
      select action from audit_log where subject = ${`user:${userId}`} and action like 'second_factor.%' order by id`,
  );
  return rows.map(({ action }) => action);
}
