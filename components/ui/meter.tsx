import { classNames } from "./class-names";

export type MeterPart = {
  /** Between 0 and 1 of the whole. */
  readonly share: number;
  readonly tone: keyof typeof FILLS;
};

const FILLS = {
  used: "bg-ink/80",
  warn: "bg-warn",
  bad: "bg-bad",
  hold: "bg-ink-faint/70 [background-image:repeating-linear-gradient(135deg,transparent_0_2px,var(--surface)_2px_4px)]",
};

/** How much of something is used, in words for those who cannot see the bar. */
export function Meter(props: {
  readonly label: string;
  readonly value: number;
  readonly max: number;
  /** The value as it would be read out: "1,900 of 2,500 used". */
  readonly text: string;
  readonly parts: readonly MeterPart[];
}) {
  const max = Math.max(props.max, 1);
  // Not the browser's own meter, which cannot show parts.
  const meaning = {
    role: "meter",
    "aria-label": props.label,
    "aria-valuemin": 0,
    "aria-valuemax": max,
    "aria-valuenow": Math.min(Math.max(props.value, 0), max),
    "aria-valuetext": props.text,
  } as const;
  return (
    <div
      {...meaning}
      className="flex h-1.5 w-full gap-px overflow-hidden rounded-full bg-line forced:border forced:border-[CanvasText]"
    >
      {props.parts.map((part) => (
        <div
          key={part.tone}
          className={classNames("h-full", FILLS[part.tone], "forced:bg-[Highlight]")}
          style={{ width: `${Math.min(Math.max(part.share, 0), 1) * 100}%` }}
        />
      ))}
    </div>
  );
}
