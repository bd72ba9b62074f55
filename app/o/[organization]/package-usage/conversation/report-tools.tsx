import { ListFilter } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { DownloadButton } from "@/components/download-button";
import { FilterForm } from "@/components/filter-form";
import { Pager } from "@/components/pager";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { carriedFields, FIRST_PAGE, type ViewChanges, viewAddress } from "@/components/view-address";
import { formatUnits } from "@/lib/i18n/format";
import type { ReportName, ViewState } from "@/lib/reports/input";
import type { Place } from "./place";

/** What filters a report. */
const FILTERS = ["category", "paid", "channel", "q"] as const;

/** The filters of a report and its download, which gives exactly what the filters find. */
export function ReportBar(props: {
  readonly place: Place;
  readonly report: ReportName;
  readonly rows: number | null;
  readonly children: ReactNode;
}) {
  const t = useTranslations("reports");
  const locale = useLocale();
  const { path, view, frame, choice } = props.place;
  const isFiltered = FILTERS.some((name) => view[name] !== undefined);
  const cleared = Object.fromEntries(FILTERS.map((name) => [name, undefined])) as ViewChanges;
  const download = viewAddress(`/o/${frame.slug}/package-usage/reports/${props.report}`, {
    ...(Object.fromEntries(FILTERS.map((name) => [name, view[name]])) as Partial<ViewState>),
    ...choice.range,
  } as ViewState);
  return (
    <div className="flex flex-wrap items-end justify-between gap-3 px-4 py-3">
      <div className="flex min-w-0 flex-wrap items-end gap-3 max-sm:w-full">
        <FilterForm
          action={path}
          label={t(`tabs.${props.report}`)}
          carried={carriedFields(view, [...FILTERS, "row", "after", "before"])}
        >
          {props.children}
          <Button type="submit" icon={<ListFilter aria-hidden />}>
            {t("filters.apply")}
          </Button>
        </FilterForm>
        {isFiltered && (
          <Link
            href={viewAddress(path, view, { ...cleared, ...FIRST_PAGE }) as Route}
            scroll={false}
            className="inline-flex h-9 items-center rounded px-1 text-[0.8125rem] font-medium text-link hover:underline"
          >
            {t("filters.clear")}
          </Link>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <DownloadButton
          href={download}
          rows={props.rows}
          locale={locale}
          words={{
            label: t("download.label"),
            cancel: t("download.cancel"),
            failed: t("download.failed"),
            busy: t("download.busy"),
          }}
        />
        <a
          href={`${download}&bom=1`}
          download
          title={t("download.excelHint")}
          className="rounded text-[0.8125rem] font-medium text-link hover:underline"
        >
          {t("download.excel")}
        </a>
      </div>
    </div>
  );
}

/** The ways on from a page of rows. Cursors keep a page steady while new rows arrive. */
export function ReportPager(props: {
  readonly place: Place;
  readonly row: number;
  readonly count: number;
  readonly total: number;
  readonly perPage: number;
  readonly first: string | undefined;
  readonly last: string | undefined;
}) {
  const t = useTranslations("reports.pager");
  const locale = useLocale();
  const { path, view } = props.place;
  const { row, count, total, perPage } = props;
  const link = (changes: ViewChanges) => viewAddress(path, view, { ...FIRST_PAGE, ...changes });
  const end = row + count - 1;
  const lastRow = Math.floor(Math.max(0, total - 1) / perPage) * perPage + 1;
  const units = (value: number) => formatUnits(value, locale);
  return (
    <Pager
      label={t("label")}
      shown={
        count === 0 ? t("none") : t("rows", { first: units(row), last: units(end), total: units(total) })
      }
      links={{
        first: row > 1 ? link({}) : null,
        // The first page is read from the beginning: what arrived meanwhile stands there, under its right numbers.
        previous:
          row > perPage + 1 && props.first
            ? link({ row: row - perPage, before: props.first })
            : row > 1
              ? link({})
              : null,
        next: end < total && props.last ? link({ row: end + 1, after: props.last }) : null,
        last: end < total ? link({ row: lastRow }) : null,
      }}
      words={{ first: t("first"), previous: t("previous"), next: t("next"), last: t("last") }}
    />
  );
}

/** No rows: because of the filters, or because there are none. */
export function ReportEmpty({ view }: { readonly view: ViewState }) {
  const t = useTranslations("reports.empty");
  const isFiltered = FILTERS.some((name) => view[name] !== undefined);
  return (
    <EmptyState icon={<ListFilter />} title={t(isFiltered ? "title" : "noneTitle")}>
      {t(isFiltered ? "text" : "noneText")}
    </EmptyState>
  );
}
