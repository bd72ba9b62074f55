import { classNames } from "./class-names";

/** A place held for what is still loading, of the same size. */
export function Skeleton({ className }: { readonly className?: string }) {
  return <div aria-hidden className={classNames("shimmer rounded-md", className)} />;
}
