import { getTranslations } from "next-intl/server";
import { MessagePage } from "@/components/shell/message-page";
import { ButtonLink } from "@/components/ui/button";

export default async function NotFound() {
  const t = await getTranslations("shell");
  return (
    <MessagePage code="404" title={t("notFound.title")} text={t("notFound.text")}>
      <ButtonLink href="/" look="solid">
        {t("home")}
      </ButtonLink>
    </MessagePage>
  );
}
