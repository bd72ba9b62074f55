import "server-only";
import { inOrganization } from "@/db/client";
import type { Role } from "@/db/schema/access";
import { invite } from "@/lib/auth/members/invitations";
import type { Scope } from "@/lib/auth/scope";
import { env } from "@/lib/env";
import type { Locale } from "@/lib/i18n/locale";
import { translatorFor } from "@/lib/i18n/translator";
import { writeLetter } from "@/lib/mail/letter";
import { queueMail, sendSoon } from "@/lib/mail/mail";
import { readOrganization } from "@/lib/organizations/organizations";

/**
 * Invites somebody into an organization and mails them the link, which works for a week and only for this address. An
 * earlier open invitation to the same address ends. Invitation and mail are written down together or not at all.
 *
 * @param locale the language of the mail: the inviter's
 * @throws Refusal already_exists when the address is a member's
 */
export async function inviteByMail(
  scope: Scope<"members:manage">,
  wanted: { readonly email: string; readonly role: Role },
  locale: Locale,
): Promise<void> {
  const { organizationId } = scope;
  await inOrganization(organizationId, async (tx) => {
    const { id, token } = await invite(tx, scope, wanted);
    const { name } = await readOrganization(tx, organizationId);
    const letter = await compose(name, token, wanted.role, locale);
    await queueMail(tx, { organizationId, cause: `invitation:${id}`, recipient: wanted.email, ...letter });
  });
  void sendSoon();
}

async function compose(organization: string, token: string, role: Role, locale: Locale) {
  const [t, roles] = await Promise.all([translatorFor(locale, "settings"), translatorFor(locale, "auth")]);
  const href = new URL(`/invitation/${token}`, env().NEXTAUTH_URL).href;
  const words = {
    heading: t("mail.heading", { organization }),
    intro: t("mail.intro", { organization, role: roles(`roles.${role}`) }),
    open: t("mail.open"),
    href,
    foot: t("mail.foot"),
  };
  return { subject: t("mail.subject", { organization }), ...writeLetter(words, locale) };
}
