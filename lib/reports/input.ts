import { z } from "zod";
import { firstOf, plainText } from "@/lib/text/input";
import { dayInput } from "@/lib/time/input";
import { addDays, addMonths, type Day, type DayRange, isWithinMonths } from "@/lib/time/period";

/** Ranges with a name (U7). */
export const PRESETS = ["this-month", "last-month", "last-30-days", "last-3-months"] as const;
export type Preset = (typeof PRESETS)[number];

/** A custom range spans at most this many calendar months (U7). */
export const LONGEST_RANGE_MONTHS = 3;

export const REPORTS = ["broadcasts", "whatsapp", "unique-visitors"] as const;
export type ReportName = (typeof REPORTS)[number];

/** How the chart groups what was used (U6). */
export const GROUPINGS = ["standard", "older", "categories"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What a charge was paid from, as the filter of the WhatsApp usage report names it (U9). */
export const PAID_FILTERS = ["quota", "initial", "additional", "free", "unpriced"] as const;
export type PaidFilter = (typeof PAID_FILTERS)[number];

export const BROADCAST_SORTS = [
  "started",
  "name",
  "recipients",
  "sent",
  "delivered",
  "read",
  "failed",
  "amount",
] as const;
export type BroadcastSort = (typeof BROADCAST_SORTS)[number];

/** Why a range was refused. */
export type RangeProblem = "invalid" | "reversed" | "too_long";

export type RangeChoice = {
  readonly range: DayRange;
  /** Null for a custom range. */
  readonly preset: Preset | null;
  /** Set when what was asked for was refused; `range` is then this month. */
  readonly problem: RangeProblem | null;
};

/** The days of a preset, seen from today in the organization's zone. Months that are not over end today. */
export function presetRange(preset: Preset, today: Day): DayRange {
  const monthStart = `${today.slice(0, 7)}-01`;
  switch (preset) {
    case "this-month":
      return { from: monthStart, to: today };
    case "last-month":
      return { from: addMonths(monthStart, -1), to: addDays(monthStart, -1) };
    case "last-30-days":
      return { from: addDays(today, -29), to: today };
    case "last-3-months":
      return { from: addDays(addMonths(today, -LONGEST_RANGE_MONTHS), 1), to: today };
  }
}

/** The filters of a download; a machine names its days, the page always does. */
export const downloadInput = z.object({
  from: dayInput,
  to: dayInput,
  category: plainText(200).optional(),
  paid: z.enum(PAID_FILTERS).optional(),
  channel: plainText(200).optional(),
  q: plainText(200).optional(),
  bom: z.enum(["0", "1"]).optional(),
});

export type DownloadQuery = z.infer<typeof downloadInput>;

/** The report that a file name asks for, "whatsapp.csv" or "whatsapp"; null for any other. */
export function reportOfFile(name: string): ReportName | null {
  return REPORTS.find((report) => name === report || name === `${report}.csv`) ?? null;
}

/** Why a range of days cannot be reported on; null when it can (U7). */
export function rangeProblem(from: string, to: string): RangeProblem | null {
  if (!dayInput.safeParse(from).success || !dayInput.safeParse(to).success) return "invalid";
  if (from > to) return "reversed";
  return isWithinMonths({ from, to }, LONGEST_RANGE_MONTHS) ? null : "too_long";
}

const text = z.preprocess(firstOf, plainText(200)).optional().catch(undefined);
const choice = <const V extends readonly [string, ...string[]]>(values: V) =>
  z.preprocess(firstOf, z.enum(values)).optional().catch(undefined);

const search = z.object({
  range: choice(PRESETS),
  from: text,
  to: text,
  series: text,
  group: choice(GROUPINGS),
  unit: choice(["units", "money"]),
  show: choice(["chart", "table"]),
  report: choice(REPORTS),
  category: text,
  paid: choice(PAID_FILTERS),
  channel: text,
  q: text,
  sort: text,
  row: z.preprocess(firstOf, z.coerce.number().int().min(1).max(1_000_000_000)).optional().catch(undefined),
  after: text,
  before: text,
});

/** All view state of the Package Usage page; it lives in the address alone. */
export type ViewState = z.infer<typeof search>;

/** Reads the page's address. What it does not know it leaves out: an old or mistyped link still opens. */
export function readViewState(params: Record<string, string | string[] | undefined>): ViewState {
  return search.parse(params);
}

/** The range that an address asks for; this month, and why, when it cannot be had. */
export function chooseRange(view: Pick<ViewState, "range" | "from" | "to">, today: Day): RangeChoice {
  if (view.from !== undefined || view.to !== undefined) {
    const from = view.from ?? "";
    const to = view.to ?? "";
    const problem = rangeProblem(from, to);
    if (problem === null) return { range: { from, to }, preset: null, problem: null };
    return { range: presetRange("this-month", today), preset: null, problem };
  }
  const preset = view.range ?? "this-month";
  return { range: presetRange(preset, today), preset, problem: null };
}

const RANGE_MESSAGES: Record<RangeProblem, string> = {
  invalid: "Give from and to as YYYY-MM-DD.",
  reversed: "The range ends before it begins.",
  too_long: `The range may span at most ${LONGEST_RANGE_MONTHS} calendar months.`,
};

/** What a machine is told about a refused range. */
export function rangeMessage(problem: RangeProblem): string {
  return RANGE_MESSAGES[problem];
}

/** A place in a list that does not move while rows arrive: the last row of a page, "{milliseconds}-{number}". */
export type Cursor = { readonly at: Date; readonly id: number };

const CURSOR = /^(\d{1,13})-(\d{1,15})$/;

export function formatCursor({ at, id }: Cursor): string {
  return `${at.getTime()}-${id}`;
}

/** Null for anything that `formatCursor` did not write. */
export function parseCursor(text: string | undefined): Cursor | null {
  const match = CURSOR.exec(text ?? "");
  if (!match) return null;
  const at = new Date(Number(match[1]));
  return Number.isNaN(at.getTime()) ? null : { at, id: Number(match[2]) };
}
