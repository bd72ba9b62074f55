import { ListFilter } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { addressOf, cursorText, readAuditSearch, type Search } from "@/app/search";
import { TrailTable } from "@/components/access-lists/trail";
import { FilterForm } from "@/components/filter-form";
import { NextPage } from "@/components/next-page";
import { PageFrame } from "@/components/page-head";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field, Input, Select } from "@/components/ui/field";
import { readOrganizationFile } from "@/lib/back-office/organizations";
import { readTrail } from "@/lib/back-office/trail";
import { zoneName } from "@/lib/i18n/format";
import { systemNow } from "@/lib/time/clock";
import { periodOfDays } from "@/lib/time/period";
import { purchaseNumber } from "@/lib/top-ups/rules";
import { lookAsStaff, PER_PAGE, VENDOR_ZONE } from "../place";

type Props = { readonly searchParams: Promise<Search> };

const PATH = "/admin/audit";
/** Beginnings of actions, by the noun they are about. */
const NOUNS = [
  "organization.",
  "package.",
  "price_book.",
  "price_version.",
  "number.",
  "balance.",
  "purchase.",
  "top_up_products.",
  "receipt_issuer.",
  "member.",
  "invitation.",
  "key.",
  "alerts.",
  "webhook.",
  "clock.",
  "staff.",
  "password.",
  "second_factor.",
  "user.",
] as const;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.audit"))("title") };
}

/** Who changed what, when and from where (A4). Rows of it are never changed. */
export default async function AuditPage({ searchParams }: Props) {
  const { scope } = await lookAsStaff();
  const { organization: slug, action, from, to, after } = readAuditSearch(await searchParams);
  const file = slug ? await readOrganizationFile(scope, slug) : null;
  const period =
    from || to
      ? periodOfDays({ from: from ?? "2000-01-01", to: to ?? "2099-12-31" }, VENDOR_ZONE)
      : undefined;
  const filter = {
    // An organization that does not exist has no entries; number 0 would be what belongs to none.
    organizationId: slug ? (file?.organization.id ?? -1) : undefined,
    action,
    period,
  };
  const [t, trail] = await Promise.all([
    getTranslations("admin.audit"),
    readTrail(scope, filter, after ?? null, PER_PAGE),
  ]);
  const kept = { organization: slug, action, from, to };
  const isFiltered = Boolean(slug || action || from || to);
  return (
    <PageFrame
      title={t("title")}
      lead={t("lead", { zone: zoneName(systemNow(), VENDOR_ZONE) })}
      {...(file && {
        back: {
          href: `/admin/organizations/${file.organization.slug}`,
          label: file.organization.name,
        },
      })}
    >
      <Card>
        <div className="px-4 py-3">
          <FilterForm action={PATH} label={t("filter")} carried={[]}>
            <Field label={t("organization")} htmlFor="organization" className="w-52">
              <Input key={slug} id="organization" name="organization" defaultValue={slug ?? ""} />
            </Field>
            <ActionChoice chosen={action} />
            <Field label={t("from")} htmlFor="from" className="w-40">
              <Input key={from} id="from" name="from" type="date" defaultValue={from ?? ""} />
            </Field>
            <Field label={t("to")} htmlFor="to" className="w-40">
              <Input key={to} id="to" name="to" type="date" defaultValue={to ?? ""} />
            </Field>
            <Button type="submit" icon={<ListFilter aria-hidden />}>
              {t("apply")}
            </Button>
            {isFiltered && (
              <Link
                href={PATH as Route}
                className="inline-flex h-9 items-center rounded px-1 text-[0.8125rem] font-medium text-link hover:underline"
              >
                {t("clear")}
              </Link>
            )}
          </FilterForm>
        </div>
        <div className="border-t border-line">
          <TrailTable
            entries={trail.entries}
            timeZone={VENDOR_ZONE}
            purchaseName={purchaseNumber}
            organizationPath="/admin/organizations"
          />
          <NextPage
            first={after ? addressOf(PATH, kept) : null}
            next={trail.next && addressOf(PATH, { ...kept, after: cursorText(trail.next) })}
          />
        </div>
      </Card>
    </PageFrame>
  );
}

async function ActionChoice({ chosen }: { readonly chosen: string | undefined }) {
  const [t, locale] = await Promise.all([getTranslations("admin.audit"), getLocale()]);
  return (
    <Field label={t("action")} htmlFor="action" className="w-48">
      <Select key={`${locale}${chosen}`} id="action" name="action" defaultValue={chosen ?? ""}>
        <option value="">{t("every")}</option>
        {NOUNS.map((noun) => (
          <option key={noun} value={noun}>
            {t(`nouns.${noun.slice(0, -1) as "key"}`)}
          </option>
        ))}
      </Select>
    </Field>
  );
}
