import type { ReactNode } from "react";
import { BackLink } from "./back-link";

/** The frame of a page: where one comes from, what this is, what can be done here, and then what it shows. */
export function PageFrame(props: {
  readonly title: ReactNode;
  readonly lead?: ReactNode;
  readonly back?: { readonly href: string; readonly label: string };
  readonly badges?: ReactNode;
  readonly actions?: ReactNode;
  /** Views of the same thing. */
  readonly tabs?: ReactNode;
  readonly narrow?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <main
      id="main"
      className={`mx-auto px-4 pt-6 pb-20 sm:px-6 sm:pt-8 ${props.narrow ? "max-w-3xl" : "max-w-[84rem]"}`}
    >
      {props.back && <BackLink href={props.back.href}>{props.back.label}</BackLink>}
      <div className={`flex flex-wrap items-end justify-between gap-x-6 gap-y-3 ${props.back ? "mt-4" : ""}`}>
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="wrap-anywhere min-w-0 text-2xl leading-8 font-semibold tracking-[-0.022em]">
              {props.title}
            </h1>
            {props.badges}
          </div>
          {props.lead && <p className="wrap-anywhere mt-1 max-w-3xl text-ink-soft">{props.lead}</p>}
        </div>
        {props.actions && <div className="flex flex-wrap gap-2">{props.actions}</div>}
      </div>
      {props.tabs && <div className="mt-4 border-b border-line">{props.tabs}</div>}
      <div className="mt-6">{props.children}</div>
    </main>
  );
}
