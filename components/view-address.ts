import type { ReportName, ViewState } from "@/lib/reports/input";

/** The parameters of the Package Usage page, in the order in which they are written. */
const ORDER = [
  "range",
  "from",
  "to",
  "group",
  "unit",
  "show",
  "series",
  "report",
  "category",
  "paid",
  "channel",
  "q",
  "sort",
  "row",
  "after",
  "before",
] as const satisfies readonly (keyof ViewState)[];

export type ViewChanges = { readonly [Key in keyof ViewState]?: ViewState[Key] | undefined };

/** Forgets where in a list one was. */
export const FIRST_PAGE: ViewChanges = { row: undefined, after: undefined, before: undefined };

/** Forgets the filters of a report: another has others. */
const NO_FILTERS: ViewChanges = {
  ...FIRST_PAGE,
  category: undefined,
  paid: undefined,
  channel: undefined,
  q: undefined,
  sort: undefined,
};

/** The address of the page as it is, with some of its state changed. */
export function viewAddress(path: string, view: ViewState, changes: ViewChanges = {}): string {
  const next = { ...view, ...changes };
  const query = new URLSearchParams();
  for (const name of ORDER) {
    const value = next[name];
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text === "" ? path : `${path}?${text}`;
}

/** What changes with another report: the range and the chart stay as they are. */
export function reportChange(report: ReportName): ViewChanges {
  return { ...NO_FILTERS, report };
}

/** The parameters that a form with fields of its own must carry along. */
export function carriedFields(
  view: ViewState,
  ownFields: readonly (keyof ViewState)[],
): { name: string; value: string }[] {
  return ORDER.filter((name) => !ownFields.includes(name)).flatMap((name) => {
    const value = view[name];
    return value === undefined || value === "" ? [] : [{ name, value: String(value) }];
  });
}
