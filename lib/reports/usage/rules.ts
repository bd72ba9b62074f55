import type { Grouping } from "@/lib/reports/input";
import type { Day } from "@/lib/time/period";

/** What the chart can draw. `service` is blue, `bi` purple, `visitors` green (U6). */
export const SERIES = [
  "service",
  "bi",
  "whatsapp",
  "marketing",
  "utility",
  "authentication",
  "group",
  "other",
  "visitors",
] as const;
export type SeriesName = (typeof SERIES)[number];

/** What the daily roll-up tells apart. */
export const COLUMNS = [
  "service",
  "marketing",
  "utility",
  "authentication",
  "authenticationInternational",
  "group",
  "other",
  "uniqueVisitors",
] as const;
type ColumnName = (typeof COLUMNS)[number];

/** A day of the chart: units, or micros of money. */
export type ChartDay = { readonly day: Day } & { readonly [Column in ColumnName]: bigint };

/** Series that are drawn only where they have something to show: most organizations have no group messages. */
const ONLY_WHEN_USED: readonly SeriesName[] = ["group", "other"];

const BY_GROUPING: Record<Grouping, readonly SeriesName[]> = {
  standard: ["service", "bi", "group", "other", "visitors"],
  older: ["whatsapp", "visitors"],
  categories: ["service", "marketing", "utility", "authentication", "group", "other", "visitors"],
};

/** The value of a series on a day. Both authentication categories are one series. */
export function seriesValue(day: ChartDay, series: SeriesName): bigint {
  switch (series) {
    case "service":
    case "marketing":
    case "utility":
    case "group":
    case "other":
      return day[series];
    case "authentication":
      return day.authentication + day.authenticationInternational;
    case "bi":
      return day.marketing + day.utility + day.authentication + day.authenticationInternational;
    case "whatsapp":
      return seriesValue(day, "service") + seriesValue(day, "bi") + day.group + day.other;
    case "visitors":
      return day.uniqueVisitors;
  }
}

/** The series of a grouping, in the order of the legend. Unique visitors cost nothing, so money has none. */
export function seriesOf(
  grouping: Grouping,
  unit: "units" | "money",
  days: readonly ChartDay[],
): SeriesName[] {
  return BY_GROUPING[grouping].filter((series) => {
    if (unit === "money" && series === "visitors") return false;
    return !ONLY_WHEN_USED.includes(series) || days.some((day) => seriesValue(day, series) > 0n);
  });
}

export function seriesTotal(days: readonly ChartDay[], series: SeriesName): bigint {
  return days.reduce((total, day) => total + seriesValue(day, series), 0n);
}

/** The series that an address shows; all of them unless it names some that exist. */
export function visibleSeries(text: string | undefined, available: readonly SeriesName[]): SeriesName[] {
  if (text === undefined) return [...available];
  const named = text.split(",");
  return available.filter((series) => named.includes(series));
}
