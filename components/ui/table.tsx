import { ArrowDown, ArrowUp } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import type { ReactNode } from "react";
import { classNames } from "./class-names";

/** What scrolls must be reachable by keyboard, in browsers that do not see to it themselves too. */
const REACHABLE = { tabIndex: 0 } as const;

/** A table that scrolls sideways in its own frame instead of pushing the page. */
export function Table(props: {
  readonly caption: string;
  readonly children: ReactNode;
  readonly minWidth?: string;
}) {
  return (
    <div {...REACHABLE} className="relative overflow-x-auto focus-visible:-outline-offset-2">
      <table className="w-full border-collapse text-[0.8125rem]" style={{ minWidth: props.minWidth }}>
        <caption className="sr-only">{props.caption}</caption>
        {props.children}
      </table>
    </div>
  );
}

type CellProps = {
  readonly children?: ReactNode;
  /** Numbers stand at the end so that their digits line up. */
  readonly numeric?: boolean;
  readonly className?: string;
};

export function HeadCell({ children, numeric, className, sort }: CellProps & { readonly sort?: SortLink }) {
  return (
    <th
      scope="col"
      aria-sort={sort?.active ? (sort.descending ? "descending" : "ascending") : undefined}
      className={classNames(
        "h-10 border-b border-line bg-sunken/60 px-3 text-left align-middle text-xs font-medium whitespace-nowrap text-ink-faint first:pl-4 last:pr-4",
        numeric && "text-right",
        className,
      )}
    >
      {sort ? (
        <SortedBy {...sort} arrowFirst={numeric ?? false}>
          {children}
        </SortedBy>
      ) : (
        children
      )}
    </th>
  );
}

export type SortLink = { readonly href: string; readonly active: boolean; readonly descending: boolean };

function SortedBy({
  href,
  active,
  descending,
  arrowFirst,
  children,
}: SortLink & { readonly arrowFirst: boolean; readonly children: ReactNode }) {
  const Arrow = descending ? ArrowDown : ArrowUp;
  return (
    <Link
      href={href as Route}
      scroll={false}
      className={classNames(
        "inline-flex items-center gap-1 rounded align-middle hover:text-ink",
        arrowFirst && "flex-row-reverse",
        active && "text-ink",
      )}
    >
      {children}
      <Arrow aria-hidden className={classNames("size-3.5", !active && "opacity-0")} />
    </Link>
  );
}

export function Row({ children }: { readonly children: ReactNode }) {
  return <tr className="group border-b border-line last:border-0 hover:bg-sunken/60">{children}</tr>;
}

export function Cell({ children, numeric, className }: CellProps) {
  return (
    <td
      className={classNames(
        "h-11 px-3 py-1.5 align-middle first:pl-4 last:pr-4",
        numeric && "figures text-right whitespace-nowrap",
        className,
      )}
    >
      {children}
    </td>
  );
}

/** The first cell of a row: what the row is about. */
export function RowHead({ children, className }: CellProps) {
  return (
    <th
      scope="row"
      className={classNames(
        "h-11 px-3 py-1.5 text-left align-middle font-normal first:pl-4 last:pr-4",
        className,
      )}
    >
      {children}
    </th>
  );
}
