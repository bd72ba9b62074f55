import { ListFilter } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { PurchaseDownload } from "@/app/purchases/purchase-download";
import { FilterForm } from "@/components/filter-form";
import { Button } from "@/components/ui/button";
import { Field, Input, Select } from "@/components/ui/field";
import type { HistoryPage } from "@/lib/top-ups/history/history";
import { type HistorySearch, STATUSES_TO_FIND } from "@/lib/top-ups/input";
import { historyAddress } from "./history-address";

/** Status and days to look for, and the download of exactly what they find (T5). */
export async function HistoryFilters(props: {
  readonly path: string;
  readonly search: HistorySearch;
  readonly page: HistoryPage;
}) {
  const t = await getTranslations("purchases");
  const { path, search, page } = props;
  const isFiltered = [search.status, search.from, search.to].some((value) => value !== undefined);
  const isReversed = search.from !== undefined && search.to !== undefined && search.from > search.to;
  return (
    <div className="flex flex-wrap items-end justify-between gap-3 px-4 py-3">
      <div className="flex min-w-0 flex-wrap items-end gap-3">
        <FilterForm action={path} label={t("filters.label")} carried={[]}>
          <Field label={t("filters.status")} htmlFor="status" className="max-sm:w-full sm:w-44">
            <Select key={search.status} id="status" name="status" defaultValue={search.status ?? ""}>
              <option value="">{t("filters.all")}</option>
              {STATUSES_TO_FIND.map((status) => (
                <option key={status} value={status}>
                  {t(`status.${status}`)}
                </option>
              ))}
            </Select>
          </Field>
          <Field
            label={t("filters.from")}
            htmlFor="from"
            className="max-sm:flex-1 sm:w-40"
            error={isReversed && t("filters.reversed")}
          >
            <Input key={search.from} id="from" name="from" type="date" defaultValue={search.from} />
          </Field>
          <Field label={t("filters.to")} htmlFor="to" className="max-sm:flex-1 sm:w-40">
            <Input key={search.to} id="to" name="to" type="date" defaultValue={search.to} />
          </Field>
          <Button type="submit" icon={<ListFilter aria-hidden />}>
            {t("filters.apply")}
          </Button>
        </FilterForm>
        {isFiltered && (
          <Link
            href={path as Route}
            scroll={false}
            className="inline-flex h-9 items-center rounded px-1 text-[0.8125rem] font-medium text-link hover:underline"
          >
            {t("filters.clear")}
          </Link>
        )}
      </div>
      <PurchaseDownload address={historyAddress(`${path}/download`, search)} totals={page.totals} />
    </div>
  );
}
