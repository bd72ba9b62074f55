import type { Locale } from "@/lib/i18n/locale";

/** How many steps the vertical axis has. */
const STEPS = 4;

/** The marks of an axis from 0 to the first round number that holds the largest value: whole numbers where `whole`. */
export function axisTicks(largest: number, whole: boolean): number[] {
  const step = roundStep(largest / STEPS, whole);
  return Array.from({ length: STEPS + 1 }, (_, index) => index * step);
}

/** The smallest round number that is not below `rough`. */
function roundStep(rough: number, whole: boolean): number {
  if (rough <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const candidates = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((factor) => factor * power);
  const step = candidates.find((candidate) => candidate >= rough * 0.999_999) ?? 10 * power;
  return whole ? Math.max(1, Math.ceil(step)) : step;
}

const MARKS = {
  en: { decimal: ".", thousand: "K", million: "M", billion: "B", gap: "" },
  id: { decimal: ",", thousand: "rb", million: "jt", billion: "M", gap: " " },
} as const;

/** A number short enough for an axis: "1.2K", "1,2 rb". */
export function compactNumber(value: number, locale: Locale): string {
  const marks = MARKS[locale];
  const [divisor, suffix] =
    value >= 1e9
      ? [1e9, marks.billion]
      : value >= 1e6
        ? [1e6, marks.million]
        : value >= 1e4
          ? [1e3, marks.thousand]
          : [1, ""];
  const scaled = value / divisor;
  // Cents and less: marks of 0.025 and 0.05 must not both read "0".
  const rounded = scaled < 1 ? Number(scaled.toPrecision(2)) : Math.round(scaled * 10) / 10;
  const short = String(rounded).replace(".", marks.decimal);
  return suffix === "" ? short : `${short}${marks.gap}${suffix}`;
}

/** Where the n-th of `count` points lies between the two ends, from 0 to 1. A single point lies in the middle. */
export function pointShare(index: number, count: number): number {
  return count < 2 ? 0.5 : index / (count - 1);
}

/** The point that is nearest to a share of the width. */
export function nearestPoint(share: number, count: number): number {
  return count < 2 ? 0 : Math.min(count - 1, Math.max(0, Math.round(share * (count - 1))));
}

/** The corners of a line in a box of 1000 × 1000, as an SVG path; stops at the first missing value. */
export function linePath(values: readonly (number | null)[], largest: number): string {
  const corners: string[] = [];
  for (const [index, value] of values.entries()) {
    if (value === null) break;
    const x = pointShare(index, values.length) * 1_000;
    const y = largest === 0 ? 1_000 : 1_000 - (value / largest) * 1_000;
    corners.push(`${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`);
  }
  return corners.join("");
}

/** As `linePath`, closed down to the axis. */
export function areaPath(values: readonly (number | null)[], largest: number): string {
  const line = linePath(values, largest);
  if (line === "") return "";
  const drawn = values.indexOf(null);
  const last = (drawn < 0 ? values.length : drawn) - 1;
  const first = pointShare(0, values.length) * 1_000;
  return `${line}L${round(pointShare(last, values.length) * 1_000)} 1000L${round(first)} 1000Z`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The points whose labels fit under the axis: the first, the last and evenly spaced ones between. */
export function labelledPoints(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  const every = Math.ceil((count - 1) / (most - 1));
  const points: number[] = [];
  for (let index = 0; index < count; index += every) points.push(index);
  const last = count - 1;
  const previous = points.at(-1) ?? 0;
  if (previous === last) return points;
  if (last - previous < every * 0.8) points.pop();
  return [...points, last];
}
