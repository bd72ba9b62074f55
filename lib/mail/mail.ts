import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { logFault, logNotice } from "@/lib/log";
import { systemNow } from "@/lib/time/clock";
import { claimMails, insertMail, markFailed, markSent, type NewMail, selectMailBacklog } from "./store";
import { post } from "./transport";

export type { NewMail } from "./store";

/** How long whoever took a mail may try before another does. */
const LEASE = 5 * 60_000;
const FIRST_RETRY = 60_000;
const LONGEST_RETRY = 6 * 3_600_000;
/** About three days. */
const MOST_ATTEMPTS = 20;
const AT_ONCE = 20;

/**
 * Writes a mail down in the transaction of what it tells about: it goes out if that is committed, once per cause and
 * recipient. `organizationId` 0 is for what belongs to no organization.
 *
 * @returns false when it was written down before
 */
export async function queueMail(tx: Transaction, mail: NewMail): Promise<boolean> {
  return insertMail(tx, mail, systemNow());
}

/** Sends what was queued, at once. Never fails: what cannot be sent now is tried again by the timer. */
export async function sendSoon(): Promise<void> {
  try {
    await sendDueMails(systemNow());
  } catch (error) {
    logFault("mail.failed", error);
  }
}

/**
 * Sends the mails whose time has come. Called by the server's timer; any number of processes may. A mail server that is
 * away delays mails, and loses none.
 *
 * @returns how many went out
 */
export async function sendDueMails(now: Date): Promise<number> {
  const claimed = await acrossOrganizations((tx) =>
    claimMails(tx, now, new Date(now.getTime() + LEASE), AT_ONCE),
  );
  const outcomes = await Promise.all(claimed.map(send));
  return outcomes.filter(Boolean).length;
}

/** Mails that wait, and those that were given up; for metrics. */
export async function mailBacklog(): Promise<{ waiting: number; givenUp: number }> {
  return acrossOrganizations(selectMailBacklog);
}

async function send(mail: Awaited<ReturnType<typeof claimMails>>[number]): Promise<boolean> {
  const failure = await post(mail).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error : new Error("the mail was not sent")),
  );
  const now = systemNow();
  if (failure === null) {
    await acrossOrganizations((tx) => markSent(tx, mail, now));
    return true;
  }
  // Not the message: mail servers repeat addresses in it.
  const code = "code" in failure ? String(failure.code) : failure.name;
  logNotice("mail.failed", { mailId: mail.id, attempts: mail.attempts, code });
  const delay = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** Math.min(mail.attempts - 1, 12));
  const nextAttemptAt = mail.attempts < MOST_ATTEMPTS ? new Date(now.getTime() + delay) : null;
  await acrossOrganizations((tx) => markFailed(tx, mail, failure.message.slice(0, 500), nextAttemptAt));
  return false;
}
