import { Upload } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { categoryName } from "@/components/category";
import { PageFrame } from "@/components/page-head";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { classNames } from "@/components/ui/class-names";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { type BookFile, readBook } from "@/lib/back-office/price-books";
import { formatDay, formatInstant, formatMoney, formatUnits } from "@/lib/i18n/format";
import { isDay } from "@/lib/time/period";
import { lookAsStaff, VENDOR_ZONE, vendorToday } from "../../place";

type Props = {
  readonly params: Promise<{ book: string }>;
  readonly searchParams: Promise<{ from?: string | string[] }>;
};

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).book };
}

/** One price book: its versions, and the prices of one of them (A3). */
export default async function PriceBookPage({ params, searchParams }: Props) {
  const [{ book: slug }, { from }] = await Promise.all([params, searchParams]);
  const { scope, mayWrite } = await lookAsStaff();
  const wanted = typeof from === "string" && isDay(from) ? from : undefined;
  const book = await readBook(scope, slug, wanted, vendorToday());
  if (!book) notFound();
  const t = await getTranslations("admin.books");
  return (
    <PageFrame
      title={book.name}
      lead={`${book.slug} · ${book.currency}`}
      back={{ href: "/admin/price-books", label: t("title") }}
      actions={
        mayWrite && (
          <ButtonLink
            href={`/admin/price-books/import?book=${book.slug}` as Route}
            icon={<Upload aria-hidden />}
          >
            {t("import")}
          </ButtonLink>
        )
      }
    >
      <div className="grid grid-cols-1 gap-6 lg:grid-cols-[17rem_minmax(0,1fr)]">
        <Versions book={book} />
        <Card>{book.shown && <PriceList book={book} shown={book.shown} />}</Card>
      </div>
    </PageFrame>
  );
}

async function Versions({ book }: { readonly book: BookFile }) {
  const [t, locale] = await Promise.all([getTranslations("admin.books"), getLocale()]);
  const today = vendorToday();
  const inForce = book.versions.find(({ from }) => from <= today)?.from;
  return (
    <nav aria-label={t("versions")}>
      <ul className="space-y-0.5">
        {book.versions.map(({ from, used, publishedAt }) => (
          <li key={from}>
            <Link
              href={`/admin/price-books/${book.slug}?from=${from}` as Route}
              scroll={false}
              aria-current={from === book.shown?.from ? "true" : undefined}
              className={classNames(
                "block rounded-lg px-3 py-2",
                from === book.shown?.from ? "bg-track" : "text-ink-soft hover:bg-track/60",
              )}
            >
              <span className="flex items-center justify-between gap-2">
                <span className="figures font-medium">{t("from", { day: formatDay(from, locale) })}</span>
                {from === inForce && <Badge tone="good">{t("now")}</Badge>}
                {from > today && <Badge tone="info">{t("future")}</Badge>}
              </span>
              <span className="block text-xs text-ink-faint">
                {t("published", { time: formatInstant(publishedAt, VENDOR_ZONE, locale) })}
                {used && ` · ${t("used")}`}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

async function PriceList(props: { readonly book: BookFile; readonly shown: NonNullable<BookFile["shown"]> }) {
  const [t, p, c, locale] = await Promise.all([
    getTranslations("admin.books"),
    getTranslations("prices"),
    getTranslations("categories"),
    getLocale(),
  ]);
  const { book, shown } = props;
  return (
    <Table caption={t("prices")} minWidth={`${10 + shown.categories.length * 9}rem`}>
      <thead>
        <tr>
          <HeadCell>{t("market")}</HeadCell>
          {shown.categories.map((category) => {
            const rule = shown.scheme[category];
            return (
              <HeadCell key={category} numeric className="py-2 align-bottom">
                <span className="block text-[0.8125rem] text-ink">{categoryName(c, category)}</span>
                <span className="block font-normal">
                  {p(rule?.unit === "conversation" ? "perConversation" : "perMessage")}
                </span>
                {rule?.free_in_window && (
                  <span className="block font-normal whitespace-normal">{p("freeInWindow")}</span>
                )}
                {(rule?.free_per_number_and_month ?? 0) > 0 && (
                  <span className="block font-normal whitespace-normal">
                    {p("freeNumber", { count: formatUnits(rule?.free_per_number_and_month ?? 0, locale) })}
                  </span>
                )}
              </HeadCell>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {shown.markets.map(({ market, prices }) => (
          <Row key={market}>
            <RowHead className="font-medium whitespace-nowrap">{market}</RowHead>
            {prices.map((price, index) => (
              <Cell key={shown.categories[index]} numeric>
                {price === null ? (
                  <span className="text-ink-faint">–</span>
                ) : (
                  formatMoney(price, book.currency, locale)
                )}
              </Cell>
            ))}
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
