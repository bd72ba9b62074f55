import "server-only";
import { inOrganization } from "@/db/client";
import type { Role } from "@/db/schema/access";
import { invite } from "@/lib/auth/members/invitations";
import type { Scope } from "@/lib/auth/scope";
import { env } from "@/lib/env";
import type { Locale } from "@/lib/i18n/locale";
import { translatorFor } from "@/lib/i18n/translator";
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
    foot: t("mail.foot"),
  };
  return {
    subject: t("mail.subject", { organization }),
    plainText: [words.heading, "", words.intro, "", `${words.open}: ${href}`, "", words.foot, ""].join("\n"),
    html: `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><title>${escapeHtml(words.heading)}</title></head>
<body style="margin:0;padding:32px 16px;background:#f7f8fa;color:#10141c;font:15px/1.6 system-ui,sans-serif">
<div style="max-width:520px;margin:0 auto;padding:32px;background:#fff;border:1px solid #e3e6ec;border-radius:12px">
<h1 style="margin:0 0 12px;font-size:20px">${escapeHtml(words.heading)}</h1>
<p style="margin:0 0 24px">${escapeHtml(words.intro)}</p>
<p style="margin:0"><a href="${escapeHtml(href)}" style="display:inline-block;padding:10px 16px;border-radius:8px;background:#161b26;color:#fff;text-decoration:none">${escapeHtml(words.open)}</a></p>
<p style="margin:24px 0 0;font-size:13px;color:#5d6778">${escapeHtml(words.foot)}</p>
</div></body></html>
`,
  };
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
