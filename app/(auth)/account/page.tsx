import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { chooseLanguage, logOut, rememberTheme } from "@/app/preferences";
import { TopBar } from "@/components/shell/top-bar";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, Section } from "@/components/ui/card";
import { organizationsOf, requireUser } from "@/lib/auth/authorize";
import { describeBrowser } from "@/lib/auth/rules";
import { beginSecondFactor, secondFactorOf } from "@/lib/auth/second-factor";
import { type LiveSession, sessionsOf } from "@/lib/auth/session";
import { formatInstant } from "@/lib/i18n/format";
import { isLocale } from "@/lib/i18n/locale";
import { logOutEverywhereAction, revokeSessionAction } from "./actions";
import { NameForm } from "./name-form";
import { PasswordForm } from "./password-form";
import { drawEnrolment } from "./qr-code";
import { SecondFactorForm } from "./second-factor-form";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("auth.account");
  return { title: t("title") };
}

/** What is a person's own: name, password, and where they are logged in (P1). */
export default async function AccountPage() {
  const user = await requireUser();
  const [t, auth, sessions, secondFactor] = await Promise.all([
    getTranslations("auth.account"),
    getTranslations("auth"),
    sessionsOf(user),
    secondFactorOf(user),
  ]);
  const organizations = organizationsOf(user);
  const zone = organizations[0]?.timeZone ?? "UTC";
  return (
    <>
      <TopBar
        user={user}
        current={null}
        organizations={organizations}
        menu={organizations.map(({ slug, name }) => ({ label: name, href: `/o/${slug}` })).slice(0, 3)}
        actions={{ rememberTheme, chooseLanguage, logOut }}
      />
      <main id="main" className="mx-auto grid max-w-2xl gap-10 px-4 py-10 sm:px-6">
        <h1 className="text-2xl font-semibold">{t("title")}</h1>
        <Section id="profile" title={t("profile")} description={t("profileText")}>
          <Card className="p-5">
            <NameForm
              name={user.name}
              email={user.email}
              words={{ name: t("name"), email: t("email"), save: t("save") }}
            />
          </Card>
        </Section>
        <Section id="password" title={t("password")} description={t("passwordText")}>
          <Card className="p-5">
            <PasswordForm
              email={user.email}
              words={{
                current: t("currentPassword"),
                next: t("newPassword"),
                showTyped: auth("showTyped"),
                submit: t("changePassword"),
              }}
            />
          </Card>
        </Section>
        <Section
          id="second-factor"
          title={t("secondFactor")}
          description={t("secondFactorText")}
          actions={
            <Badge tone={secondFactor.isOn ? "good" : "neutral"}>
              {t(secondFactor.isOn ? "secondFactorOn" : "secondFactorOff")}
            </Badge>
          }
        >
          <Card className="p-5">
            {secondFactor.isOn && (
              <p className="mb-4 text-[0.8125rem] text-ink-soft">
                {t("recoveryCodesLeft", { count: secondFactor.recoveryCodesLeft })}
              </p>
            )}
            <SecondFactorForm
              initial={{
                isOn: secondFactor.isOn,
                drawing: secondFactor.isOn ? null : drawEnrolment(beginSecondFactor(user)),
                done: null,
                faults: {},
                recoveryCodes: [],
              }}
              words={{ ...secondFactorWords(t), showTyped: auth("showTyped") }}
            />
          </Card>
        </Section>
        <Section id="sessions" title={t("sessions")} description={t("sessionsText")}>
          <Card>
            <ul className="divide-y divide-line">
              {sessions.map((session) => (
                <SessionLine key={session.id} session={session} zone={zone} />
              ))}
            </ul>
          </Card>
          <form action={logOutEverywhereAction} className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-2">
            <Button type="submit" look="danger">
              {t("logOutEverywhere")}
            </Button>
            <p className="text-[0.8125rem] text-ink-faint">{t("logOutEverywhereText")}</p>
          </form>
        </Section>
      </main>
    </>
  );
}

function secondFactorWords(t: Awaited<ReturnType<typeof getTranslations<"auth.account">>>) {
  return {
    scan: t("scan"),
    qrCode: t("qrCode"),
    secretKey: t("secretKey"),
    password: t("yourPassword"),
    code: t("code"),
    codeOrRecovery: t("codeOrRecovery"),
    turnOn: t("turnOn"),
    turnOff: t("turnOff"),
    recoveryCodes: t("recoveryCodes"),
    recoveryCodesText: t("recoveryCodesText"),
  };
}

async function SessionLine({ session, zone }: { readonly session: LiveSession; readonly zone: string }) {
  const [t, given] = await Promise.all([getTranslations("auth.account"), getLocale()]);
  const locale = isLocale(given) ? given : "en";
  const described = describeBrowser(session.userAgent);
  const name = described ? t("browserOn", described) : t("unknownBrowser");
  return (
    <li className="flex items-center gap-4 px-5 py-3">
      <div className="min-w-0 flex-1">
        <p className="font-medium">{name}</p>
        <p className="text-[0.8125rem] text-ink-faint">
          {t("since", { time: formatInstant(session.createdAt, zone, locale) })}
        </p>
      </div>
      {session.isThisOne ? (
        <Badge tone="good">{t("thisSession")}</Badge>
      ) : (
        <form action={revokeSessionAction.bind(null, session.id)}>
          <Button type="submit" size="small" aria-label={t("revokeOf", { browser: name })}>
            {t("revoke")}
          </Button>
        </form>
      )}
    </li>
  );
}
