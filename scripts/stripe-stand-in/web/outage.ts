import { refused } from "../api/refusals";

/**
 * How the API fails. `error`: 500 and nothing was done. `rate_limit`: 429. `cut_before`: the connection ends
 * and nothing was done. `cut_after`: it was done, and the connection ends before the answer. `hang`: no answer.
 */
const kinds = ["error", "rate_limit", "cut_before", "cut_after", "hang"] as const;

/** One way in which the API fails. */
export type OutageKind = (typeof kinds)[number];

/** The API's failures, for so many requests or until it is ended. */
export class Outage {
  #kind: OutageKind | null = null;
  #times: number | null = null;
  #path = "";

  /**
   * @param wishes `kind`, `times` (absent: until ended), `path` (only requests whose `METHOD /address` begins so)
   * @throws StripeRefusal for an unknown kind
   */
  start(wishes: Record<string, unknown>): { kind: OutageKind | null; times: number | null; path: string } {
    const kind = kinds.find((known) => known === wishes.kind);
    if (!kind) throw refused(`kind must be one of ${kinds.join(", ")}`, { param: "kind" });
    this.#kind = kind;
    this.#times = wishes.times === undefined ? null : Number(wishes.times);
    this.#path = typeof wishes.path === "string" ? wishes.path : "";
    return { kind, times: this.#times, path: this.#path };
  }

  end(): { kind: null } {
    this.#kind = null;
    return { kind: null };
  }

  /** How this request fails, or null; counts it. */
  next(method: string, path: string): OutageKind | null {
    if (this.#kind === null || this.#times === 0 || !`${method} ${path}`.startsWith(this.#path)) return null;
    if (this.#times !== null) this.#times -= 1;
    return this.#kind;
  }
}
