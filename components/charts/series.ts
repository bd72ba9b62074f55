import type { SeriesName } from "@/lib/reports/usage/rules";

/** One line of the usage chart. */
export type ChartSeries = {
  readonly name: SeriesName;
  readonly label: string;
  readonly hint: string;
  /** Units, or micros of money, per day; null for days that are still to come. */
  readonly values: readonly (bigint | null)[];
  readonly total: bigint;
};

/** Something that happened on a day and stands beside the lines, such as a top-up. */
export type ChartMark = { readonly day: string; readonly label: string; readonly value: string };

/** The colours of U6, under the names that Tremor knows; globals.css says what they look like in each theme. */
export const TREMOR_COLORS: Readonly<Record<SeriesName, string>> = {
  service: "blue",
  bi: "violet",
  whatsapp: "blue",
  marketing: "purple",
  utility: "fuchsia",
  authentication: "indigo",
  group: "amber",
  other: "slate",
  visitors: "emerald",
};

/** The same colour for marks of our own. */
export function seriesColor(name: SeriesName): string {
  return `var(--series-${name === "whatsapp" ? "service" : name})`;
}
