import { getTranslations } from "next-intl/server";
import { logOut } from "@/app/preferences";
import { MessagePage } from "@/components/shell/message-page";
import { Button, ButtonLink } from "@/components/ui/button";
import { whoCanHelp } from "@/lib/auth/authorize";

const MOST_NAMES = 5;

/** A member whose role falls short: says who can help, by name. */
export default async function Forbidden() {
  const [shell, t, help] = await Promise.all([
    getTranslations("shell"),
    getTranslations("auth.forbidden"),
    whoCanHelp(),
  ]);
  return (
    <MessagePage code="403" title={shell("forbidden.title")} text={shell("forbidden.text")}>
      <div>
        {help && help.names.length > 0 && (
          <p className="-mt-4 text-ink-soft">
            {t("ask", {
              organization: help.organization,
              names: help.names.slice(0, MOST_NAMES).join(", "),
            })}
          </p>
        )}
        {help && (
          <p className="mt-1 mb-6 text-[0.8125rem] text-ink-faint">
            {t("signedInAs", { email: help.email })}
          </p>
        )}
        <form action={logOut} className="flex gap-3">
          {help?.seesUsage === false ? (
            <ButtonLink href="/account" look="solid">
              {shell("account")}
            </ButtonLink>
          ) : (
            <ButtonLink href="/" look="solid">
              {shell("home")}
            </ButtonLink>
          )}
          <Button type="submit">{shell("logOut")}</Button>
        </form>
      </div>
    </MessagePage>
  );
}
