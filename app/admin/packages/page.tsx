import { Package as PackageIcon, Plus } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/page-head";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { type OfferedPackage, packagesOffered } from "@/lib/back-office/packages";
import { formatMoney, formatUnits } from "@/lib/i18n/format";
import { lookAsStaff } from "../place";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.packages"))("title") };
}

/** Every package that clients can have (A2). */
export default async function PackagesPage() {
  const { scope, mayWrite } = await lookAsStaff();
  const [t, packages] = await Promise.all([getTranslations("admin.packages"), packagesOffered(scope)]);
  return (
    <PageFrame
      title={t("title")}
      lead={t("lead")}
      actions={
        mayWrite && (
          <ButtonLink href={"/admin/packages/new" as Route} look="solid" icon={<Plus aria-hidden />}>
            {t("new")}
          </ButtonLink>
        )
      }
    >
      <Card>
        {packages.length === 0 ? (
          <EmptyState icon={<PackageIcon />} title={t("none")} />
        ) : (
          <Table caption={t("title")} minWidth="56rem">
            <thead>
              <tr>
                <HeadCell>{t("name")}</HeadCell>
                <HeadCell numeric>{t("seats")}</HeadCell>
                <HeadCell numeric>{t("visitors")}</HeadCell>
                <HeadCell numeric>{t("conversations")}</HeadCell>
                <HeadCell numeric>{t("balance")}</HeadCell>
                <HeadCell>{t("remainder")}</HeadCell>
                <HeadCell numeric>{t("organizations")}</HeadCell>
              </tr>
            </thead>
            <tbody>
              {packages.map((one) => (
                <PackageLine key={one.id} offered={one} />
              ))}
            </tbody>
          </Table>
        )}
      </Card>
    </PageFrame>
  );
}

async function PackageLine({ offered }: { readonly offered: OfferedPackage }) {
  const [t, locale] = await Promise.all([getTranslations("admin.packages"), getLocale()]);
  const units = (value: number) => formatUnits(value, locale);
  return (
    <Row>
      <RowHead>
        <Link
          href={`/admin/packages/${offered.slug}` as Route}
          className="inline-block rounded py-1 font-medium hover:underline"
        >
          {offered.name}
        </Link>
        <span className="ml-2 text-ink-faint">{offered.slug}</span>
      </RowHead>
      <Cell numeric>{units(offered.seats)}</Cell>
      <Cell numeric>{units(offered.uniqueVisitors)}</Cell>
      <Cell numeric>{offered.conversations === null ? "–" : units(offered.conversations)}</Cell>
      <Cell numeric>{formatMoney(offered.initialBalance, offered.currency, locale, { round: true })}</Cell>
      <Cell className="whitespace-nowrap">{t(offered.initialCarriesOver ? "carries" : "expires")}</Cell>
      <Cell numeric>{units(offered.organizations)}</Cell>
    </Row>
  );
}
