import { getTranslations } from "next-intl/server";
import { MessagePage } from "@/components/shell/message-page";
import { ButtonLink } from "@/components/ui/button";

/** A member whose role falls short: says who can help. */
export default async function Forbidden() {
  const t = await getTranslations("shell");
  return (
    <MessagePage code="403" title={t("forbidden.title")} text={t("forbidden.text")}>
      <ButtonLink href="/" look="solid">
        {t("home")}
      </ButtonLink>
    </MessagePage>
  );
}
