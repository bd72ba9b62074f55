import type { Metadata, Route } from "next";
import { getTranslations } from "next-intl/server";
import { chooseLanguage, logOut } from "@/app/preferences";
import { AccessPage } from "@/components/access/access-page";
import { Button, ButtonLink } from "@/components/ui/button";
import { currentUser } from "@/lib/auth/authorize";
import { type Invitation, readInvitation } from "@/lib/auth/members/invitations";
import { acceptWithAccountAction } from "./actions";
import { JoinForm } from "./join-form";

type Props = { readonly params: Promise<{ token: string }> };

// The address holds the token: no other site is told. ("no-referrer" would also take the form's own Origin header away.)
export const metadata: Metadata = { referrer: "same-origin" };

/** Where the link in an invitation leads: whoever holds it may accept it, with the address it was sent to. */
export default async function InvitationPage({ params }: Props) {
  const { token } = await params;
  const [invitation, t] = await Promise.all([readInvitation(token), getTranslations("auth")]);
  if (!invitation) {
    const over = await getTranslations("auth.invitation.over");
    return <AccessPage title={over("title")} text={over("text")} chooseLanguage={chooseLanguage} />;
  }
  const role = t(`roles.${invitation.role}`);
  return (
    <AccessPage
      title={t("invitation.title", { organization: invitation.organization.name })}
      text={t("invitation.text", { role, email: invitation.email })}
      chooseLanguage={chooseLanguage}
    >
      {invitation.hasAccount ? (
        <WithAccount token={token} invitation={invitation} />
      ) : (
        <JoinForm
          token={token}
          email={invitation.email}
          words={{
            name: t("invitation.name"),
            password: t("invitation.password"),
            showTyped: t("showTyped"),
            passwordHint: t("invitation.passwordHint"),
            submit: t("invitation.submit", { organization: invitation.organization.name }),
            pending: t("invitation.pending"),
          }}
        />
      )}
    </AccessPage>
  );
}

async function WithAccount(props: { readonly token: string; readonly invitation: Invitation }) {
  const [t, user] = await Promise.all([getTranslations("auth"), currentUser()]);
  const { email, organization } = props.invitation;
  if (!user) {
    const next = encodeURIComponent(`/invitation/${props.token}`);
    return (
      <>
        <p className="mt-6 text-ink-soft">{t("invitation.logInText")}</p>
        <ButtonLink href={`/sign-in?next=${next}` as Route} look="solid" className="mt-4 h-10">
          {t("invitation.logIn")}
        </ButtonLink>
      </>
    );
  }
  if (user.email !== email) {
    return (
      <form action={logOut}>
        <p className="mt-6 text-ink-soft">{t("invitation.otherAccount", { email: user.email })}</p>
        <Button type="submit" className="mt-4 h-10">
          {t("signOut")}
        </Button>
      </form>
    );
  }
  return (
    <form action={acceptWithAccountAction.bind(null, props.token)} className="mt-8">
      <Button
        type="submit"
        look="solid"
        className="wrap-anywhere h-auto! min-h-10 w-full py-2 whitespace-normal!"
      >
        {t("invitation.submit", { organization: organization.name })}
      </Button>
    </form>
  );
}
