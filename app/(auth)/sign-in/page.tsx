import type { Metadata, Route } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { chooseLanguage } from "@/app/preferences";
import { AccessPage } from "@/components/access/access-page";
import { currentUser } from "@/lib/auth/authorize";
import { safeNext } from "@/lib/auth/rules";
import { SignInForm } from "./sign-in-form";

type Props = { readonly searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("auth.signIn");
  return { title: t("title") };
}

/** Where everybody gets in (P1). `next` is where they wanted to go; `error` is next-auth's word for what went wrong. */
export default async function SignInPage({ searchParams }: Props) {
  const { next: wanted, callbackUrl, error } = await searchParams;
  const next = safeNext(wanted) ?? safeNext(callbackUrl);
  if (await currentUser()) redirect((next ?? "/") as Route);
  const [t, auth] = await Promise.all([getTranslations("auth.signIn"), getTranslations("auth")]);
  const fault = typeof error === "string" ? (FAULTS[error] ?? "unavailable") : null;
  return (
    <AccessPage title={t("title")} text={t("text")} foot={t("help")} chooseLanguage={chooseLanguage}>
      <SignInForm
        next={next}
        initial={{
          problem: fault && { title: t(`faults.${fault}.title`), text: t(`faults.${fault}.text`) },
          email: "",
          ticket: null,
        }}
        words={{
          email: t("email"),
          password: t("password"),
          showTyped: auth("showTyped"),
          code: t("code"),
          codeText: t("codeText"),
          restart: t("restart"),
          submit: t("submit"),
          pending: t("pending"),
        }}
      />
    </AccessPage>
  );
}

const FAULTS: Readonly<Record<string, "wrong" | "later" | "unavailable" | undefined>> = {
  CredentialsSignin: "wrong",
  Throttled: "later",
};
