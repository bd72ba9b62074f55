/** The product's mark: a quota that is partly used. */
export function Logo() {
  return (
    <span className="inline-flex items-center gap-2 text-[0.9375rem] font-semibold tracking-tight">
      <svg viewBox="0 0 24 24" className="size-6 shrink-0" aria-hidden>
        <rect width="24" height="24" rx="7" className="fill-solid" />
        <path
          d="M12 5.5a6.5 6.5 0 1 0 6.5 6.5"
          fill="none"
          strokeWidth="2.6"
          strokeLinecap="round"
          className="stroke-on-solid"
        />
        <circle cx="16.6" cy="7.4" r="1.7" fill="var(--series-visitors)" data-keep-color />
      </svg>
      Kuota
    </span>
  );
}
