import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { countAttempt, forgetAttempts, takeBackAttempt } from "@/lib/attempts/attempts";
import { Refusal } from "@/lib/errors";
import { logMutation, logNotice } from "@/lib/log";
import { isPassword } from "./argon2";
import { ACCOUNT_LIMIT, ADDRESS_LIMIT } from "./rules";
import { digest } from "./secrets";
import { openSession } from "./session";
import { lockUserRow, selectUserByEmail } from "./store";

export type LogInAttempt = {
  readonly email: string;
  readonly password: string;
  /** Where it comes from; null where that cannot be told (then only the account is limited). */
  readonly address: string | null;
  readonly userAgent: string | null;
};

export type LogIn = {
  readonly sessionId: string;
  readonly userId: number;
  readonly locale: "en" | "id" | null;
};

/**
 * Logs someone in with e-mail address and password (P1).
 *
 * An unknown address, a wrong password, an account without a password and a locked account are refused in the same
 * words after the same work. Every attempt counts against the account and against the address it comes from, before the
 * password is looked at, so that attempts made at once cannot outrun the limit; a right one takes that back.
 *
 * @throws Refusal unauthenticated · rate_limited, with the seconds to wait.
 */
export async function logIn(attempt: LogInAttempt): Promise<LogIn> {
  const email = attempt.email.trim().toLowerCase();
  const keys = attemptKeys(email, attempt.address);
  const { wait, user } = await acrossOrganizations(async (tx) => ({
    wait: await countAttempt(tx, limitsOf(keys)),
    user: await selectUserByEmail(tx, email),
  }));
  if (wait !== null) {
    logNotice("log_in.throttled", { userId: user?.id });
    throw new Refusal("rate_limited", "Too many attempts. Try again later.", { retryAfterSeconds: wait });
  }

  const isRight = await isPassword(user?.passwordHash ?? null, attempt.password);
  const known = user && isRight && !user.lockedAt ? user : null;
  const session = known && (await acrossOrganizations((tx) => open(tx, known, keys, attempt.userAgent)));
  if (!session) {
    logNotice("log_in.refused", { userId: user?.id, isLocked: user ? user.lockedAt !== null : undefined });
    throw new Refusal("unauthenticated", "The e-mail address or the password is not right.");
  }
  logMutation("session.opened", { userId: session.userId, sessionId: session.sessionId });
  return session;
}

type Known = NonNullable<Awaited<ReturnType<typeof selectUserByEmail>>>;
type AttemptKeys = { readonly account: string; readonly address: string | null };

/** Null when the account was locked or its password changed while the given one was being checked. */
async function open(
  tx: Transaction,
  known: Known,
  keys: AttemptKeys,
  userAgent: string | null,
): Promise<LogIn | null> {
  const user = await lockUserRow(tx, known.id);
  if (!user || user.lockedAt || user.passwordHash !== known.passwordHash) return null;
  await forgetAttempts(tx, keys.account);
  if (keys.address) await takeBackAttempt(tx, keys.address);
  const sessionId = await openSession(tx, user, userAgent);
  return { sessionId, userId: user.id, locale: user.locale };
}

/** Kept as digests: the table of attempts names nobody. */
function attemptKeys(email: string, address: string | null): AttemptKeys {
  return {
    account: `log-in:account:${digest(email)}`,
    address: address ? `log-in:address:${digest(address)}` : null,
  };
}

function limitsOf({ account, address }: AttemptKeys) {
  return [{ key: account, ...ACCOUNT_LIMIT }, ...(address ? [{ key: address, ...ADDRESS_LIMIT }] : [])];
}
