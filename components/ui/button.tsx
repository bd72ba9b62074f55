import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./class-names";

type Look = {
  /** `solid`: the one thing to do here; `outline`: the other things; `ghost`: inside of bars and lists. */
  readonly look?: "solid" | "outline" | "ghost" | "danger";
  readonly size?: "small" | "medium";
  readonly icon?: ReactNode;
};

const LOOKS = {
  solid: "bg-solid text-on-solid hover:bg-solid-hover shadow-lift border border-transparent",
  outline:
    "bg-surface text-ink hover:bg-sunken border border-line-strong shadow-lift hover:border-line-control",
  ghost: "text-ink-soft hover:bg-sunken hover:text-ink border border-transparent",
  danger: "bg-bad-tint text-bad border border-bad-line hover:border-bad",
};

const SIZES = { small: "h-8 px-3 text-[0.8125rem] gap-1.5", medium: "h-9 px-3.5 text-sm gap-2" };

/** The classes of a button, for what is neither a button nor a link of ours. */
export function buttonClass({ look = "outline", size = "medium" }: Look = {}): string {
  return classNames(
    "inline-flex shrink-0 items-center justify-center rounded-lg font-medium whitespace-nowrap transition-colors",
    "disabled:opacity-55 disabled:pointer-events-none [&_svg]:size-4 [&_svg]:shrink-0",
    LOOKS[look],
    SIZES[size],
  );
}

export function Button({
  look,
  size,
  icon,
  className,
  children,
  type,
  ...rest
}: Look & ComponentProps<"button">) {
  return (
    <button
      type={type ?? "button"}
      className={classNames(buttonClass({ ...(look && { look }), ...(size && { size }) }), className)}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonLink({
  look,
  size,
  icon,
  className,
  children,
  ...rest
}: Look & ComponentProps<typeof Link>) {
  return (
    <Link
      className={classNames(buttonClass({ ...(look && { look }), ...(size && { size }) }), className)}
      {...rest}
    >
      {icon}
      {children}
    </Link>
  );
}
