import type { ReactNode } from "react";

export type Fact = { readonly label: string; readonly value: ReactNode };

/** What is known of one thing, name by name. Facts without a value are left out. */
export function Facts({ facts }: { readonly facts: readonly (Fact | false)[] }) {
  return (
    <dl className="divide-y divide-line text-[0.8125rem]">
      {facts
        .filter((fact) => fact !== false)
        .map((fact) => (
          <div key={fact.label} className="flex flex-wrap justify-between gap-x-4 gap-y-0.5 py-2">
            <dt className="text-ink-faint">{fact.label}</dt>
            <dd className="ml-auto min-w-0 text-right font-medium break-all">{fact.value}</dd>
          </div>
        ))}
    </dl>
  );
}
