import { and, eq, sql } from "drizzle-orm";
import { rawSql, type Transaction } from "@/db/client";
import { mails } from "@/db/schema/mail";
import type { DueKey } from "@/lib/queues/queues";

export type NewMail = Pick<
  typeof mails.$inferInsert,
  "organizationId" | "cause" | "recipient" | "subject" | "plainText" | "html"
>;

/** False when the cause reached this recipient before. */
export async function insertMail(tx: Transaction, mail: NewMail, nextAttemptAt: Date): Promise<boolean> {
  const rows = await tx
    .insert(mails)
    .values({ ...mail, nextAttemptAt })
    .onConflictDoNothing()
    .returning({ id: mails.id });
  return rows.length === 1;
}

/** Counts an attempt of each and leaves them to whoever does until `until`. */
export async function claimMails(tx: Transaction, due: readonly DueKey[], until: Date) {
  const rows = await rawSql(tx)<
    {
      organization_id: number;
      id: string;
      recipient: string;
      subject: string;
      plain_text: string;
      html: string;
      attempts: number;
    }[]
  >`
    update mails m set attempts = attempts + 1, next_attempt_at = ${until.toISOString()}
    from json_to_recordset(${JSON.stringify(due)}::text::json) as d ("organizationId" integer, id uuid)
    where m.organization_id = d."organizationId" and m.id = d.id
    returning m.organization_id, m.id, m.recipient, m.subject, m.plain_text, m.html, m.attempts`;
  return rows.map((row) => ({
    organizationId: row.organization_id,
    id: row.id,
    recipient: row.recipient,
    subject: row.subject,
    plainText: row.plain_text,
    html: row.html,
    attempts: row.attempts,
  }));
}

type MailKey = { readonly organizationId: number; readonly id: string };

const isMail = ({ organizationId, id }: MailKey) =>
  and(eq(mails.organizationId, organizationId), eq(mails.id, id));

/** Links in mails open doors, so a text is kept no longer than it takes to send it. */
const WITHOUT_TEXT = { plainText: "", html: "" } as const;

export async function markSent(tx: Transaction, key: MailKey, now: Date): Promise<void> {
  const sent = { sentAt: now, nextAttemptAt: null, lastError: null, ...WITHOUT_TEXT };
  await tx.update(mails).set(sent).where(isMail(key));
}

/** `nextAttemptAt` null gives the mail up, and its text with it. */
export async function markFailed(
  tx: Transaction,
  key: MailKey,
  lastError: string,
  nextAttemptAt: Date | null,
): Promise<void> {
  const failed = { lastError, nextAttemptAt, ...(nextAttemptAt === null ? WITHOUT_TEXT : {}) };
  await tx.update(mails).set(failed).where(isMail(key));
}

export async function selectMailBacklog(tx: Transaction) {
  const [row] = await tx
    .select({
      waiting: sql`count(*) filter (where ${mails.nextAttemptAt} is not null)`.mapWith(Number),
      givenUp: sql`count(*) filter (where ${mails.nextAttemptAt} is null)`.mapWith(Number),
    })
    .from(mails)
    .where(sql`${mails.sentAt} is null`);
  return { waiting: row?.waiting ?? 0, givenUp: row?.givenUp ?? 0 };
}
