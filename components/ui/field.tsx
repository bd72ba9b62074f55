import { ChevronDown } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./class-names";

const CONTROL =
  "h-9 w-full min-w-0 rounded-lg border border-line-control bg-surface px-3 text-sm text-ink placeholder:text-ink-faint disabled:opacity-55 aria-invalid:border-bad";

/** A label above what it names, and what is wrong with it below. */
export function Field(props: {
  readonly label: ReactNode;
  readonly htmlFor: string;
  readonly error?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <div className={props.className}>
      <label htmlFor={props.htmlFor} className="mb-1 block text-xs font-medium text-ink-soft">
        {props.label}
      </label>
      {props.children}
      {props.error && (
        <p id={`${props.htmlFor}-error`} className="mt-1 text-xs text-bad">
          {props.error}
        </p>
      )}
    </div>
  );
}

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={classNames(CONTROL, className)} {...rest} />;
}

/** The browser's own list of choices: works on every phone, by keyboard and without scripts. */
export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <span className={classNames("relative inline-block w-full", className)}>
      <select className={classNames(CONTROL, "appearance-none pr-8")} {...rest}>
        {children}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 size-4 -translate-y-1/2 text-ink-faint"
      />
    </span>
  );
}
