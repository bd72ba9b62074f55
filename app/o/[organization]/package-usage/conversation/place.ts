import type { RangeChoice, ViewState } from "@/lib/reports/input";
import type { Frame } from "@/lib/reports/reports";

/** What every section of the page is given: whose figures, through which address. */
export type Place = {
  readonly frame: Frame;
  readonly path: string;
  readonly view: ViewState;
  readonly choice: RangeChoice;
};
