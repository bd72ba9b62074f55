import { Tags, Upload } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/page-head";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { listBooks } from "@/lib/back-office/price-books";
import { formatDay, formatUnits } from "@/lib/i18n/format";
import { lookAsStaff, vendorToday } from "../place";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.books"))("title") };
}

/** Every price book, with the version in force (A3). */
export default async function PriceBooksPage() {
  const { scope, mayWrite } = await lookAsStaff();
  const [t, locale, books] = await Promise.all([
    getTranslations("admin.books"),
    getLocale(),
    listBooks(scope, vendorToday()),
  ]);
  return (
    <PageFrame
      title={t("title")}
      lead={t("lead")}
      actions={
        mayWrite && (
          <ButtonLink href={"/admin/price-books/import" as Route} look="solid" icon={<Upload aria-hidden />}>
            {t("import")}
          </ButtonLink>
        )
      }
    >
      <Card>
        {books.length === 0 ? (
          <EmptyState icon={<Tags />} title={t("none")} />
        ) : (
          <Table caption={t("title")} minWidth="48rem">
            <thead>
              <tr>
                <HeadCell>{t("name")}</HeadCell>
                <HeadCell>{t("currency")}</HeadCell>
                <HeadCell>{t("inForce")}</HeadCell>
                <HeadCell>{t("next")}</HeadCell>
                <HeadCell numeric>{t("versions")}</HeadCell>
                <HeadCell numeric>{t("organizations")}</HeadCell>
              </tr>
            </thead>
            <tbody>
              {books.map((book) => (
                <Row key={book.slug}>
                  <RowHead>
                    <Link
                      href={`/admin/price-books/${book.slug}` as Route}
                      className="inline-block rounded py-1 font-medium hover:underline"
                    >
                      {book.name}
                    </Link>
                    <span className="ml-2 text-ink-faint">{book.slug}</span>
                  </RowHead>
                  <Cell>{book.currency}</Cell>
                  <Cell className="figures whitespace-nowrap">
                    {book.inForce ? t("since", { day: formatDay(book.inForce, locale) }) : "–"}
                  </Cell>
                  <Cell className="whitespace-nowrap">
                    {book.next ? (
                      <Badge tone="info">{t("from", { day: formatDay(book.next, locale) })}</Badge>
                    ) : (
                      <span className="text-ink-faint">–</span>
                    )}
                  </Cell>
                  <Cell numeric>{formatUnits(book.versions, locale)}</Cell>
                  <Cell numeric>{formatUnits(book.organizations, locale)}</Cell>
                </Row>
              ))}
            </tbody>
          </Table>
        )}
      </Card>
    </PageFrame>
  );
}
