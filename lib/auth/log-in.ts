import "server-only";
import { z } from "zod";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { countAttempt, forgetAttempts, takeBackAttempt } from "@/lib/attempts/attempts";
import { Refusal } from "@/lib/errors";
import { logMutation, logNotice } from "@/lib/log";
import { networkOf } from "@/lib/request";
import { systemNow } from "@/lib/time/clock";
import { isPassword } from "./argon2";
import { ACCOUNT_LIMIT, ADDRESS_LIMIT } from "./rules";
import { isSecondFactor } from "./second-factor";
import { digest, seal, unseal } from "./secrets";
import { openSession } from "./session";
import { lockUserRow, selectUser, selectUserByEmail } from "./store";

export type LogInAttempt = {
  readonly email: string;
  readonly password: string;
  /** Where it comes from; null where that cannot be told (then only the account is limited). */
  readonly address: string | null;
  readonly userAgent: string | null;
  /** Of the second factor, where there is one; null or empty when it was not asked for yet. */
  readonly code?: string | null;
};

/** The second step: what the first one answered with, and the code that was asked for. */
export type SecondStep = Pick<LogInAttempt, "address" | "userAgent"> & {
  readonly ticket: string;
  readonly code: string;
};

export type LogIn = {
  readonly sessionId: string;
  readonly userId: number;
  readonly locale: "en" | "id" | null;
};

/** How long the code may take after the password. */
const TICKET_MS = 5 * 60_000;
const TICKET = "log-in-ticket";

/**
 * Logs someone in with e-mail address and password, and the code of their second factor where they have one (P1).
 *
 * An unknown address, a wrong password, an account without a password and a locked account are refused in the same
 * words after the same work. Every attempt counts against the account and against the address it comes from, before the
 * password is looked at, so that attempts made at once cannot outrun the limit; a right one takes that back. A wrong code
 * is such an attempt too. Only who has the right password is asked for a code.
 *
 * @throws Refusal unauthenticated, with a ticket (`ticketOf`) when only the code is missing or wrong · rate_limited, with
 * the seconds to wait.
 */
export async function logIn(attempt: LogInAttempt): Promise<LogIn> {
  const email = attempt.email.trim().toLowerCase();
  const keys = attemptKeys(email, attempt.address);
  const user = await countAndFind(keys, (tx) => selectUserByEmail(tx, email));
  const isRight = await isPassword(user?.passwordHash ?? null, attempt.password);
  return finish(user && isRight ? user : undefined, user?.id, keys, attempt);
}

/**
 * Goes on where `logIn` asked for a code.
 *
 * @throws Refusal as `logIn`; without a ticket when it is too old or the password was changed: then from the beginning.
 */
export async function logInWithCode(step: SecondStep): Promise<LogIn> {
  const ticket = readTicket(step.ticket);
  if (!ticket) throw notRight();
  const keys = attemptKeys(ticket.email, step.address);
  const user = await countAndFind(keys, (tx) => selectUser(tx, ticket.userId));
  const isSame = user && digest(user.passwordHash ?? "") === ticket.password;
  return finish(isSame ? user : undefined, user?.id, keys, step);
}

async function countAndFind(
  keys: AttemptKeys,
  find: (tx: Transaction) => Promise<Known | undefined>,
): Promise<Known | undefined> {
  const { wait, user } = await acrossOrganizations(async (tx) => ({
    wait: await countAttempt(tx, limitsOf(keys)),
    user: await find(tx),
  }));
  if (wait === null) return user;
  logNotice("log_in.throttled", { userId: user?.id });
  throw new Refusal("rate_limited", "Too many attempts. Try again later.", { retryAfterSeconds: wait });
}

async function finish(
  known: Known | undefined,
  userId: number | undefined,
  keys: AttemptKeys,
  { code, userAgent }: Pick<LogInAttempt, "code" | "userAgent">,
): Promise<LogIn> {
  const user = known?.lockedAt ? undefined : known;
  const session = user && (await acrossOrganizations((tx) => open(tx, user, keys, code ?? "", userAgent)));
  if (session && session !== "code") {
    logMutation("session.opened", { userId: session.userId, sessionId: session.sessionId });
    return session;
  }
  if (user && session === "code") {
    if (code) logNotice("log_in.code_refused", { userId });
    throw new Refusal("unauthenticated", "The code of the second factor is missing or not right.", {
      members: { ticket: newTicket(user) },
    });
  }
  logNotice("log_in.refused", { userId, isLocked: known ? known.lockedAt !== null : undefined });
  throw notRight();
}

function notRight(): Refusal {
  return new Refusal("unauthenticated", "The e-mail address or the password is not right.");
}

/** What to send along with the code, from a refusal that asks for one; null when it was refused for something else. */
export function ticketOf(refusal: Refusal): string | null {
  const ticket = refusal.extras.members?.ticket;
  return typeof ticket === "string" ? ticket : null;
}

const ticketContent = z.object({
  userId: z.int(),
  email: z.string(),
  password: z.string(),
  expires: z.number(),
});

/** Says that the password was right, for a few minutes and for as long as it is the same. Worth nothing without a code. */
function newTicket({ id: userId, email, passwordHash }: Known): string {
  const expires = systemNow().getTime() + TICKET_MS;
  const content = { userId, email, password: digest(passwordHash ?? ""), expires };
  return seal(JSON.stringify(content), TICKET);
}

function readTicket(ticket: string): z.infer<typeof ticketContent> | null {
  const text = unseal(ticket, TICKET);
  const content = text === null ? null : ticketContent.parse(JSON.parse(text));
  return content && content.expires > systemNow().getTime() ? content : null;
}

type Known = NonNullable<Awaited<ReturnType<typeof selectUserByEmail>>>;
type AttemptKeys = { readonly account: string; readonly address: string | null };

/**
 * Null when the account was locked or its password changed while the given one was being checked; "code" when the second
 * factor's is missing or wrong.
 */
async function open(
  tx: Transaction,
  known: Known,
  keys: AttemptKeys,
  code: string,
  userAgent: string | null,
): Promise<LogIn | "code" | null> {
  const user = await lockUserRow(tx, known.id);
  if (!user || user.lockedAt || user.passwordHash !== known.passwordHash) return null;
  if (user.totpSecret && !(await isSecondFactor(tx, user, code))) return "code";
  await forgetAttempts(tx, keys.account);
  if (keys.address) await takeBackAttempt(tx, keys.address);
  const sessionId = await openSession(tx, user, userAgent);
  return { sessionId, userId: user.id, locale: user.locale };
}

/** Kept as digests: the table of attempts names nobody. */
function attemptKeys(email: string, address: string | null): AttemptKeys {
  return {
    account: `log-in:account:${digest(email)}`,
    address: address ? `log-in:address:${digest(networkOf(address))}` : null,
  };
}

function limitsOf({ account, address }: AttemptKeys) {
  return [{ key: account, ...ACCOUNT_LIMIT }, ...(address ? [{ key: address, ...ADDRESS_LIMIT }] : [])];
}
