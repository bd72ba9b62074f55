import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { KeyLists } from "@/components/access-lists/api-keys";
import { apiKeysOf } from "@/lib/auth/api-keys";
import { authorize } from "@/lib/auth/authorize";
import { EVERY_KEY_SCOPE } from "@/lib/auth/permissions";
import { organizationOf } from "@/lib/organizations/organizations";
import { createKeyAction, revokeKeyAction } from "../actions";
import { SettingsFrame } from "../settings-frame";

type Props = { readonly params: Promise<{ organization: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings.tabs"))("api-keys") };
}

/** The keys of the organization's machines. Keys that administer are the vendor's to make. */
export default async function KeysPage({ params }: Props) {
  const { organization: slug } = await params;
  const scope = await authorize(slug, "keys:manage");
  const [t, keys, { timeZone }] = await Promise.all([
    getTranslations("settings.keys"),
    apiKeysOf(scope),
    organizationOf(scope),
  ]);
  return (
    <SettingsFrame slug={slug} tab="api-keys" lead={t("lead")}>
      <KeyLists
        keys={keys}
        timeZone={timeZone}
        scopes={EVERY_KEY_SCOPE.filter((one) => one !== "admin")}
        actions={{ create: createKeyAction.bind(null, slug), revoke: revokeKeyAction.bind(null, slug) }}
      />
    </SettingsFrame>
  );
}
