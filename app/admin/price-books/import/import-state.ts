import type { FormState } from "@/components/forms/form-state";

type Direction = "up" | "down" | "same";

/** One price that would be different, as it is shown. */
export type ShownChange = {
  readonly market: string;
  readonly category: string;
  readonly before: string;
  readonly after: string;
  readonly change: string;
  readonly direction: Direction;
};

/** What one client's last 30 days would have cost, as it is shown. */
export type ShownImpact = {
  readonly slug: string;
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly difference: string;
  readonly change: string;
  readonly direction: Direction;
  readonly unpriced: string | null;
  readonly approximate: boolean;
};

export type ShownPreview = {
  /** Names what was shown, so that nothing else is published. */
  readonly fingerprint: string;
  readonly book: string;
  readonly from: string;
  readonly currency: string;
  readonly prices: string;
  readonly unknownMarkets: readonly string[];
  readonly changes: readonly ShownChange[];
  /** How many clients use the book on that day. */
  readonly clients: string;
  /** How many of them were not looked at, because it would have taken too long; null: none. */
  readonly leftOut: string | null;
  /** Those of them that were delivered anything. */
  readonly impact: readonly ShownImpact[];
};

/** The import form with what it would publish. */
export type ImportState = FormState & { readonly preview: ShownPreview | null };
