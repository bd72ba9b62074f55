import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { chooseLanguage, logOut, rememberTheme } from "@/app/preferences";
import { type MenuEntry, TopBar } from "@/components/shell/top-bar";
import { currentUser, may, organizationsOf } from "@/lib/auth/authorize";
import type { SignedIn } from "@/lib/auth/session";

type Props = { readonly children: ReactNode; readonly params: Promise<{ organization: string }> };

/** Navigation of one organization. Decides nothing about access: every page asks for itself. */
export default async function OrganizationLayout({ children, params }: Props) {
  const [{ organization: slug }, user] = await Promise.all([params, currentUser()]);
  const membership = user && organizationsOf(user).find((entry) => entry.slug === slug);
  if (!user || !membership) return children;
  const t = await getTranslations("shell");
  return (
    <>
      <TopBar
        user={user}
        current={slug}
        organizations={organizationsOf(user)}
        suspended={membership.isSuspended}
        menu={await organizationMenu(user, slug)}
        personal={[
          { label: t("account"), href: "/account" },
          ...(user.staffRole ? [{ label: t("backOffice"), href: "/admin" }] : []),
        ]}
        actions={{ rememberTheme, chooseLanguage, logOut }}
      />
      {children}
    </>
  );
}

/** Only what this person may open is offered. */
async function organizationMenu(user: SignedIn, slug: string): Promise<MenuEntry[]> {
  const t = await getTranslations("shell");
  const usage = `/o/${slug}/package-usage`;
  const settings = `/o/${slug}/settings`;
  const packageUsage = [
    may(user, slug, "usage:read") && { label: t("conversation"), href: `${usage}/conversation` },
    may(user, slug, "purchases:read") && { label: t("purchases"), href: `${usage}/purchases` },
    may(user, slug, "top_up:create") && { label: t("topUp"), href: `${usage}/top-up` },
    may(user, slug, "usage:read") && { label: t("prices"), href: `${usage}/prices` },
  ].filter((item) => item !== false);
  const settingsItems = [
    may(user, slug, "members:manage") && { label: t("members"), href: `${settings}/members` },
    may(user, slug, "keys:manage") && { label: t("keys"), href: `${settings}/api-keys` },
  ].filter((item) => item !== false);
  return [
    { label: t("packageUsage"), href: usage, items: packageUsage },
    { label: t("settings"), href: settings, items: settingsItems },
  ].filter(({ items }) => items.length > 0);
}
