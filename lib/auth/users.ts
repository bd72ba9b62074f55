import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { countAttempt, forgetAttempts } from "@/lib/attempts/attempts";
import { writeAudit } from "@/lib/audit/audit";
import { Refusal } from "@/lib/errors";
import { systemNow } from "@/lib/time/clock";
import { hashPassword, isPassword } from "./argon2";
import { tellOfChange } from "./letters";
import type { StaffRole } from "./permissions";
import { ACCOUNT_LIMIT, type PasswordFault, passwordFault } from "./rules";
import type { StaffScope } from "./scope";
import { openSession, revokeSessions, type SignedIn } from "./session";
import {
  insertUser,
  lockUserRow,
  selectNames,
  selectStaff,
  selectUser,
  selectUserByEmail,
  updateUser,
} from "./store";

export type NewUser = {
  readonly email: string;
  readonly name: string;
  /** Null: cannot log in until a password is chosen through an invitation. */
  readonly password: string | null;
  readonly locale?: "en" | "id" | null;
};

export type Staff = Awaited<ReturnType<typeof selectStaff>>[number];

/**
 * Writes a person down, who may then log in but sees nothing before being made a member of an organization.
 *
 * @throws Refusal already_exists for a taken e-mail address; invalid_input for a password that may not be used.
 */
export async function createUser(tx: Transaction, user: NewUser): Promise<number> {
  return insertPerson(tx, user, null);
}

/**
 * Gives one of the vendor's own people a log-in for the back office.
 *
 * @throws Refusal as `createUser`.
 */
export async function createStaff(
  scope: StaffScope<"back_office:write">,
  user: NewUser,
  role: StaffRole,
): Promise<number> {
  return acrossOrganizations(async (tx) => {
    const userId = await insertPerson(tx, user, role);
    await writeAudit(tx, {
      actor: scope.actor,
      organizationId: null,
      action: "staff.created",
      subject: `user:${userId}`,
      after: { role },
    });
    return userId;
  });
}

/** Everyone who may enter the back office, by name. */
export async function staff(_scope: StaffScope<"back_office:read">): Promise<Staff[]> {
  return acrossOrganizations(selectStaff);
}

/** The id of the person with an e-mail address, or null. */
export async function findUser(tx: Transaction, email: string): Promise<number | null> {
  return (await selectUserByEmail(tx, email.trim().toLowerCase()))?.id ?? null;
}

/** Whether somebody has chosen a password yet. */
export async function hasPassword(tx: Transaction, userId: number): Promise<boolean> {
  return ((await selectUser(tx, userId))?.passwordHash ?? null) !== null;
}

/** The names of people by id, for lists that hold only their ids; people who are no longer there are missing. */
export async function userNames(tx: Transaction, userIds: readonly number[]): Promise<Map<number, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await selectNames(tx, [...new Set(userIds)]);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/**
 * Changes the password and ends every log-in of this person at once (P1), this one included.
 *
 * @returns the id of the log-in that replaces this one.
 * @throws Refusal forbidden when `current` is wrong; rate_limited when it was wrong too often; invalid_input for a password
 * that may not be used.
 */
export async function changePassword(
  user: SignedIn,
  passwords: { readonly current: string; readonly next: string },
  userAgent: string | null,
): Promise<string> {
  assertUsable(passwords.next, user.email);
  const attempts = { key: `password:user:${user.userId}`, ...ACCOUNT_LIMIT };
  const { wait, known } = await acrossOrganizations(async (tx) => ({
    wait: await countAttempt(tx, [attempts]),
    known: await selectUser(tx, user.userId),
  }));
  if (wait !== null) {
    throw new Refusal("rate_limited", "Too many attempts. Try again later.", { retryAfterSeconds: wait });
  }
  const isRight = await isPassword(known?.passwordHash ?? null, passwords.current);
  const passwordHash = await hashPassword(passwords.next);
  return acrossOrganizations(async (tx) => {
    const row = await lockUserRow(tx, user.userId);
    if (!row || !isRight || row.passwordHash !== known?.passwordHash) {
      throw new Refusal("forbidden", "The current password is not right.");
    }
    await forgetAttempts(tx, attempts.key);
    await updateUser(tx, user.userId, { passwordHash });
    await revokeSessions(tx, user.userId);
    await writeAudit(tx, {
      actor: { kind: "user", userId: user.userId },
      organizationId: null,
      action: "password.changed",
      subject: `user:${user.userId}`,
    });
    await tellOfChange(tx, row, "password");
    return openSession(tx, row, userAgent);
  });
}

/** Gives a password to a person who has none yet, or resets one; for invitations and for the operator. */
export async function setPassword(tx: Transaction, userId: number, password: string): Promise<void> {
  const user = await lockUserRow(tx, userId);
  if (!user) throw new Refusal("not_found", "There is no such person.");
  assertUsable(password, user.email);
  await updateUser(tx, userId, { passwordHash: await hashPassword(password) });
  await revokeSessions(tx, userId);
}

/**
 * Gives somebody who forgot their password another one, after the vendor made sure who asks. Ends all of their log-ins and
 * is told by mail; a second factor stays.
 *
 * @throws Refusal not_found; invalid_input for a password that may not be used.
 */
export async function resetPassword(
  scope: StaffScope<"back_office:write">,
  email: string,
  password: string,
): Promise<void> {
  await acrossOrganizations(async (tx) => {
    const row = await selectUserByEmail(tx, email.trim().toLowerCase());
    if (!row) throw new Refusal("not_found", "There is nobody with this e-mail address.");
    await setPassword(tx, row.id, password);
    const subject = `user:${row.id}`;
    await writeAudit(tx, { actor: scope.actor, organizationId: null, action: "password.reset", subject });
    await tellOfChange(tx, row, "password");
  });
}

/** Remembers the language a person chose. */
export async function setLocale(user: SignedIn, locale: "en" | "id"): Promise<void> {
  await acrossOrganizations((tx) => updateUser(tx, user.userId, { locale }));
}

/** Remembers how a person wants to be called. */
export async function setName(user: SignedIn, name: string): Promise<void> {
  await acrossOrganizations((tx) => updateUser(tx, user.userId, { name }));
}

/**
 * Locks somebody out at once, or lets them in again.
 *
 * @throws Refusal not_found when there is no such person.
 */
export async function setLocked(
  scope: StaffScope<"back_office:write">,
  userId: number,
  isLocked: boolean,
  reason: string,
): Promise<void> {
  await acrossOrganizations(async (tx) => {
    const user = await lockUserRow(tx, userId);
    if (!user) throw new Refusal("not_found", "There is no such person.");
    if ((user.lockedAt !== null) === isLocked) return;
    await updateUser(tx, userId, { lockedAt: isLocked ? systemNow() : null });
    if (isLocked) await revokeSessions(tx, userId);
    await writeAudit(tx, {
      actor: scope.actor,
      organizationId: null,
      action: isLocked ? "user.locked" : "user.unlocked",
      subject: `user:${userId}`,
      reason,
    });
  });
}

async function insertPerson(tx: Transaction, user: NewUser, staffRole: StaffRole | null): Promise<number> {
  const email = user.email.trim().toLowerCase();
  if (user.password !== null) assertUsable(user.password, email);
  const userId = await insertUser(tx, {
    email,
    name: user.name.trim(),
    passwordHash: user.password === null ? null : await hashPassword(user.password),
    locale: user.locale ?? null,
    staffRole,
  });
  if (userId === undefined) {
    throw new Refusal("already_exists", "There is already somebody with this e-mail address.");
  }
  return userId;
}

const REASONS: Readonly<Record<PasswordFault, string>> = {
  too_short: "Choose a password of at least 12 characters.",
  too_long: "Choose a password of at most 200 characters.",
  too_common: "This password is too easy to guess.",
  contains_email: "Choose a password that does not contain the e-mail address.",
};

/** What was wrong with the password that made a verb refuse; null when it was something else. */
export function passwordFaultOf(refusal: Refusal): PasswordFault | null {
  const fault = refusal.extras.members?.fault;
  return typeof fault === "string" && fault in REASONS ? (fault as PasswordFault) : null;
}

function assertUsable(password: string, email: string): void {
  const fault = passwordFault(password, email);
  if (fault) {
    throw new Refusal("invalid_input", REASONS[fault], {
      errors: [{ pointer: "/password", detail: REASONS[fault] }],
      members: { fault },
    });
  }
}
