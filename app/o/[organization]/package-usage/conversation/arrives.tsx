import { type ReactNode, Suspense } from "react";
import type { Read } from "./reads";

type Props<T> = {
  readonly read: Read<T>;
  /** Shown until it is there, should that take longer. */
  readonly fallback: ReactNode;
  readonly children: (value: T) => ReactNode;
};

/** What is there already is part of the page itself; what is not comes later, in the place of its fallback. */
export function Arrives<T>({ read, fallback, children }: Props<T>) {
  if (read.arrived) return children(read.arrived.value);
  return (
    <Suspense fallback={fallback}>
      <Later read={read}>{children}</Later>
    </Suspense>
  );
}

async function Later<T>({ read, children }: Pick<Props<T>, "read" | "children">) {
  return children(await read.promise);
}
