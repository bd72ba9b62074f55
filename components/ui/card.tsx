import type { ReactNode } from "react";
import { classNames } from "./class-names";

/** A raised sheet of the page. */
export function Card({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  return (
    <div className={classNames("rounded-xl border border-line bg-surface shadow-lift", className)}>
      {children}
    </div>
  );
}

/** A titled part of a page; its heading names it for screen readers. */
export function Section(props: {
  readonly id: string;
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section aria-labelledby={props.id} className="flex h-full flex-col">
      <div className="mb-4 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h2 id={props.id} className="text-base font-semibold">
            {props.title}
          </h2>
          {props.description && <p className="text-[0.8125rem] text-ink-faint">{props.description}</p>}
        </div>
        {props.actions}
      </div>
      {props.children}
    </section>
  );
}
