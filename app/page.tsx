import type { Route } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { MessagePage } from "@/components/shell/message-page";
import { organizationsOf, requireUser } from "@/lib/auth/authorize";

/** The front door leads to the first organization, staff without one to the back office. */
export default async function HomePage() {
  const user = await requireUser();
  const first = organizationsOf(user)[0];
  if (first) redirect(`/o/${first.slug}` as Route);
  if (user.staffRole) redirect("/admin" as Route);
  const t = await getTranslations("shell");
  return <MessagePage title={t("noOrganization.title")} text={t("noOrganization.text")} />;
}
