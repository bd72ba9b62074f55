import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { PageFrame } from "@/components/page-head";
import { Badge } from "@/components/ui/badge";
import { TabLinks } from "@/components/ui/tab-links";
import type { Organization } from "@/lib/organizations/organizations";

const TABS = ["overview", "people", "api-keys", "ledger"] as const;

export type FileTab = (typeof TABS)[number];

/** The frame of one organization's file. */
export async function FileFrame(props: {
  readonly organization: Organization;
  readonly tab: FileTab;
  readonly children: ReactNode;
}) {
  const t = await getTranslations("admin.file");
  const { slug, name, mode, suspendedAt, currency, timeZone } = props.organization;
  const path = `/admin/organizations/${slug}`;
  return (
    <PageFrame
      title={name}
      lead={`${slug} · ${currency} · ${timeZone}`}
      back={{ href: "/admin/organizations", label: t("back") }}
      badges={
        <>
          {suspendedAt && <Badge tone="warn">{t("suspended")}</Badge>}
          {mode === "test" && <Badge tone="info">{t("test")}</Badge>}
        </>
      }
      tabs={
        <TabLinks
          label={t("tabs.label")}
          tabs={[
            ...TABS.map((tab) => ({
              href: tab === "overview" ? path : `${path}/${tab}`,
              label: t(`tabs.${tab}`),
              active: tab === props.tab,
            })),
            {
              href: `/admin/purchases?organization=${slug}`,
              label: t("tabs.purchases"),
              active: false,
            },
            { href: `/admin/audit?organization=${slug}`, label: t("tabs.audit"), active: false },
          ]}
        />
      }
    >
      {props.children}
    </PageFrame>
  );
}
