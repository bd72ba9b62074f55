import "server-only";
import { randomBytes } from "node:crypto";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { countAttempt, forgetAttempts } from "@/lib/attempts/attempts";
import { writeAudit } from "@/lib/audit/audit";
import { Refusal } from "@/lib/errors";
import { logNotice } from "@/lib/log";
import { systemNow } from "@/lib/time/clock";
import { isPassword } from "./argon2";
import { tellOfChange } from "./letters";
import { ACCOUNT_LIMIT } from "./rules";
import type { StaffScope } from "./scope";
import { digest, seal, unseal } from "./secrets";
import { openSession, revokeSessions, type SignedIn } from "./session";
import {
  countRecoveryCodes,
  lockUserRow,
  replaceRecoveryCodes,
  selectUser,
  spendRecoveryCode,
  updateUser,
} from "./store";
import { newTotpSecret, stepOfCode, totpAddress } from "./totp";

/** A second factor that is being set up: nothing is kept of it until a code proves that the app has it. */
export type Enrolment = {
  /** Comes back with the form; only this log-in's account can use it. */
  readonly sealed: string;
  /** To type where a camera cannot read the QR code. */
  readonly secret: string;
  /** What the QR code says. */
  readonly address: string;
};

const RECOVERY_CODES = 10;

/** A secret for this person's authenticator app. */
export function beginSecondFactor(user: Pick<SignedIn, "userId" | "email">): Enrolment {
  const secret = newTotpSecret();
  return enrolmentOf(user, secret, seal(secret, enrolling(user.userId)));
}

/** The same secret again, for a form that was sent and refused; a new one when it is not this person's. */
export function resumeSecondFactor(user: Pick<SignedIn, "userId" | "email">, sealed: string): Enrolment {
  const secret = unseal(sealed, enrolling(user.userId));
  return secret ? enrolmentOf(user, secret, sealed) : beginSecondFactor(user);
}

/** Whether a person has a second factor, and how many recovery codes are left. */
export async function secondFactorOf(
  user: Pick<SignedIn, "userId">,
): Promise<{ readonly isOn: boolean; readonly recoveryCodesLeft: number }> {
  return acrossOrganizations(async (tx) => ({
    isOn: ((await selectUser(tx, user.userId))?.totpSecret ?? null) !== null,
    recoveryCodesLeft: await countRecoveryCodes(tx, user.userId),
  }));
}

/**
 * Turns the second factor on, once the password and a code of the new secret are right. Every other log-in ends.
 *
 * @returns the recovery codes, shown this once, and the log-in that replaces this one.
 * @throws Refusal forbidden when password or code are wrong; rate_limited when they were too often; conflict when there is
 * a second factor already.
 */
export async function turnOnSecondFactor(
  user: SignedIn,
  given: { readonly sealed: string; readonly password: string; readonly code: string },
  userAgent: string | null,
): Promise<{ readonly recoveryCodes: readonly string[]; readonly sessionId: string }> {
  const secret = unseal(given.sealed, enrolling(user.userId));
  return withPassword(user, given.password, async (tx, row) => {
    if (row.totpSecret) throw new Refusal("conflict", "There is a second factor already.");
    const step = secret ? stepOfCode(secret, plain(given.code), systemNow()) : null;
    if (!secret || step === null) throw wrong("code");
    const recoveryCodes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
    await replaceRecoveryCodes(tx, user.userId, recoveryCodes.map(plain).map(digest));
    await updateUser(tx, user.userId, { totpSecret: seal(secret, keeping(user.userId)), totpStep: step });
    await revokeSessions(tx, user.userId);
    await audit(tx, user, "second_factor.turned_on");
    await tellOfChange(tx, row, "second_factor_on");
    return { recoveryCodes, sessionId: await openSession(tx, row, userAgent) };
  });
}

/**
 * Turns the second factor off, with the password and a code of it, or a recovery code. Every other log-in ends.
 *
 * @returns the log-in that replaces this one.
 * @throws Refusal forbidden when password or code are wrong; rate_limited when they were too often.
 */
export async function turnOffSecondFactor(
  user: SignedIn,
  given: { readonly password: string; readonly code: string },
  userAgent: string | null,
): Promise<string> {
  return withPassword(user, given.password, async (tx, row) => {
    if (!(await isSecondFactor(tx, row, given.code))) throw wrong("code");
    await removeSecondFactor(tx, user.userId);
    await revokeSessions(tx, user.userId);
    await audit(tx, user, "second_factor.turned_off");
    await tellOfChange(tx, row, "second_factor_off");
    return openSession(tx, row, userAgent);
  });
}

/**
 * Takes the second factor of somebody away who has lost it and the recovery codes. Every log-in of theirs ends; the
 * password stays. Staff make sure first, by other means, who is asking.
 *
 * @throws Refusal not_found when there is no such person or no second factor.
 */
export async function resetSecondFactor(
  scope: StaffScope<"back_office:write">,
  userId: number,
  reason: string,
): Promise<void> {
  await acrossOrganizations(async (tx) => {
    const row = await lockUserRow(tx, userId);
    if (!row?.totpSecret) throw new Refusal("not_found", "There is no second factor to reset.");
    await removeSecondFactor(tx, userId);
    await revokeSessions(tx, userId);
    const subject = `user:${userId}`;
    const action = "second_factor.reset";
    await writeAudit(tx, { actor: scope.actor, organizationId: null, action, subject, reason });
    await tellOfChange(tx, row, "second_factor_off");
  });
}

type UserRow = NonNullable<Awaited<ReturnType<typeof lockUserRow>>>;

/**
 * Whether a code is one of a person's second factor: of the app, newer than the last one used, or a recovery code. It
 * is used up in this transaction, which holds the person's row: sent twice, also at once, it counts once.
 */
export async function isSecondFactor(tx: Transaction, row: UserRow, code: string): Promise<boolean> {
  if (!row.totpSecret) return false;
  const typed = plain(code);
  if (!/^\d{6}$/.test(typed)) return spendRecoveryCode(tx, row.id, digest(typed));
  const secret = unseal(row.totpSecret, keeping(row.id));
  if (!secret) {
    // NEXTAUTH_SECRET was changed: recovery codes still work, and staff can reset.
    logNotice("second_factor.unreadable", { userId: row.id });
    return false;
  }
  const step = stepOfCode(secret, typed, systemNow());
  if (step === null || step <= (row.totpStep ?? -1)) return false;
  await updateUser(tx, row.id, { totpStep: step });
  return true;
}

/** What a refusal was about, for the field to say so. */
export function wrongPartOf(refusal: Refusal): "password" | "code" | null {
  const part = refusal.extras.members?.wrong;
  return part === "password" || part === "code" ? part : null;
}

/** Runs `work` on the locked row if the password is right; wrong ones, and what `work` refuses, count against a limit. */
async function withPassword<T>(
  user: SignedIn,
  password: string,
  work: (tx: Transaction, row: UserRow) => Promise<T>,
): Promise<T> {
  const attempts = { key: `second-factor:user:${user.userId}`, ...ACCOUNT_LIMIT };
  const { wait, known } = await acrossOrganizations(async (tx) => ({
    wait: await countAttempt(tx, [attempts]),
    known: await selectUser(tx, user.userId),
  }));
  if (wait !== null) {
    throw new Refusal("rate_limited", "Too many attempts. Try again later.", { retryAfterSeconds: wait });
  }
  const isRight = await isPassword(known?.passwordHash ?? null, password);
  return acrossOrganizations(async (tx) => {
    const row = await lockUserRow(tx, user.userId);
    if (!row || !isRight || row.passwordHash !== known?.passwordHash) throw wrong("password");
    const outcome = await work(tx, row);
    await forgetAttempts(tx, attempts.key);
    return outcome;
  });
}

async function removeSecondFactor(tx: Transaction, userId: number): Promise<void> {
  await updateUser(tx, userId, { totpSecret: null, totpStep: null });
  await replaceRecoveryCodes(tx, userId, []);
}

function audit(tx: Transaction, { userId }: SignedIn, action: string): Promise<void> {
  const actor = { kind: "user", userId } as const;
  return writeAudit(tx, { actor, organizationId: null, action, subject: `user:${userId}` });
}

function wrong(part: "password" | "code"): Refusal {
  const words = part === "password" ? "The current password is not right." : "The code is not right.";
  return new Refusal("forbidden", words, { members: { wrong: part } });
}

function enrolmentOf(user: Pick<SignedIn, "email">, secret: string, sealed: string): Enrolment {
  return { sealed, secret, address: totpAddress(secret, user.email) };
}

const enrolling = (userId: number) => `second-factor-enrolment:${userId}`;
const keeping = (userId: number) => `second-factor:${userId}`;

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/** 80 random bits, in letters and digits that are not mistaken for each other: "k3vw-9qpa-…". */
function newRecoveryCode(): string {
  const letters = [...randomBytes(16)].map((byte) => LETTERS[byte % LETTERS.length]).join("");
  return letters.replace(/.{4}(?=.)/g, "$&-");
}

/** As people type it: with spaces, dashes, capitals. */
function plain(code: string): string {
  return code.replace(/[\s-]/g, "").toLowerCase().slice(0, 100);
}
