import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { chooseLanguage, logOut, rememberTheme } from "@/app/preferences";
import { TopBar } from "@/components/shell/top-bar";
import { currentUser, organizationsOf } from "@/lib/auth/authorize";

/** Navigation of the back office. Decides nothing about access: every page asks for itself. */
export default async function AdminLayout({ children }: { readonly children: ReactNode }) {
  const user = await currentUser();
  if (!user?.staffRole) return children;
  const [t, s] = await Promise.all([getTranslations("admin.menu"), getTranslations("shell")]);
  return (
    <>
      <TopBar
        user={user}
        current={null}
        organizations={organizationsOf(user)}
        menu={[
          { label: t("organizations"), href: "/admin/organizations" },
          { label: t("packages"), href: "/admin/packages" },
          { label: t("priceBooks"), href: "/admin/price-books" },
          { label: t("products"), href: "/admin/products" },
          { label: t("purchases"), href: "/admin/purchases" },
          {
            label: t("messages"),
            href: "/admin/messages",
            items: [
              { label: t("unpriced"), href: "/admin/unpriced" },
              { label: t("inbox"), href: "/admin/inbox" },
            ],
          },
          { label: t("audit"), href: "/admin/audit" },
        ]}
        personal={[
          { label: s("account"), href: "/account" },
          ...organizationsOf(user).map(({ slug, name }) => ({ label: name, href: `/o/${slug}` })),
        ]}
        actions={{ rememberTheme, chooseLanguage, logOut }}
      />
      {children}
    </>
  );
}
