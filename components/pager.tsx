import { ChevronLeft, ChevronRight, ChevronsLeft, ChevronsRight } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import type { ReactNode } from "react";

export type PagerLinks = {
  readonly first: string | null;
  readonly previous: string | null;
  readonly next: string | null;
  readonly last: string | null;
};

/** Where one is in a list, and the ways on. */
export function Pager(props: {
  readonly label: string;
  readonly shown: string;
  readonly links: PagerLinks;
  readonly words: { readonly [Key in keyof PagerLinks]: string };
}) {
  const icons = {
    first: <ChevronsLeft aria-hidden />,
    previous: <ChevronLeft aria-hidden />,
    next: <ChevronRight aria-hidden />,
    last: <ChevronsRight aria-hidden />,
  };
  return (
    <nav
      aria-label={props.label}
      className="flex items-center justify-between gap-4 border-t border-line px-4 py-2.5"
    >
      <p className="figures text-[0.8125rem] text-ink-faint">{props.shown}</p>
      <ul className="flex gap-1">
        {(["first", "previous", "next", "last"] as const).map((name) => (
          <li key={name}>
            <Step href={props.links[name]} label={props.words[name]}>
              {icons[name]}
            </Step>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const STEP =
  "grid size-8 place-items-center rounded-lg border border-line-strong [&_svg]:size-4 bg-surface shadow-lift";

function Step(props: { readonly href: string | null; readonly label: string; readonly children: ReactNode }) {
  return props.href === null ? (
    <span className={`${STEP} text-ink-faint opacity-45`}>{props.children}</span>
  ) : (
    <Link
      href={props.href as Route}
      scroll={false}
      aria-label={props.label}
      className={`${STEP} text-ink-soft hover:bg-sunken hover:text-ink`}
    >
      {props.children}
    </Link>
  );
}
