"use client";

import type { MouseEvent, ReactNode } from "react";
import { classNames } from "@/components/ui/class-names";

/** A common choice: fills the form in at a click, and by its address where scripts are off. */
export function Preset(props: {
  readonly href: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly children: ReactNode;
}) {
  const choose = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    props.onChoose();
  };
  return (
    <a
      href={props.href}
      onClick={choose}
      aria-current={props.isChosen ? "true" : undefined}
      className={classNames(
        "figures inline-flex h-9 items-center rounded-lg border px-3 text-[0.8125rem] font-medium whitespace-nowrap transition-colors",
        props.isChosen
          ? "border-ink bg-ink/5 text-ink forced:underline"
          : "border-line-strong bg-surface text-ink-soft hover:border-line-control hover:text-ink",
      )}
    >
      {props.children}
    </a>
  );
}
