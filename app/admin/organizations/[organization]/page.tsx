import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { Facts } from "@/components/facts";
import { ActionForm, Checkbox, TextField } from "@/components/forms/action-form";
import { ConfirmAction } from "@/components/forms/confirm-action";
import { Card, Section } from "@/components/ui/card";
import { lookInto } from "@/lib/auth/members/members";
import { type OrganizationFile, readOrganizationFile } from "@/lib/back-office/organizations";
import { formatInstant, formatMonth } from "@/lib/i18n/format";
import { readBalance } from "@/lib/reports/balance";
import { lookAsStaff } from "../../place";
import { changeSettingsAction, suspendAction } from "./actions";
import { BalanceTiles } from "./balance-tiles";
import { FileFrame } from "./file-frame";
import { Numbers, PackageTerms, PriceBooks } from "./terms";

type Props = { readonly params: Promise<{ organization: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).organization };
}

/** One client: what it has left, what was agreed with it, and its numbers (A1, A2). */
export default async function OrganizationPage({ params }: Props) {
  const { organization: slug } = await params;
  const { scope, mayWrite } = await lookAsStaff();
  const file = await readOrganizationFile(scope, slug);
  if (!file) notFound();
  const [t, balance] = await Promise.all([
    getTranslations("admin.file"),
    lookInto(scope, slug, "balance:read").then(readBalance),
  ]);
  return (
    <FileFrame organization={file.organization} tab="overview">
      <BalanceTiles balance={balance} />
      <div className="mt-10 grid grid-cols-1 gap-10 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 grid-cols-1 content-start gap-10">
          <PackageTerms file={file} mayWrite={mayWrite} />
          <PriceBooks file={file} mayWrite={mayWrite} />
          <Numbers file={file} mayWrite={mayWrite} />
        </div>
        <div className="grid grid-cols-1 content-start gap-10">
          <Section id="facts" title={t("facts")}>
            <Card className="px-4 py-2">
              <FactList file={file} />
            </Card>
          </Section>
          {mayWrite && (
            <>
              <Section id="settings" title={t("settings")}>
                <Card className="p-4">
                  <ActionForm
                    action={changeSettingsAction.bind(null, slug)}
                    submit={t("save")}
                    look="outline"
                  >
                    <TextField name="name" label={t("name")} defaultValue={file.organization.name} />
                    <TextField
                      name="time_zone"
                      label={t("timeZone")}
                      defaultValue={file.organization.timeZone}
                      hint={t("timeZoneHint")}
                    />
                    <Checkbox
                      name="authentication_international"
                      label={t("international")}
                      defaultChecked={file.organization.authenticationInternational}
                    />
                  </ActionForm>
                </Card>
              </Section>
              <Suspension file={file} />
            </>
          )}
        </div>
      </div>
    </FileFrame>
  );
}

async function FactList({ file: { organization } }: { readonly file: OrganizationFile }) {
  const [t, locale] = await Promise.all([getTranslations("admin.file"), getLocale()]);
  const { clock, createdAt, suspendedAt, timeZone } = organization;
  return (
    <Facts
      facts={[
        { label: t("slug"), value: organization.slug },
        { label: t("currency"), value: organization.currency },
        { label: t("timeZone"), value: timeZone },
        { label: t("mode"), value: t(`modes.${organization.mode}`) },
        { label: t("startsOn"), value: formatMonth(organization.startsOn, locale) },
        { label: t("created"), value: formatInstant(createdAt, timeZone, locale) },
        clock !== null && { label: t("clock"), value: formatInstant(clock, timeZone, locale) },
        suspendedAt !== null && {
          label: t("suspendedSince"),
          value: formatInstant(suspendedAt, timeZone, locale),
        },
      ]}
    />
  );
}

async function Suspension({ file: { organization } }: { readonly file: OrganizationFile }) {
  const t = await getTranslations("admin.file");
  const isSuspended = organization.suspendedAt !== null;
  const words = isSuspended ? ("resume" as const) : ("suspend" as const);
  return (
    <Section id="suspension" title={t(`${words}.heading`)} description={t(`${words}.description`)}>
      <div>
        <ConfirmAction
          key={words}
          action={suspendAction.bind(null, organization.slug, !isSuspended)}
          look={isSuspended ? "outline" : "danger"}
          size="medium"
          words={{
            ask: t(`${words}.ask`),
            title: t(`${words}.title`, { name: organization.name }),
            text: t(`${words}.text`),
            confirm: t(`${words}.ask`),
            cancel: t("cancel"),
          }}
        />
      </div>
    </Section>
  );
}
