import "server-only";
import { randomUUID } from "node:crypto";
import type { Transaction } from "@/db/client";
import { env } from "@/lib/env";
import { DEFAULT_LOCALE } from "@/lib/i18n/locale";
import { translatorFor } from "@/lib/i18n/translator";
import { writeLetter } from "@/lib/mail/letter";
import { queueMail } from "@/lib/mail/mail";

/** What about a person's log-in has changed. */
type Changed = "password" | "second_factor_on" | "second_factor_off";

/**
 * Tells a person by mail that a way into their account has changed, in the transaction that changes it: who did not do it
 * themselves learns of it. In the language they chose, else the default one.
 */
export async function tellOfChange(
  tx: Transaction,
  user: { readonly email: string; readonly locale: "en" | "id" | null },
  changed: Changed,
): Promise<void> {
  const locale = user.locale ?? DEFAULT_LOCALE;
  const t = await translatorFor(locale, "auth");
  const heading = t(`letters.${changed}.heading`);
  const words = {
    heading,
    intro: t(`letters.${changed}.intro`),
    open: t("letters.open"),
    href: new URL("/account", env().NEXTAUTH_URL).href,
    foot: t("letters.foot"),
  };
  await queueMail(tx, {
    organizationId: 0,
    cause: `log-in:${randomUUID()}`,
    recipient: user.email,
    subject: `Kuota: ${heading}`,
    ...writeLetter(words, locale),
  });
}
