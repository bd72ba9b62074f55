import { Eye, EyeOff } from "lucide-react";
import { classNames } from "@/components/ui/class-names";
import { type ChartSeries, seriesColor } from "./series";

/** The series with their totals; each is a switch that shows or hides its line (U6). */
export function Legend(props: {
  readonly label: string;
  readonly series: readonly ChartSeries[];
  readonly visible: readonly string[];
  readonly format: (value: bigint) => string;
  readonly onToggle: (name: ChartSeries["name"]) => void;
}) {
  return (
    <fieldset className="border-b border-line">
      <legend className="sr-only">{props.label}</legend>
      <ul className="grid grid-cols-2 overflow-hidden sm:flex sm:flex-wrap">
        {props.series.map((series) => {
          const shown = props.visible.includes(series.name);
          const Mark = shown ? Eye : EyeOff;
          return (
            <li key={series.name} className="-mt-px -mr-px border-t border-r border-line sm:flex-1">
              <button
                type="button"
                aria-pressed={shown}
                title={series.hint}
                onClick={() => props.onToggle(series.name)}
                className={classNames(
                  "group/series flex w-full flex-col items-start px-4 py-3.5 text-left sm:px-5 transition-colors hover:bg-sunken/70 focus-visible:-outline-offset-2",
                  !shown && "text-ink-faint",
                )}
              >
                <span className="flex w-full items-center gap-2 text-[0.8125rem] text-ink-soft">
                  <span
                    aria-hidden
                    data-keep-color
                    className="size-2.5 shrink-0 rounded-[3px] border-2"
                    style={{
                      borderColor: seriesColor(series.name),
                      background: shown ? seriesColor(series.name) : "transparent",
                    }}
                  />
                  <span className={classNames("min-w-0 sm:whitespace-nowrap", !shown && "line-through")}>
                    {series.label}
                  </span>
                  <Mark
                    aria-hidden
                    className="ml-auto size-3.5 shrink-0 max-sm:hidden text-ink-faint opacity-0 transition-opacity group-hover/series:opacity-100 group-focus-visible/series:opacity-100"
                  />
                </span>
                <span className="figures mt-1 text-xl leading-7 font-semibold tracking-[-0.02em]">
                  {props.format(series.total)}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </fieldset>
  );
}
