import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";

/** Why a form was not accepted. Read out at once, and found again by the fields that it is about. */
export function Problem(props: {
  readonly id: string;
  readonly title?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div
      id={props.id}
      role="alert"
      className="flex gap-3 rounded-xl border border-bad-line bg-bad-tint px-4 py-3"
    >
      <CircleAlert aria-hidden className="mt-0.5 size-5 shrink-0 text-bad" />
      <div>
        {props.title && <p className="font-medium text-ink">{props.title}</p>}
        <p className="text-ink-soft">{props.children}</p>
      </div>
    </div>
  );
}
