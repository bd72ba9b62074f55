import type { ReactNode } from "react";
import { classNames } from "./class-names";

export type Tone = "neutral" | "good" | "warn" | "bad" | "info";

const TONES: Record<Tone, string> = {
  neutral: "bg-sunken text-ink-soft border-line",
  good: "bg-good-tint text-good border-good-line",
  warn: "bg-warn-tint text-warn border-warn-line",
  bad: "bg-bad-tint text-bad border-bad-line",
  info: "bg-info-tint text-info border-info-line",
};

/** A word about a state. The word says it; icon and colour only repeat it. */
export function Badge(props: {
  readonly tone?: Tone;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <span
      className={classNames(
        "inline-flex h-6 items-center gap-1 rounded-full border px-2 text-xs font-medium whitespace-nowrap [&_svg]:size-3.5",
        TONES[props.tone ?? "neutral"],
      )}
    >
      {props.icon}
      {props.children}
    </span>
  );
}
