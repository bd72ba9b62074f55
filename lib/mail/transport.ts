import "server-only";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { env } from "@/lib/env";

/** A mail on its way out. */
export type Letter = {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly plainText: string;
  readonly html: string;
};

const FOLDER = join(process.cwd(), ".data", "mail");
const TIMEOUT_MS = 15_000;

/**
 * Hands a letter to the mail server, or without one (`SMTP_URL`) writes it to `.data/mail/`. Its message id is always
 * the same, so that a second copy can be told from another mail.
 *
 * @throws Error when it could not be handed over
 */
export async function post(letter: Letter): Promise<void> {
  const message = {
    from: env().MAIL_FROM,
    to: letter.recipient,
    subject: letter.subject,
    text: letter.plainText,
    html: letter.html,
    messageId: `<${letter.id}@${new URL(env().NEXTAUTH_URL).hostname}>`,
    headers: { "Auto-Submitted": "auto-generated" },
  };
  const { SMTP_URL: url } = env();
  if (url) await createTransport(withTimeouts(url)).sendMail(message);
  else await keep(letter.id, message);
}

async function keep(id: string, message: object): Promise<void> {
  const { message: bytes } = await createTransport({ streamTransport: true, buffer: true }).sendMail(message);
  await mkdir(FOLDER, { recursive: true });
  const draft = join(FOLDER, `${id}.part`);
  await writeFile(draft, bytes);
  await rename(draft, join(FOLDER, `${id}.eml`));
}

/** A mail server that does not answer must not hold up the others; what the address itself says goes first. */
function withTimeouts(url: string): string {
  const address = new URL(url);
  for (const name of ["connectionTimeout", "greetingTimeout", "socketTimeout"]) {
    if (!address.searchParams.has(name)) address.searchParams.set(name, String(TIMEOUT_MS));
  }
  return address.href;
}
