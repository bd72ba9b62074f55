import "server-only";
import { inOrganization, type Transaction } from "@/db/client";
import type { Role } from "@/db/schema/access";
import { countAttempt } from "@/lib/attempts/attempts";
import { invite } from "@/lib/auth/members/invitations";
import type { Scope } from "@/lib/auth/scope";
import { digest } from "@/lib/auth/secrets";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import type { Locale } from "@/lib/i18n/locale";
import { translatorFor } from "@/lib/i18n/translator";
import { writeLetter } from "@/lib/mail/letter";
import { queueMail, sendSoon } from "@/lib/mail/mail";
import { readOrganization } from "@/lib/organizations/organizations";

const HOUR = 3_600;
/** Invitations that one organization mails in an hour. */
const ORGANIZATION_LIMIT = { attempts: 30, seconds: HOUR };
/** Of these, what one address gets in a day: nobody is flooded in the organization's name. */
const ADDRESS_LIMIT = { attempts: 5, seconds: 24 * HOUR };

/**
 * Invites somebody into an organization and mails them the link, which works for a week and only for this address. An
 * earlier open invitation to the same address ends. Invitation and mail are written down together or not at all.
 *
 * @param locale the language of the mail: the inviter's
 * @throws Refusal already_exists when the address is a member's; rate_limited, with the seconds to wait, when too many were
 * mailed: refused ones do not count
 */
export async function inviteByMail(
  scope: Scope<"members:manage">,
  wanted: { readonly email: string; readonly role: Role },
  locale: Locale,
): Promise<void> {
  const { organizationId } = scope;
  await inOrganization(organizationId, async (tx) => {
    await countInvitation(tx, organizationId, wanted.email);
    const { id, token } = await invite(tx, scope, wanted);
    const { name } = await readOrganization(tx, organizationId);
    const letter = await compose(name, token, wanted.role, locale);
    await queueMail(tx, { organizationId, cause: `invitation:${id}`, recipient: wanted.email, ...letter });
  });
  void sendSoon();
}

/** The address is kept as a digest: the table of attempts names nobody. */
async function countInvitation(tx: Transaction, organizationId: number, email: string): Promise<void> {
  const organization = `invitations:organization:${organizationId}`;
  const wait = await countAttempt(tx, [
    { key: organization, ...ORGANIZATION_LIMIT },
    { key: `${organization}:address:${digest(email.trim().toLowerCase())}`, ...ADDRESS_LIMIT },
  ]);
  if (wait !== null) throw tooMany(wait);
}

/** In hours when it is long, and always in several, so that the sentence has one form. */
function tooMany(retryAfterSeconds: number): Refusal {
  const wait = { retryAfterSeconds };
  const minutes = Math.max(2, Math.ceil(retryAfterSeconds / 60));
  if (minutes <= 120) {
    return new Refusal("rate_limited", `Too many invitations. Try again in ${minutes} minutes.`, wait);
  }
  const hours = Math.ceil(minutes / 60);
  return new Refusal("rate_limited", `Too many invitations. Try again in ${hours} hours.`, wait);
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
