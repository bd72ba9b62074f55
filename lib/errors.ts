/** HTTP status of each refusal, so that every door answers the same code the same way. */
const STATUS_BY_CODE = {
  invalid_input: 422,
  unauthenticated: 401,
  invalid_signature: 401,
  forbidden: 403,
  not_found: 404,
  organization_not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  idempotency_conflict: 409,
  version_in_use: 409,
  already_exists: 409,
  insufficient_balance: 402,
  payload_too_large: 413,
  unsupported_media_type: 415,
  malformed_body: 400,
  group_too_large: 422,
  too_many_events: 422,
  all_rejected: 422,
  initial_below_zero: 422,
  range_too_long: 422,
  clock_backwards: 422,
  not_a_test_organization: 422,
  no_price: 422,
  suspended: 403,
  rate_limited: 429,
  overloaded: 503,
  payment_failed: 402,
  payment_disputed: 403,
  internal_error: 500,
} as const;

export type RefusalCode = keyof typeof STATUS_BY_CODE;

/** One bad field of a request: `pointer` is an RFC 6901 JSON pointer into the body or the parameters. */
export type FieldError = { readonly pointer: string; readonly detail: string };

/** What a refusal may carry besides its message. */
export type RefusalExtras = {
  readonly errors?: readonly FieldError[];
  /** Members added to the problem document, already in their shown form (amounts as decimal strings). */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
};

/**
 * An outcome the domain expects and the caller can be told about.
 *
 * `message` is shown to customers: it says what to do and names no table, id or vendor. Anything that is
 * not a Refusal is a bug or an outage: it is logged, and the customer sees a generic failure.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly extras: RefusalExtras = {},
  ) {
    super(message);
  }

  get status(): number {
    return STATUS_BY_CODE[this.code];
  }
}

/**
 * Stops on a broken invariant. Use it for what cannot happen, never for what a customer can cause.
 *
 * @throws Error when `condition` is falsy.
 */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`);
}

/**
 * SQLSTATE and driver codes that mean: the database is away or full, or not the main one any more; not: the statement is
 * wrong.
 */
const OUTAGES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EPIPE",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "25006",
  "53100",
  "53200",
  "53300",
  "57P01",
  "57P02",
  "57P03",
  "08006",
]);

/** True when the database could not serve: the same request will do once it is back. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string" && OUTAGES.has(error.code)) return true;
  return isOutage(error.cause);
}
