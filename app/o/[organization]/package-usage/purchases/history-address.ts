import type { HistorySearch } from "@/lib/top-ups/input";

/** The history with its filters kept, at another place. */
export function historyAddress(
  path: string,
  { status, from, to }: HistorySearch,
  { after, before }: Pick<HistorySearch, "after" | "before"> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ status, from, to, after, before })) {
    if (value !== undefined) query.set(name, value);
  }
  return query.size === 0 ? path : `${path}?${query}`;
}
