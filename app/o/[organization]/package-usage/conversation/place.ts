import type { Scope } from "@/lib/auth/scope";
import type { RangeChoice, ViewState } from "@/lib/reports/input";
import type { Frame } from "@/lib/reports/reports";

/** What every section of the page is given: who looks, at what, and through which address. */
export type Place = {
  readonly scope: Scope<"usage:read" | "balance:read" | "reports:read">;
  readonly frame: Frame;
  readonly path: string;
  readonly view: ViewState;
  readonly choice: RangeChoice;
};
