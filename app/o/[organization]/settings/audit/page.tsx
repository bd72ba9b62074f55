import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { addressOf, cursorText, readAuditSearch, type Search } from "@/app/search";
import { TrailTable } from "@/components/access-lists/trail";
import { NextPage } from "@/components/next-page";
import { Card } from "@/components/ui/card";
import { authorize } from "@/lib/auth/authorize";
import { readOwnTrail } from "@/lib/back-office/trail";
import { organizationOf } from "@/lib/organizations/organizations";
import { purchaseNumber } from "@/lib/top-ups/rules";
import { SettingsFrame } from "../settings-frame";

type Props = {
  readonly params: Promise<{ organization: string }>;
  readonly searchParams: Promise<Search>;
};

const PER_PAGE = 50;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings.tabs"))("audit") };
}

/** Who changed what in the organization: terms, prices, balances, purchases, people, keys. */
export default async function AuditPage({ params, searchParams }: Props) {
  const [{ organization: slug }, search] = await Promise.all([params, searchParams]);
  const scope = await authorize(slug, "audit:read");
  const { after } = readAuditSearch(search);
  const [t, { timeZone }, trail] = await Promise.all([
    getTranslations("settings.trail"),
    organizationOf(scope),
    readOwnTrail(scope, {}, after ?? null, PER_PAGE),
  ]);
  const path = `/o/${slug}/settings/audit`;
  return (
    <SettingsFrame slug={slug} tab="audit" lead={t("lead")}>
      <Card>
        <TrailTable entries={trail.entries} timeZone={timeZone} purchaseName={purchaseNumber} />
        <NextPage
          first={after ? path : null}
          next={trail.next && addressOf(path, { after: cursorText(trail.next) })}
        />
      </Card>
    </SettingsFrame>
  );
}
