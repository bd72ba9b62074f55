import { ChartNoAxesColumn } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import type { ChartMark, ChartSeries } from "@/components/charts/series";
import { UsageChart } from "@/components/charts/usage-chart";
import { Card, Section } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Skeleton } from "@/components/ui/skeleton";
import { SegmentLinks } from "@/components/ui/tab-links";
import { viewAddress } from "@/components/view-address";
import { formatAmount, formatDay, formatUnits } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { type ChartDay, seriesOf, seriesTotal, seriesValue, visibleSeries } from "@/lib/reports/usage/rules";
import type { TopUpMarker } from "@/lib/top-ups/history/history";
import type { Place } from "./place";
import type { Trend } from "./reads";
import { TrendTable } from "./trend-table";
import { zoneNames } from "./zone-names";

/** What was used day by day (U6): lines or a table, in units or money, in three groupings. */
export function TrendSection({ trend: { days, topUps }, ...place }: Place & { readonly trend: Trend }) {
  const { frame, view, choice } = place;
  const unit = view.unit ?? "units";
  const t = useTranslations("usage.trend");
  const locale = useLocale();
  const names = seriesOf(view.group ?? "standard", unit, days);
  const zone = zoneNames(choice.range, frame.timeZone);
  const series = names.map((name): ChartSeries => {
    const shownValue = (day: ChartDay) => (day.day > frame.today ? null : seriesValue(day, name));
    const words = { label: t(`series.${name}`), hint: t(`hints.${name}`) };
    return { name, ...words, values: days.map(shownValue), total: seriesTotal(days, name) };
  });
  const visible = visibleSeries(view.series, names);
  const isEmpty = series.every(({ total }) => total === 0n) && topUps.length === 0;
  const { from, to } = choice.range;
  return (
    <Section
      id="trend"
      title={t("heading")}
      description={t(unit === "money" ? "descriptionMoney" : "description", { zone })}
    >
      <Card className="flex-1">
        <TrendControls {...place} />
        {isEmpty ? (
          <EmptyState icon={<ChartNoAxesColumn />} title={t("empty.title")}>
            {t("empty.text")}
          </EmptyState>
        ) : (
          <UsageChart
            days={days.map(({ day }) => day)}
            today={frame.today}
            series={series}
            visible={visible}
            marks={topUps.map((topUp) => markOf(topUp, frame.currency, t, locale))}
            unit={unit}
            currency={frame.currency}
            locale={locale}
            path={place.path}
            view={view}
            words={{
              legend: t("legend"),
              label: `${t("chart", { from: formatDay(from, locale), to: formatDay(to, locale) })}. ${t("keys")}`,
              today: t("today"),
              notOver: t("todayNotOver"),
              future: t("future"),
              hidden: t("hidden"),
              marks: t("topUps"),
            }}
            table={
              view.show !== "table" ? null : (
                <TrendTable
                  days={days.map(({ day }) => day)}
                  series={series.filter(({ name }) => visible.includes(name))}
                  topUps={topUps}
                  frame={frame}
                  unit={unit}
                />
              )
            }
          />
        )}
      </Card>
    </Section>
  );
}

type Words = ReturnType<typeof useTranslations<"usage.trend">>;

/** A day on which something was paid in, in words (issue 5: purchases and usage on one axis of time). */
function markOf(
  { day, purchases, balance, visitors }: TopUpMarker,
  currency: string,
  t: Words,
  locale: Locale,
): ChartMark {
  const bought = [
    balance > 0n && `+${formatAmount(balance, currency, locale)}`,
    visitors > 0 && t("topUpVisitors", { shown: formatUnits(visitors, locale) }),
  ];
  return { day, label: t("topUp", { count: purchases }), value: bought.filter(Boolean).join(", ") };
}

function TrendControls({ path, view }: Place) {
  const t = useTranslations("usage.trend");
  const link = (label: string, active: boolean, changes: Parameters<typeof viewAddress>[2]) => ({
    label,
    active,
    href: viewAddress(path, view, changes),
  });
  const group = view.group ?? "standard";
  const unit = view.unit ?? "units";
  const show = view.show ?? "chart";
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2.5">
      <SegmentLinks
        label={t("group")}
        tabs={(["standard", "categories", "older"] as const).map((name) =>
          link(t(`groups.${name}`), group === name, {
            group: name === "standard" ? undefined : name,
            series: undefined,
          }),
        )}
      />
      <div className="flex max-w-full flex-wrap gap-2 sm:ml-auto">
        <SegmentLinks
          label={t("unit")}
          tabs={(["units", "money"] as const).map((name) =>
            link(t(`units.${name}`), unit === name, { unit: name === "units" ? undefined : name }),
          )}
        />
        <SegmentLinks
          label={t("view")}
          tabs={(["chart", "table"] as const).map((name) =>
            link(t(`views.${name}`), show === name, { show: name === "chart" ? undefined : name }),
          )}
        />
      </div>
    </div>
  );
}

export function TrendSkeleton() {
  const t = useTranslations("usage.trend");
  return (
    <div role="status" aria-label={t("loading")}>
      <div className="mb-4">
        <p className="text-base font-semibold">{t("heading")}</p>
        <Skeleton className="mt-1 h-4 w-44" />
      </div>
      <Card className="h-[29.75rem] p-5 xl:h-[34rem]">
        <Skeleton className="h-9 w-full" />
        <div className="mt-7 flex gap-10">
          <Skeleton className="h-12 w-32" />
          <Skeleton className="h-12 w-32" />
          <Skeleton className="h-12 w-32" />
        </div>
        <Skeleton className="mt-8 h-[16.5rem] w-full" />
      </Card>
    </div>
  );
}
