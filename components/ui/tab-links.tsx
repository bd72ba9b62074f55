import type { Route } from "next";
import Link from "next/link";
import type { ReactNode } from "react";
import { classNames } from "./class-names";

export type TabLink = { readonly href: string; readonly label: ReactNode; readonly active: boolean };

/** Where the links do not fit side by side, they begin scrolled to the one that holds. */
const SHOWN_FIRST = "[scroll-initial-target:nearest]";

/** Views of one thing, each with an address of its own: links, not a tab widget. */
export function TabLinks({ label, tabs }: { readonly label: string; readonly tabs: readonly TabLink[] }) {
  return (
    <nav aria-label={label} className="-mb-px overflow-x-auto">
      <ul className="flex gap-1">
        {tabs.map((tab) => (
          <li key={tab.href} className={classNames(tab.active && SHOWN_FIRST)}>
            <Link
              href={tab.href as Route}
              scroll={false}
              aria-current={tab.active ? "page" : undefined}
              className={classNames(
                "inline-flex h-11 items-center border-b-2 px-3 font-medium whitespace-nowrap transition-colors focus-visible:-outline-offset-2",
                tab.active
                  ? "border-ink text-ink"
                  : "border-transparent text-ink-faint forced:border-[Canvas] hover:border-line-strong hover:text-ink",
              )}
            >
              {tab.label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** A few choices of which one holds, each a link. */
export function SegmentLinks({ label, tabs }: { readonly label: string; readonly tabs: readonly TabLink[] }) {
  return (
    <nav aria-label={label} className="max-w-full overflow-x-auto rounded-lg bg-track p-0.5">
      <ul className="flex">
        {tabs.map((tab) => (
          <li key={tab.href} className={classNames(tab.active && SHOWN_FIRST)}>
            <Link
              href={tab.href as Route}
              scroll={false}
              aria-current={tab.active ? "true" : undefined}
              className={classNames(
                "inline-flex h-8 items-center rounded-md px-3 text-[0.8125rem] font-medium whitespace-nowrap transition-colors focus-visible:-outline-offset-2",
                tab.active
                  ? "bg-chosen text-ink shadow-lift forced:underline"
                  : "text-ink-soft hover:text-ink",
              )}
            >
              {tab.label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
