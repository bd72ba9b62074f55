import type { ReactNode } from "react";
import { Logo } from "./logo";

/** A page that only says one thing. */
export function MessagePage(props: {
  readonly code?: string;
  readonly title: string;
  readonly text: string;
  readonly children?: ReactNode;
}) {
  return (
    <main id="main" className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center px-6 py-16">
      <Logo />
      {props.code && <p className="figures mt-10 text-ink-faint">{props.code}</p>}
      <h1 className="mt-2 text-2xl font-semibold">{props.title}</h1>
      <p className="mt-3 text-ink-soft">{props.text}</p>
      {props.children && <div className="mt-8 flex gap-3">{props.children}</div>}
    </main>
  );
}
