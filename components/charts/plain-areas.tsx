import { areaPath, linePath, pointShare } from "./scale";
import { type ChartSeries, seriesColor } from "./series";

type Props = {
  readonly series: readonly ChartSeries[];
  /** Per series, the values to draw. */
  readonly columns: readonly (readonly (number | null)[])[];
  readonly largest: number;
};

const BOX = { viewBox: "0 0 1000 1000", preserveAspectRatio: "none" };

/** The lines as the server draws them, before any script has run. */
export function PlainAreas({ series, columns, largest }: Props) {
  return (
    <svg aria-hidden {...BOX} className="size-full overflow-visible">
      {series.map(({ name }, index) => (
        <g key={name} style={{ color: seriesColor(name) }}>
          <path d={areaPath(columns[index] ?? [], largest)} fill="currentColor" fillOpacity="0.12" />
          <path
            d={linePath(columns[index] ?? [], largest)}
            fill="none"
            stroke="currentColor"
            strokeWidth="2"
            strokeLinejoin="round"
            strokeLinecap="round"
            vectorEffect="non-scaling-stroke"
          />
        </g>
      ))}
    </svg>
  );
}

/** The day that is not over yet: a dashed line from the day before, and a hollow dot. */
export function Unfinished({ series, columns, largest, today }: Props & { readonly today: number }) {
  if (today < 0) return null;
  const points = series.map(({ name }, index) => {
    const column = columns[index] ?? [];
    const height = (value: number) => 1_000 - (value / (largest || 1)) * 1_000;
    const [before, now] = [today > 0 ? column[today - 1] : null, column[today] ?? 0];
    const x = (at: number) => pointShare(at, column.length) * 1_000;
    const line =
      before === null || before === undefined
        ? ""
        : `M${x(today - 1)} ${height(before)}L${x(today)} ${height(now)}`;
    return { name, line, left: x(today) / 10, top: height(now) / 10 };
  });
  return (
    <>
      <svg aria-hidden {...BOX} className="absolute inset-0 size-full overflow-visible">
        {points.map(({ name, line }) => (
          <path
            key={name}
            d={line}
            fill="none"
            stroke={seriesColor(name)}
            strokeWidth="1.5"
            strokeDasharray="3 4"
            vectorEffect="non-scaling-stroke"
          />
        ))}
      </svg>
      {points.map(({ name, left, top }) => (
        <span
          key={name}
          aria-hidden
          data-keep-color
          className="absolute -mt-1 -ml-1 size-2 rounded-full border-2 bg-surface"
          style={{ left: `${left}%`, top: `${top}%`, borderColor: seriesColor(name) }}
        />
      ))}
    </>
  );
}
