import type { TopUpProblem } from "./actions";

/** The words of the form, in the reader's language. Some have places that are filled in as the form is. */
export type TopUpWords = {
  readonly balance: Readonly<
    Record<
      | "title"
      | "text"
      | "label"
      | "hint"
      | "presets"
      | "none"
      | "raised"
      | "debt"
      | "debtOnly"
      | "debtExactly",
      string
    >
  >;
  readonly visitors: Readonly<
    Record<"title" | "text" | "label" | "presets" | "fewer" | "more" | "price", string>
  >;
  readonly summary: Readonly<
    Record<
      | "title"
      | "balance"
      | "visitors"
      | "blocks"
      | "net"
      | "tax"
      | "total"
      | "empty"
      | "pay"
      | "paying"
      | "update"
      | "safe"
      | "confirmed",
      string
    >
  >;
  readonly problems: Readonly<Record<TopUpProblem, string>>;
};
