import type { Route } from "next";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { categoryName } from "@/components/category";
import { Totals } from "@/components/totals";
import { Field, Input, Select } from "@/components/ui/field";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { FIRST_PAGE, viewAddress } from "@/components/view-address";
import { formatAmount, formatLocalTime, formatShare, formatUnits } from "@/lib/i18n/format";
import { BROADCASTS_PER_PAGE, type Broadcast, type BroadcastPage } from "@/lib/reports/broadcasts/broadcasts";
import { BROADCAST_SORTS, type BroadcastSort } from "@/lib/reports/input";
import type { Place } from "./place";
import { readSort } from "./reads";
import { ReportBar, ReportEmpty, ReportPager } from "./report-tools";

/** One row per broadcast with what became of it and what it cost (U8). */
export function BroadcastReport({ place, page }: { readonly place: Place; readonly page: BroadcastPage }) {
  const t = useTranslations("reports");
  const order = readSort(place.view.sort);
  return (
    <>
      <ReportBar place={place} report="broadcasts" rows={page.totals.recipients}>
        <Filters place={place} categories={page.categories} />
      </ReportBar>
      {page.broadcasts.length === 0 ? (
        <div className="border-t border-line">
          <ReportEmpty view={place.view} />
        </div>
      ) : (
        <div className="border-t border-line">
          <BroadcastTotals place={place} totals={page.totals} />
          <Table caption={t("broadcasts.caption")} minWidth="68rem">
            <Head place={place} {...order} />
            <tbody>
              {page.broadcasts.map((broadcast) => (
                <BroadcastRow key={broadcast.id} place={place} broadcast={broadcast} />
              ))}
            </tbody>
          </Table>
        </div>
      )}
      <ReportPager
        place={place}
        row={page.row}
        count={page.broadcasts.length}
        total={page.totals.broadcasts}
        perPage={BROADCASTS_PER_PAGE}
        first={page.broadcasts[0]?.cursor}
        last={page.broadcasts.at(-1)?.cursor}
      />
    </>
  );
}

function Filters({ place, categories }: { readonly place: Place; readonly categories: readonly string[] }) {
  const t = useTranslations("reports");
  const c = useTranslations("categories");
  const { view } = place;
  const offered = [...new Set([...categories, ...(view.category ? [view.category] : [])])];
  return (
    <>
      <Field label={t("filters.name")} htmlFor="q" className="max-sm:min-w-36 max-sm:flex-1 sm:w-56">
        <Input
          key={view.q}
          id="q"
          name="q"
          type="search"
          maxLength={200}
          placeholder={t("filters.nameHint")}
          defaultValue={view.q ?? ""}
        />
      </Field>
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
    </>
  );
}

function BroadcastTotals({
  place,
  totals,
}: {
  readonly place: Place;
  readonly totals: BroadcastPage["totals"];
}) {
  const t = useTranslations("reports");
  const locale = useLocale();
  const counts = ["broadcasts", "recipients", "sent", "delivered", "read", "failed"] as const;
  return (
    <Totals
      label={t("totals")}
      totals={[
        ...counts.map((name) => ({
          label: t(`broadcasts.${name}`),
          value: formatUnits(totals[name], locale),
        })),
        { label: t("broadcasts.amount"), value: formatAmount(totals.amount, place.frame.currency, locale) },
      ]}
    />
  );
}

const COLUMNS = [
  { name: "started", numeric: false },
  { name: "name", numeric: false },
  { name: "template", numeric: false },
  { name: "category", numeric: false },
  { name: "recipients", numeric: true },
  { name: "sent", numeric: true },
  { name: "delivered", numeric: true },
  { name: "read", numeric: true },
  { name: "failed", numeric: true },
  { name: "amount", numeric: true },
] as const;

function Head({
  place: { path, view },
  sort,
  descending,
}: {
  readonly place: Place;
  readonly sort: BroadcastSort;
  readonly descending: boolean;
}) {
  const t = useTranslations("reports.broadcasts");
  const linkOf = (name: string) => {
    const known = BROADCAST_SORTS.find((candidate) => candidate === name);
    if (!known) return undefined;
    const active = known === sort;
    // Figures are sorted from the largest first, names from A first; once more turns it round.
    const falls = active ? !descending : known !== "name";
    const href = viewAddress(path, view, { ...FIRST_PAGE, sort: `${falls ? "-" : ""}${known}` });
    return { href, active, descending: active ? descending : falls };
  };
  return (
    <thead>
      <tr>
        {COLUMNS.map(({ name, numeric }) => {
          const link = linkOf(name);
          return (
            <HeadCell key={name} numeric={numeric} {...(link && { sort: link })}>
              {t(name)}
            </HeadCell>
          );
        })}
      </tr>
    </thead>
  );
}

function BroadcastRow({ place, broadcast }: { readonly place: Place; readonly broadcast: Broadcast }) {
  const c = useTranslations("categories");
  const locale = useLocale();
  const { frame, path } = place;
  const { recipients } = broadcast;
  const withShare = (count: number) => (
    <>
      {formatUnits(count, locale)}
      <span className="block text-xs text-ink-faint">{formatShare(count, recipients, locale)}</span>
    </>
  );
  return (
    <Row>
      <Cell className="figures whitespace-nowrap">
        {formatLocalTime(broadcast.startedAt, frame.timeZone, locale)}
      </Cell>
      <RowHead className="max-w-72 min-w-44">
        <Link
          href={`${path}/broadcasts/${encodeURIComponent(broadcast.id)}` as Route}
          prefetch={false}
          className="line-clamp-2 rounded font-medium text-link hover:underline"
        >
          {broadcast.name || broadcast.id}
        </Link>
      </RowHead>
      <Cell className="max-w-44">
        <p className="truncate" title={broadcast.template ?? undefined}>
          {broadcast.template ?? "–"}
        </p>
      </Cell>
      <Cell className="whitespace-nowrap">
        {broadcast.category === null ? "–" : categoryName(c, broadcast.category)}
      </Cell>
      <Cell numeric>{formatUnits(recipients, locale)}</Cell>
      <Cell numeric>{withShare(broadcast.sent)}</Cell>
      <Cell numeric>{withShare(broadcast.delivered)}</Cell>
      <Cell numeric>{withShare(broadcast.read)}</Cell>
      <Cell numeric>{withShare(broadcast.failed)}</Cell>
      <Cell numeric className="font-medium">
        {formatAmount(broadcast.amount, frame.currency, locale)}
      </Cell>
    </Row>
  );
}
