import { ChevronRight } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { categoryName } from "@/components/category";
import { Contact } from "@/components/contact";
import { PaidFrom } from "@/components/paid-from";
import { Totals } from "@/components/totals";
import { Field, Select } from "@/components/ui/field";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { FIRST_PAGE, viewAddress } from "@/components/view-address";
import { formatAmount, formatLocalTime, formatMoney, formatUnits } from "@/lib/i18n/format";
import { formatCursor, PAID_FILTERS } from "@/lib/reports/input";
import { USES_PER_PAGE, type Use, type UsePage } from "@/lib/reports/messages/messages";
import type { Place } from "./place";
import { isOldestFirst } from "./reads";
import { ReportBar, ReportEmpty, ReportPager } from "./report-tools";

/** Every use of the quota and of the balance, and what paid for it (U9). */
export function WhatsappReport({ place, page }: { readonly place: Place; readonly page: UsePage }) {
  const t = useTranslations("reports");
  const first = page.uses[0];
  const last = page.uses.at(-1);
  return (
    <>
      <ReportBar place={place} report="whatsapp" rows={page.totals.uses}>
        <Filters place={place} categories={page.categories} />
      </ReportBar>
      {page.uses.length === 0 ? (
        <div className="border-t border-line">
          <ReportEmpty view={place.view} />
        </div>
      ) : (
        <div className="border-t border-line">
          <UseTotals place={place} totals={page.totals} />
          <Table caption={t("whatsapp.caption")} minWidth="68rem">
            <Head place={place} />
            <tbody>
              {page.uses.map((use) => (
                <UseRow key={formatCursor(use.cursor)} place={place} use={use} />
              ))}
            </tbody>
          </Table>
        </div>
      )}
      <ReportPager
        place={place}
        row={page.row}
        count={page.uses.length}
        total={page.totals.uses}
        perPage={USES_PER_PAGE}
        first={first && formatCursor(first.cursor)}
        last={last && formatCursor(last.cursor)}
      />
    </>
  );
}

function Filters({ place, categories }: { readonly place: Place; readonly categories: readonly string[] }) {
  const t = useTranslations("reports");
  const c = useTranslations("categories");
  const { view } = place;
  const offered = [...new Set([...categories, ...(view.category ? [view.category] : [])])].filter(Boolean);
  return (
    <>
      <Field
        label={t("filters.category")}
        htmlFor="category"
        className="max-sm:min-w-36 max-sm:flex-1 sm:w-48"
      >
        <Select key={view.category} id="category" name="category" defaultValue={view.category ?? ""}>
          <option value="">{t("filters.allCategories")}</option>
          {offered.map((category) => (
            <option key={category} value={category}>
              {categoryName(c, category)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t("filters.paid")} htmlFor="paid" className="max-sm:min-w-36 max-sm:flex-1 sm:w-40">
        <Select key={view.paid} id="paid" name="paid" defaultValue={view.paid ?? ""}>
          <option value="">{t("filters.allPaid")}</option>
          {PAID_FILTERS.map((paid) => (
            <option key={paid} value={paid}>
              {t(`paid.${paid}`)}
            </option>
          ))}
        </Select>
      </Field>
    </>
  );
}

function UseTotals({ place, totals }: { readonly place: Place; readonly totals: UsePage["totals"] }) {
  const t = useTranslations("reports");
  const locale = useLocale();
  const money = (amount: bigint) => formatAmount(amount, place.frame.currency, locale);
  return (
    <Totals
      label={t("totals")}
      totals={[
        { label: t("whatsapp.uses"), value: formatUnits(totals.uses, locale) },
        { label: t("whatsapp.units"), value: formatUnits(totals.units, locale) },
        { label: t("whatsapp.quotaUnits"), value: formatUnits(totals.quotaUnits, locale) },
        { label: t("whatsapp.spent"), value: money(totals.amount) },
        { label: t("whatsapp.fromInitial"), value: money(totals.fromInitial) },
        { label: t("whatsapp.fromAdditional"), value: money(totals.fromAdditional) },
      ]}
    />
  );
}

function Head({ place: { path, view } }: { readonly place: Place }) {
  const t = useTranslations("reports.whatsapp");
  const oldestFirst = isOldestFirst(view);
  const turned = viewAddress(path, view, { ...FIRST_PAGE, sort: oldestFirst ? undefined : "oldest" });
  return (
    <thead>
      <tr>
        <HeadCell sort={{ href: turned, active: true, descending: !oldestFirst }}>{t("time")}</HeadCell>
        <HeadCell>{t("type")}</HeadCell>
        <HeadCell>{t("contact")}</HeadCell>
        <HeadCell>{t("market")}</HeadCell>
        <HeadCell>{t("about")}</HeadCell>
        <HeadCell numeric>{t("units")}</HeadCell>
        <HeadCell numeric>{t("unitPrice")}</HeadCell>
        <HeadCell numeric>{t("amount")}</HeadCell>
        <HeadCell>{t("paidFrom")}</HeadCell>
        <HeadCell>
          <span className="sr-only">{t("why")}</span>
        </HeadCell>
      </tr>
    </thead>
  );
}

function UseRow({ place, use }: { readonly place: Place; readonly use: Use }) {
  const t = useTranslations("reports");
  const c = useTranslations("categories");
  const locale = useLocale();
  const { frame, path } = place;
  const money = (amount: bigint) => formatMoney(amount, frame.currency, locale);
  const time = formatLocalTime(use.cursor.at, frame.timeZone, locale);
  return (
    <Row>
      <RowHead className="figures whitespace-nowrap">{time}</RowHead>
      <Cell className="whitespace-nowrap">{categoryName(c, use.category)}</Cell>
      <Cell>
        <Contact contact={use.contact} />
      </Cell>
      <Cell className="whitespace-nowrap">{use.market ?? "–"}</Cell>
      <Cell className="max-w-64 min-w-40">
        <p className="truncate" title={use.broadcast?.name || use.template || undefined}>
          {use.broadcast?.name || use.template || "–"}
        </p>
      </Cell>
      <Cell numeric>{formatUnits(use.units, locale)}</Cell>
      <Cell numeric>{use.unitPrice === null ? "–" : money(use.unitPrice)}</Cell>
      <Cell numeric className="font-medium">
        {money(use.amount)}
      </Cell>
      <Cell className="min-w-44">
        <PaidFrom use={use} currency={frame.currency} />
      </Cell>
      <Cell className="w-10 text-right">
        <Link
          href={`${path}/messages/${formatCursor(use.cursor)}` as Route}
          prefetch={false}
          aria-label={`${t("whatsapp.why")} ${time}`}
          title={t("whatsapp.why")}
          className="inline-grid size-8 place-items-center rounded-md text-ink-faint hover:bg-line hover:text-ink"
        >
          <ChevronRight aria-hidden className="size-4" />
        </Link>
      </Cell>
    </Row>
  );
}
