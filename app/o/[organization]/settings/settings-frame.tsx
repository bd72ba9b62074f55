import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { PageFrame } from "@/components/page-head";
import { TabLinks } from "@/components/ui/tab-links";
import { currentUser, may } from "@/lib/auth/authorize";

const TABS = [
  ["members", "members:manage"],
  ["api-keys", "keys:manage"],
  ["alerts", "alerts:manage"],
  ["audit", "audit:read"],
  ["organization", "organization:read"],
] as const;

export type SettingsTab = (typeof TABS)[number][0];

/** The frame of the settings; only what this person may open is offered. */
export async function SettingsFrame(props: {
  readonly slug: string;
  readonly tab: SettingsTab;
  readonly lead: string;
  readonly children: ReactNode;
}) {
  const [t, user] = await Promise.all([getTranslations("settings"), currentUser()]);
  const tabs = TABS.filter(([, permission]) => user !== null && may(user, props.slug, permission));
  return (
    <PageFrame
      title={t("title")}
      lead={props.lead}
      tabs={
        <TabLinks
          label={t("title")}
          tabs={tabs.map(([tab]) => ({
            href: `/o/${props.slug}/settings/${tab}`,
            label: t(`tabs.${tab}`),
            active: tab === props.tab,
          }))}
        />
      }
    >
      {props.children}
    </PageFrame>
  );
}
