import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { logFault, logNotice } from "@/lib/log";
import { claimFrom, type Queue, sendDue } from "@/lib/queues/queues";
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
const MOST = 20;
const MOST_OF_ONE = 4;

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

type Claimed = Awaited<ReturnType<typeof claimMails>>[number];

const queue: Queue<Claimed> = {
  name: "mail",
  most: MOST,
  mostOfOne: MOST_OF_ONE,
  claim: claimFrom("mails", LEASE, claimMails),
  send,
};

/**
 * Sends the mails whose time has come, and those whose time comes meanwhile: what accounts wait for first, then those of
 * the organizations in turn. Called by the server's timer; any number of processes may. A mail server that is away delays
 * mails, and loses none.
 *
 * @returns how many went out
 */
export async function sendDueMails(now: Date): Promise<number> {
  return sendDue(queue, now);
}

/** Mails that wait, and those that were given up; for metrics. */
export async function mailBacklog(): Promise<{ waiting: number; givenUp: number }> {
  return acrossOrganizations(selectMailBacklog);
}

async function send(mail: Claimed): Promise<boolean> {
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
