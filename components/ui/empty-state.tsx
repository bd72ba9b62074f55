import type { ReactNode } from "react";

/** Nothing here: why, and what to do next. */
export function EmptyState(props: {
  readonly icon: ReactNode;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <span
        aria-hidden
        className="mb-4 grid size-11 place-items-center rounded-xl border border-line bg-sunken text-ink-faint [&_svg]:size-5"
      >
        {props.icon}
      </span>
      <p className="font-medium">{props.title}</p>
      {props.children && <p className="mt-1 max-w-md text-ink-faint">{props.children}</p>}
      {props.action && <div className="mt-5">{props.action}</div>}
    </div>
  );
}
