"use client";

import type { Route } from "next";
import { useRouter } from "next/navigation";
import { type ReactNode, useOptimistic, useTransition } from "react";
import { viewAddress } from "@/components/view-address";
import { formatAmount, formatUnits } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import type { ViewState } from "@/lib/reports/input";
import { Legend } from "./legend";
import { Plot, type PlotWords } from "./plot";
import type { ChartMark, ChartSeries } from "./series";

type Props = {
  readonly days: readonly string[];
  readonly today: string;
  readonly series: readonly ChartSeries[];
  readonly visible: readonly string[];
  readonly marks: readonly ChartMark[];
  readonly unit: "units" | "money";
  readonly currency: string;
  readonly locale: Locale;
  /** The page's address: what is shown and hidden is written there. */
  readonly path: string;
  readonly view: ViewState;
  readonly words: PlotWords & { readonly legend: string; readonly hidden: string };
  /** The same numbers as a table, shown in place of the lines. */
  readonly table: ReactNode | null;
};

/**
 * The usage chart (U6): legend, lines, axes, values by pointer and keyboard. Everything but the shine of the lines is in
 * the server's answer already. Hidden series live in the address, so a link shows what its sender saw.
 */
export function UsageChart(props: Props) {
  const router = useRouter();
  const [, startTransition] = useTransition();
  const [visible, setVisible] = useOptimistic(props.visible);
  const toggle = (name: ChartSeries["name"]) => {
    const next = props.series
      .map((series) => series.name as string)
      .filter((candidate) =>
        candidate === name ? !visible.includes(candidate) : visible.includes(candidate),
      );
    startTransition(() => {
      setVisible(next);
      const all = next.length === props.series.length;
      const address = viewAddress(props.path, props.view, {
        series: all ? undefined : next.join(",") || "none",
      });
      router.replace(address as Route, { scroll: false });
    });
  };
  const format = (value: bigint) =>
    props.unit === "money"
      ? formatAmount(value, props.currency, props.locale)
      : formatUnits(value, props.locale);
  const shown = props.series.filter(({ name }) => visible.includes(name));
  return (
    <div>
      <Legend
        label={props.words.legend}
        series={props.series}
        visible={visible}
        format={format}
        onToggle={toggle}
      />
      {props.table ??
        (shown.length === 0 ? (
          <p className="grid h-[19.5rem] xl:h-[24rem] place-items-center px-6 text-center text-ink-faint">
            {props.words.hidden}
          </p>
        ) : (
          <Plot
            days={props.days}
            today={props.today}
            series={shown}
            marks={props.marks}
            unit={props.unit}
            locale={props.locale}
            format={format}
            words={props.words}
          />
        ))}
    </div>
  );
}
