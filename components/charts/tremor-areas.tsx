import { AreaChart } from "@tremor/react";

type Props = {
  /** One row per day: "day" and a value per series. */
  readonly rows: readonly Record<string, string | number | null>[];
  readonly names: readonly string[];
  readonly colors: readonly string[];
  readonly largest: number;
};

const NoTooltip = () => null;

/** The lines themselves. Axes, legend and values around them are ours: they are there before this is. */
export default function TremorAreas({ rows, names, colors, largest }: Props) {
  return (
    <AreaChart
      className="h-full"
      data={[...rows]}
      index="day"
      categories={[...names]}
      colors={[...colors]}
      maxValue={largest}
      minValue={0}
      curveType="linear"
      padding={{ left: 0, right: 0 }}
      showXAxis={false}
      showYAxis={false}
      showGridLines={false}
      showLegend={false}
      customTooltip={NoTooltip}
      showAnimation={false}
    />
  );
}
