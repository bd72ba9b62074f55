"use client";

import {
  type ComponentType,
  type KeyboardEvent,
  type PointerEvent,
  useEffect,
  useRef,
  useState,
} from "react";
import { formatDay, formatShortDay } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { MarkKey, Marks } from "./marks";
import { PlainAreas, Unfinished } from "./plain-areas";
import { axisTicks, compactNumber, labelledPoints, nearestPoint, pointShare } from "./scale";
import { type ChartMark, type ChartSeries, seriesColor, TREMOR_COLORS } from "./series";

export type PlotWords = {
  /** Names the chart and says which keys it knows. */
  readonly label: string;
  readonly today: string;
  readonly notOver: string;
  readonly future: string;
  /** What the marks are. */
  readonly marks: string;
};

type Props = {
  readonly days: readonly string[];
  readonly today: string;
  readonly series: readonly ChartSeries[];
  readonly marks: readonly ChartMark[];
  readonly unit: "units" | "money";
  readonly locale: Locale;
  readonly format: (value: bigint) => string;
  readonly words: PlotWords;
};

/** Lines over days, with the values of one day at the pointer or, by arrow keys, at the focus. */
export function Plot(props: Props) {
  const [active, setActive] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const Areas = useTremor(box);
  const numbers = (values: ChartSeries["values"]) =>
    values.map((value) =>
      value === null ? null : props.unit === "money" ? Number(value) / 1e6 : Number(value),
    );
  const columns = props.series.map(({ values }) => numbers(values));
  const ticks = axisTicks(Math.max(0, ...columns.flat().map((value) => value ?? 0)), props.unit === "units");
  const largest = ticks.at(-1) ?? 1;
  const count = props.days.length;
  const todayIndex = props.days.indexOf(props.today);
  // Full lines end with the last day that is over; what today has so far is drawn apart.
  const finished = columns.map((column) => column.map((value, at) => (at === todayIndex ? null : value)));

  const point = (event: PointerEvent<HTMLDivElement>) => {
    const bounds = event.currentTarget.getBoundingClientRect();
    setActive(nearestPoint((event.clientX - bounds.left) / bounds.width, count));
  };
  const step = (event: KeyboardEvent) => {
    const next = stepTo(
      event.key,
      active ?? (todayIndex < 0 ? count - 1 : todayIndex),
      count,
      active === null,
    );
    if (next === undefined) return;
    event.preventDefault();
    setActive(next);
  };
  // One tab stop: the arrow keys walk from day to day, and what they find is spoken.
  const byKeyboard = {
    role: "application",
    tabIndex: 0,
    "aria-label": props.words.label,
    onKeyDown: step,
    onBlur: () => setActive(null),
  };
  const byPointer = { onPointerMove: point, onPointerDown: point, onPointerLeave: () => setActive(null) };

  return (
    <div {...byKeyboard} className="rounded-b-xl px-4 pt-6 pb-3 sm:px-5 focus-visible:-outline-offset-4">
      <div className="relative h-[16.5rem] xl:h-[21rem]">
        <Grid ticks={ticks} locale={props.locale} />
        <div ref={box} className="absolute inset-y-0 right-2 left-13">
          {todayIndex >= 0 && <TodayMark share={pointShare(todayIndex, count)} label={props.words.today} />}
          {Areas ? (
            <div className="absolute inset-x-0 -top-[5px] bottom-0">
              <Areas
                rows={props.days.map((day, index) => ({
                  day,
                  ...Object.fromEntries(
                    props.series.map(({ name }, at) => [name, finished[at]?.[index] ?? null]),
                  ),
                }))}
                names={props.series.map(({ name }) => name)}
                colors={props.series.map(({ name }) => TREMOR_COLORS[name])}
                largest={largest}
              />
            </div>
          ) : (
            <PlainAreas series={props.series} columns={finished} largest={largest} />
          )}
          <Marks days={props.days} marks={props.marks} />
          <Unfinished series={props.series} columns={columns} today={todayIndex} largest={largest} />
          {active !== null && <Values {...props} index={active} columns={columns} largest={largest} />}
          <div {...byPointer} className="absolute -inset-x-2 inset-y-0 touch-pan-y" />
        </div>
      </div>
      <DayAxis days={props.days} locale={props.locale} />
      <MarkKey marks={props.marks} label={props.words.marks} />
      <p aria-live="polite" className="sr-only">
        {active !== null && spoken(props, active)}
      </p>
    </div>
  );
}

type Areas = ComponentType<{
  rows: readonly Record<string, string | number | null>[];
  names: readonly string[];
  colors: readonly string[];
  largest: number;
}>;

/** Tremor, once the chart is in sight and the browser has nothing better to do. Without it the plain drawing stays. */
function useTremor(box: React.RefObject<HTMLElement | null>): Areas | null {
  const [loaded, setLoaded] = useState<{ Areas: Areas } | null>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const whenIdle = window.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 200));
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      whenIdle(() => {
        import("./tremor-areas").then(
          (module) => setLoaded({ Areas: module.default }),
          () => setLoaded(null),
        );
      });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return loaded?.Areas ?? null;
}

/** Where a key leads; undefined for keys that mean nothing here, null for none. */
function stepTo(key: string, from: number, count: number, isFirst: boolean): number | null | undefined {
  const last = count - 1;
  switch (key) {
    case "ArrowLeft":
      return isFirst ? from : Math.max(0, from - 1);
    case "ArrowRight":
      return isFirst ? from : Math.min(last, from + 1);
    case "PageUp":
      return Math.max(0, from - 7);
    case "PageDown":
      return Math.min(last, from + 7);
    case "Home":
      return 0;
    case "End":
      return last;
    case "Escape":
      return null;
    default:
      return undefined;
  }
}

function Grid({ ticks, locale }: { readonly ticks: readonly number[]; readonly locale: Locale }) {
  const largest = ticks.at(-1) ?? 1;
  return (
    <div aria-hidden className="absolute inset-0">
      {ticks.map((tick) => (
        <div
          key={tick}
          className="absolute inset-x-0 flex items-center"
          style={{ bottom: `${(tick / largest) * 100}%`, height: 0 }}
        >
          <span className="figures w-11 pr-2 text-right text-[0.6875rem] whitespace-nowrap text-ink-faint">
            {compactNumber(tick, locale)}
          </span>
          <span className={tick === 0 ? "h-px flex-1 bg-line-strong" : "h-px flex-1 bg-line"} />
        </div>
      ))}
    </div>
  );
}

function TodayMark({ share, label }: { readonly share: number; readonly label: string }) {
  return (
    <div aria-hidden className="absolute inset-y-0 w-0" style={{ left: `${share * 100}%` }}>
      <span className="absolute inset-y-0 border-l border-dashed border-line-control" />
      <span
        className="absolute -top-3.5 rounded bg-surface px-1 text-[0.6875rem] whitespace-nowrap text-ink-faint"
        style={{ transform: `translateX(-${Math.round(share * 100)}%)` }}
      >
        {label}
      </span>
    </div>
  );
}

function DayAxis({ days, locale }: { readonly days: readonly string[]; readonly locale: Locale }) {
  const label = (index: number) => formatShortDay(days[index] ?? "", locale);
  const last = days.length - 1;
  const style = (index: number) => ({
    left: `${pointShare(index, days.length) * 100}%`,
    transform: `translateX(${index === 0 && last > 0 ? 0 : index === last && last > 0 ? -100 : -50}%)`,
  });
  return (
    <div aria-hidden className="relative mt-2 mr-2 ml-13 h-4 text-[0.6875rem] leading-4 text-ink-faint">
      {[
        { points: labelledPoints(days.length, 8), look: "max-sm:hidden" },
        { points: labelledPoints(days.length, 4), look: "sm:hidden" },
      ].map(({ points, look }) =>
        points.map((index) => (
          <span
            key={`${look}${index}`}
            className={`figures absolute whitespace-nowrap ${look}`}
            style={style(index)}
          >
            {label(index)}
          </span>
        )),
      )}
    </div>
  );
}

type ValuesProps = Props & {
  readonly index: number;
  readonly columns: readonly (readonly (number | null)[])[];
  readonly largest: number;
};

/** The line, the dots and the little table of one day. */
function Values({ days, today, series, marks, index, columns, largest, locale, format, words }: ValuesProps) {
  const share = pointShare(index, days.length);
  const day = days[index] ?? "";
  return (
    <div aria-hidden className="pointer-events-none absolute inset-0 z-10">
      <span className="absolute inset-y-0 w-px bg-line-control" style={{ left: `${share * 100}%` }} />
      {series.map(({ name }, at) => {
        const value = columns[at]?.[index];
        return value === null || value === undefined ? null : (
          <span
            key={name}
            data-keep-color
            className="absolute -mt-1.25 -ml-1.25 size-2.5 rounded-full border-2 border-surface"
            style={{
              left: `${share * 100}%`,
              top: `${100 - (value / largest) * 100}%`,
              background: seriesColor(name),
            }}
          />
        );
      })}
      <div
        className="absolute top-0 w-max max-w-[15rem] rounded-lg border border-line bg-raised px-3 py-2 text-xs shadow-high"
        style={
          share > 0.5
            ? { right: `calc(${(1 - share) * 100}% + 0.75rem)` }
            : { left: `calc(${share * 100}% + 0.75rem)` }
        }
      >
        <p className="font-medium">
          {formatDay(day, locale)}
          {day === today && <span className="font-normal text-ink-faint"> · {words.notOver}</span>}
          {day > today && <span className="font-normal text-ink-faint"> · {words.future}</span>}
        </p>
        <ul className="mt-1 space-y-0.5">
          {series.map(({ name, label, values }) => (
            <li key={name} className="flex items-center gap-2">
              <span className="size-2 shrink-0 rounded-[2px]" style={{ background: seriesColor(name) }} />
              <span className="text-ink-soft">{label}</span>
              <span className="figures ml-auto pl-4 font-medium">{shownValue(values[index], format)}</span>
            </li>
          ))}
          {marks
            .filter((mark) => mark.day === day)
            .map(({ label, value }) => (
              <li key={label} className="flex items-center gap-2 border-t border-line pt-1">
                <span className="text-ink-soft">{label}</span>
                <span className="figures ml-auto pl-4 text-right font-medium">{value}</span>
              </li>
            ))}
        </ul>
      </div>
    </div>
  );
}

function shownValue(value: bigint | null | undefined, format: (value: bigint) => string): string {
  return value === null || value === undefined ? "–" : format(value);
}

/** What a screen reader says of a day. */
function spoken({ days, today, series, marks, locale, format, words }: Props, index: number): string {
  const day = days[index] ?? "";
  const state = day === today ? ` (${words.notOver})` : day > today ? ` (${words.future})` : "";
  const values = series.map(({ label, values: all }) => `${label} ${shownValue(all[index], format)}`);
  const beside = marks.filter((mark) => mark.day === day).map(({ label, value }) => `${label} ${value}`);
  return `${formatDay(day, locale)}${state}: ${[...values, ...beside].join(", ")}`;
}
