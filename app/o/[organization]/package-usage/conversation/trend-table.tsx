import { useLocale, useTranslations } from "next-intl";
import { type ChartSeries, seriesColor } from "@/components/charts/series";
import { Badge } from "@/components/ui/badge";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { formatAmount, formatDay, formatUnits } from "@/lib/i18n/format";
import type { Frame } from "@/lib/reports/reports";
import type { TopUpMarker } from "@/lib/top-ups/history/history";

/** The chart's numbers, newest day first, with their totals (U6, "View as table"). */
export function TrendTable(props: {
  readonly days: readonly string[];
  readonly series: readonly ChartSeries[];
  /** Shown beside money only. */
  readonly topUps: readonly TopUpMarker[];
  readonly frame: Frame;
  readonly unit: "units" | "money";
}) {
  const t = useTranslations("usage.trend");
  const locale = useLocale();
  const { frame, days, series } = props;
  const show = (value: bigint | null | undefined) => {
    if (value === null || value === undefined) return "–";
    return props.unit === "money" ? formatAmount(value, frame.currency, locale) : formatUnits(value, locale);
  };
  const topUpOn = new Map(props.topUps.map((topUp) => [topUp.day, topUp]));
  const paidIn = props.topUps.reduce((sum, { balance }) => sum + balance, 0n);
  const newestFirst = days.map((day, index) => ({ day, index })).reverse();
  return (
    <div className="max-h-[26rem] overflow-y-auto">
      <Table caption={t("heading")} minWidth="32rem">
        <thead className="sticky top-0 z-10 bg-surface">
          <tr>
            <HeadCell>{t("day")}</HeadCell>
            {series.map(({ name, label }) => (
              <HeadCell key={name} numeric>
                <span className="inline-flex items-center gap-1.5">
                  <span
                    aria-hidden
                    data-keep-color
                    className="size-2 rounded-[2px]"
                    style={{ background: seriesColor(name) }}
                  />
                  {label}
                </span>
              </HeadCell>
            ))}
            {props.unit === "money" && <HeadCell numeric>{t("topUps")}</HeadCell>}
          </tr>
          <tr className="border-b border-line">
            <RowHead className="font-semibold">{t("total")}</RowHead>
            {series.map(({ name, total }) => (
              <Cell key={name} numeric className="font-semibold">
                {show(total)}
              </Cell>
            ))}
            {props.unit === "money" && (
              <Cell numeric className="font-semibold">
                {show(paidIn)}
              </Cell>
            )}
          </tr>
        </thead>
        <tbody>
          {newestFirst.map(({ day, index }) => (
            <Row key={day}>
              <RowHead className="figures whitespace-nowrap">
                {formatDay(day, locale)}{" "}
                {day === frame.today && (
                  <Badge>
                    {t("today")}, {t("todayNotOver")}
                  </Badge>
                )}
                {day > frame.today && <Badge>{t("future")}</Badge>}
              </RowHead>
              {series.map(({ name, values }) => (
                <Cell key={name} numeric>
                  {show(values[index])}
                </Cell>
              ))}
              {props.unit === "money" && (
                <Cell numeric>
                  <TopUp of={topUpOn.get(day)} show={show} />
                </Cell>
              )}
            </Row>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function TopUp(props: {
  readonly of: TopUpMarker | undefined;
  readonly show: (amount: bigint | undefined) => string;
}) {
  const t = useTranslations("usage.trend");
  const locale = useLocale();
  const { of: topUp, show } = props;
  if (!topUp) return show(undefined);
  return (
    <>
      {topUp.balance > 0n && show(topUp.balance)}
      {topUp.visitors > 0 && (
        <span className="block text-xs text-ink-faint">
          {t("topUpVisitors", { shown: formatUnits(topUp.visitors, locale) })}
        </span>
      )}
    </>
  );
}
