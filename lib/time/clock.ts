/** The one reading of the machine's clock. Everything else is given its now. */
export function systemNow(): Date {
  return new Date();
}

/** Milliseconds on a clock that is never set back: for measuring durations only. */
export function monotonicMilliseconds(): number {
  return performance.now();
}

/**
 * The organization's now: a test organization has a clock of its own, which stands still until it is moved
 * (M4); everybody else lives by the system's.
 */
export function organizationNow(clock: Date | null): Date {
  return clock ?? systemNow();
}
