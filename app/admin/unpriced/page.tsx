import { CircleCheck } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { categoryName } from "@/components/category";
import { PageFrame } from "@/components/page-head";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { formatInstant, formatUnits } from "@/lib/i18n/format";
import { listParked } from "@/lib/provisioning/provisioning";
import { lookAsStaff, VENDOR_ZONE } from "../place";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.unpriced"))("title") };
}

/** Messages that wait for a price, and what each of them lacks. */
export default async function UnpricedPage() {
  const { scope } = await lookAsStaff();
  const [t, c, locale, rows] = await Promise.all([
    getTranslations("admin.unpriced"),
    getTranslations("categories"),
    getLocale(),
    listParked(scope),
  ]);
  const time = (at: Date) => formatInstant(at, VENDOR_ZONE, locale);
  return (
    <PageFrame title={t("title")} lead={t("lead")}>
      <Card>
        {rows.length === 0 ? (
          <EmptyState icon={<CircleCheck />} title={t("none")}>
            {t("noneText")}
          </EmptyState>
        ) : (
          <Table caption={t("title")} minWidth="56rem">
            <thead>
              <tr>
                <HeadCell>{t("organization")}</HeadCell>
                <HeadCell>{t("category")}</HeadCell>
                <HeadCell>{t("market")}</HeadCell>
                <HeadCell>{t("why")}</HeadCell>
                <HeadCell numeric>{t("messages")}</HeadCell>
                <HeadCell>{t("oldest")}</HeadCell>
                <HeadCell>{t("newest")}</HeadCell>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={`${row.organization} ${row.category} ${row.market} ${row.why}`}>
                  <RowHead>
                    <Link
                      href={`/admin/organizations/${row.organization}` as Route}
                      className="rounded font-medium hover:underline"
                    >
                      {row.organization}
                    </Link>
                  </RowHead>
                  <Cell>{categoryName(c, row.category ?? "")}</Cell>
                  <Cell>{row.market ?? "–"}</Cell>
                  <Cell>{t(`reasons.${reasonOf(row.why)}`)}</Cell>
                  <Cell numeric>{formatUnits(row.messages, locale)}</Cell>
                  <Cell className="figures whitespace-nowrap">{time(row.oldest)}</Cell>
                  <Cell className="figures whitespace-nowrap">{time(row.newest)}</Cell>
                </Row>
              ))}
            </tbody>
          </Table>
        )}
      </Card>
    </PageFrame>
  );
}

function reasonOf(why: string | null) {
  if (why === "no_version" || why === "no_price" || why === "no_category") return why;
  return "other";
}
