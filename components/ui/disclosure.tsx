"use client";

import { type ReactNode, useEffect, useRef } from "react";
import { classNames } from "./class-names";

/**
 * A button that opens a small panel. Built on `details`, so it opens before any script has run; the script only
 * closes it on Escape, on a click elsewhere and when the focus leaves.
 */
export function Disclosure(props: {
  readonly label: string;
  readonly summary: ReactNode;
  readonly summaryClass?: string;
  readonly panelClass?: string;
  readonly children: ReactNode;
}) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const element = details.current;
    if (!element) return;
    const close = () => element.removeAttribute("open");
    const closeOutside = (event: Event) => {
      if (!(event.target instanceof Node) || !element.contains(event.target)) close();
    };
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !element.open) return;
      close();
      element.querySelector("summary")?.focus();
    };
    document.addEventListener("pointerdown", closeOutside);
    document.addEventListener("focusin", closeOutside);
    element.addEventListener("keydown", closeOnEscape);
    return () => {
      document.removeEventListener("pointerdown", closeOutside);
      document.removeEventListener("focusin", closeOutside);
      element.removeEventListener("keydown", closeOnEscape);
    };
  }, []);
  return (
    <details ref={details} className="group/menu relative">
      <summary aria-label={props.label} className={props.summaryClass}>
        {props.summary}
      </summary>
      <div
        className={classNames(
          "absolute z-40 mt-2 rounded-xl border border-line bg-raised p-1.5 shadow-high",
          props.panelClass,
        )}
      >
        {props.children}
      </div>
    </details>
  );
}
