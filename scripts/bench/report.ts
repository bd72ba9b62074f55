import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { dataDirectory, root } from "../processes";

/** One figure of a bench. A rate or a time; with a baseline where the figure that counts is the ratio to it. */
export type Figure = {
  readonly case: string;
  /** How much of what was worked on, such as "4 × 1,000". */
  readonly size: string;
  readonly ours: number;
  readonly baseline?: number;
  readonly unit: string;
  /** Reached when the ratio, or else the value, is at least (or at most) this. Without one the figure only informs. */
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
  /** What was compared with, or what one should know. */
  readonly note?: string;
};

type Line = ReturnType<typeof toLine>;

/** Prints a bench's figures as a table and appends them as JSON lines to `.data/bench/<name>.jsonl`. */
export function report(
  bench: string,
  figures: readonly Figure[],
  facts: Readonly<Record<string, unknown>>,
): void {
  const lines = figures.map((figure) => toLine(bench, figure));
  const folder = join(dataDirectory, "bench");
  mkdirSync(folder, { recursive: true });
  const text = lines.map((line) => `${JSON.stringify({ ...line, ...facts })}\n`).join("");
  appendFileSync(join(folder, `${bench}.jsonl`), text);
  console.log(`\n${table(lines)}\n`);
  for (const { case: name, note } of lines) if (note) console.log(`  ${name}: ${note}`);
}

function toLine(bench: string, { case: name, size, ours, baseline, unit, target, note }: Figure) {
  const measured = baseline === undefined ? ours : ours / baseline;
  const met =
    target === undefined
      ? null
      : "atLeast" in target
        ? measured >= target.atLeast
        : measured <= target.atMost;
  return {
    bench,
    case: name,
    size,
    ours: rounded(ours),
    baseline: baseline === undefined ? null : rounded(baseline),
    unit,
    ...(baseline === undefined ? { value: rounded(ours) } : { ratio: rounded(measured) }),
    target:
      target === undefined ? null : "atLeast" in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`,
    met,
    ...(note === undefined ? {} : { note }),
  };
}

function table(lines: readonly Line[]): string {
  const rows = [
    ["case", "size", "ours", "baseline", "unit", "ratio", "target", "met"],
    ...lines.map((line) => [
      line.case,
      line.size,
      shown(line.ours),
      line.baseline === null ? "" : shown(line.baseline),
      line.unit,
      "ratio" in line ? shown(line.ratio ?? 0) : "",
      line.target ?? "",
      line.met === null ? "" : line.met ? "yes" : "no",
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map(
      (row) =>
        `  ${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}`,
    )
    .join("\n");
}

function shown(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value >= 100 ? 0 : value >= 1 ? 2 : 4 });
}

function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

/** The versions of all that takes part, for the JSON lines. */
export function versions(postgres: string): Readonly<Record<string, unknown>> {
  const versionOf = (path: string): string => JSON.parse(readFileSync(join(root, path), "utf8")).version;
  return {
    kuota: versionOf("package.json"),
    node: process.versions.node,
    next: versionOf("node_modules/next/package.json"),
    postgres,
    processors: cpus().length,
  };
}
