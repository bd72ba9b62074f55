import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { Facts } from "@/components/facts";
import { ActionForm } from "@/components/forms/action-form";
import { PageFrame } from "@/components/page-head";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { type OfferedPackage, readPackage } from "@/lib/back-office/packages";
import { formatMoney, formatUnits } from "@/lib/i18n/format";
import { lookAsStaff } from "../../place";
import { changePackageAction } from "../actions";
import { PackageFields } from "../package-fields";

type Props = { readonly params: Promise<{ package: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).package };
}

/** One package, to look at or to change (A2). */
export default async function PackagePage({ params }: Props) {
  const { package: slug } = await params;
  const { scope, mayWrite } = await lookAsStaff();
  const known = await readPackage(scope, slug);
  if (!known) notFound();
  const t = await getTranslations("admin.packages");
  return (
    <PageFrame
      narrow
      title={known.name}
      lead={t("usedBy", { slug, count: known.organizations })}
      back={{ href: "/admin/packages", label: t("title") }}
    >
      {mayWrite ? (
        <div className="grid gap-6">
          <Banner tone="info" title={t("noteTitle")}>
            {t("note")}
          </Banner>
          <Card className="p-5">
            <ActionForm
              action={changePackageAction.bind(null, slug)}
              submit={t("save")}
              className="sm:grid-cols-2"
            >
              <PackageFields known={known} />
            </ActionForm>
          </Card>
        </div>
      ) : (
        <Card className="px-4 py-2">
          <PackageFacts known={known} />
        </Card>
      )}
    </PageFrame>
  );
}

async function PackageFacts({ known }: { readonly known: OfferedPackage }) {
  const [t, locale] = await Promise.all([getTranslations("admin.packages"), getLocale()]);
  return (
    <Facts
      facts={[
        { label: t("currency"), value: known.currency },
        {
          label: t("balance"),
          value: formatMoney(known.initialBalance, known.currency, locale, { round: true }),
        },
        { label: t("seats"), value: formatUnits(known.seats, locale) },
        { label: t("visitors"), value: formatUnits(known.uniqueVisitors, locale) },
        {
          label: t("conversations"),
          value: known.conversations === null ? "–" : formatUnits(known.conversations, locale),
        },
        { label: t("remainder"), value: t(known.initialCarriesOver ? "carries" : "expires") },
      ]}
    />
  );
}
