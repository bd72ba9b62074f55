export type Total = { readonly label: string; readonly value: string };

/** The sums of everything that a filter finds, not only of the page shown. */
export function Totals({ label, totals }: { readonly label: string; readonly totals: readonly Total[] }) {
  return (
    <dl
      aria-label={label}
      className="flex flex-wrap gap-x-8 gap-y-2 border-b border-line bg-sunken/50 px-4 py-3"
    >
      {totals.map((total) => (
        <div key={total.label}>
          <dt className="text-xs text-ink-faint">{total.label}</dt>
          <dd className="figures font-semibold">{total.value}</dd>
        </div>
      ))}
    </dl>
  );
}
