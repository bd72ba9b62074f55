import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { Facts } from "@/components/facts";
import { ConfirmAction } from "@/components/forms/confirm-action";
import { Card, Section } from "@/components/ui/card";
import { authorize } from "@/lib/auth/authorize";
import { formatInstant, formatMonth, zoneName } from "@/lib/i18n/format";
import { organizationOf } from "@/lib/organizations/organizations";
import { organizationNow } from "@/lib/time/clock";
import { leaveAction } from "../actions";
import { SettingsFrame } from "../settings-frame";

type Props = { readonly params: Promise<{ organization: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings.tabs"))("organization") };
}

/** What holds for the organization as a whole, and the way out of it. */
export default async function OrganizationPage({ params }: Props) {
  const { organization: slug } = await params;
  const scope = await authorize(slug, "organization:read");
  const [t, locale, organization] = await Promise.all([
    getTranslations("settings.organization"),
    getLocale(),
    organizationOf(scope),
  ]);
  const { name, currency, timeZone, startsOn, clock, mode } = organization;
  const now = organizationNow(clock);
  return (
    <SettingsFrame slug={slug} tab="organization" lead={t("lead")}>
      <div className="grid max-w-2xl gap-10">
        <Card className="px-4 py-2">
          <Facts
            facts={[
              { label: t("name"), value: name },
              { label: t("slug"), value: slug },
              { label: t("timeZone"), value: `${timeZone} (${zoneName(now, timeZone)})` },
              { label: t("now"), value: formatInstant(now, timeZone, locale) },
              { label: t("currency"), value: currency },
              { label: t("since"), value: formatMonth(startsOn, locale) },
              mode === "test" && { label: t("mode"), value: t("test") },
            ]}
          />
        </Card>
        <p className="text-[0.8125rem] text-ink-faint">{t("fixed")}</p>
        <Section id="leave" title={t("leave")} description={t("leaveText")}>
          <div>
            <ConfirmAction
              action={leaveAction.bind(null, slug)}
              look="danger"
              size="medium"
              words={{
                ask: t("leave"),
                title: t("leaveTitle", { organization: name }),
                text: t("leaveConfirm"),
                confirm: t("leave"),
                cancel: t("cancel"),
              }}
            />
          </div>
        </Section>
      </div>
    </SettingsFrame>
  );
}
