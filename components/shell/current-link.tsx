"use client";

import type { Route } from "next";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

/** A link of a menu that knows when it leads to where one is. */
export function CurrentLink(props: {
  readonly href: string;
  readonly className: string;
  readonly children: ReactNode;
}) {
  const pathname = usePathname();
  const path = props.href.split("?")[0] ?? "";
  const isHere = pathname === path || pathname.startsWith(`${path}/`);
  return (
    <Link
      href={props.href as Route}
      aria-current={isHere ? "page" : undefined}
      className={props.className}
      onClick={(event) => event.currentTarget.closest("details")?.removeAttribute("open")}
    >
      {props.children}
    </Link>
  );
}
