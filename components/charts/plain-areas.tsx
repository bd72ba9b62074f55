import { areaPath, linePath } from "./scale";
import type { ChartSeries } from "./series";
import { seriesColor } from "./series";

/** The lines as the server draws them, before any script has run. */
export function PlainAreas(props: {
  readonly series: readonly ChartSeries[];
  readonly numbers: (values: ChartSeries["values"]) => (number | null)[];
  readonly largest: number;
}) {
  return (
    <svg
      aria-hidden
      viewBox="0 0 1000 1000"
      preserveAspectRatio="none"
      className="size-full overflow-visible"
    >
      {props.series.map((series) => {
        const values = props.numbers(series.values);
        return (
          <g key={series.name} style={{ color: seriesColor(series.name) }}>
            <path d={areaPath(values, props.largest)} fill="currentColor" fillOpacity="0.12" />
            <path
              d={linePath(values, props.largest)}
              fill="none"
              stroke="currentColor"
              strokeWidth="2"
              strokeLinejoin="round"
              strokeLinecap="round"
              vectorEffect="non-scaling-stroke"
            />
          </g>
        );
      })}
    </svg>
  );
}
