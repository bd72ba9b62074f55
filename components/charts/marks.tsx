import { Plus } from "lucide-react";
import { pointShare } from "./scale";
import type { ChartMark } from "./series";

const DOT =
  "grid size-4 place-items-center rounded-full border-2 border-surface bg-ink text-surface forced:border-[CanvasText]";

/** Days on which something came in: a line over the whole height, and a plus on the axis. Drawn only; it is spoken with its day. */
export function Marks({
  days,
  marks,
}: {
  readonly days: readonly string[];
  readonly marks: readonly ChartMark[];
}) {
  return marks.map(({ day }) => {
    const index = days.indexOf(day);
    return index < 0 ? null : (
      <div
        key={day}
        aria-hidden
        data-mark={day}
        className="absolute inset-y-0 w-0"
        style={{ left: `${pointShare(index, days.length) * 100}%` }}
      >
        <span className="absolute inset-y-0 border-l border-line-control" />
        <span className={`absolute -bottom-2 -left-2 ${DOT}`}>
          <Plus className="size-2.5" strokeWidth={3.5} />
        </span>
      </div>
    );
  });
}

/** What the plus means. */
export function MarkKey({ marks, label }: { readonly marks: readonly ChartMark[]; readonly label: string }) {
  if (marks.length === 0) return null;
  return (
    <p className="mt-2 ml-13 flex items-center gap-1.5 text-xs text-ink-faint">
      <span aria-hidden className={DOT}>
        <Plus className="size-2.5" strokeWidth={3.5} />
      </span>
      {label}
    </p>
  );
}
