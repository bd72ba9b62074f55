import { type Instant, isoOf, type Month } from "@/lib/metering/model/calendar";

/** One customer identity on one channel in one month. */
export type Visitor = {
  month: Month;
  channel: string;
  contact: string;
  /** RFC 3339: the earliest message of that month known from this identity. */
  firstSeenAt: string;
  coveredBy: "package" | "top_up" | "over_quota";
};

type Seen = { month: Month; channel: string; contact: string; firstSeenAt: Instant };

/** Who wrote in which month, in order of counting. */
export class Visitors {
  readonly #seen: Seen[] = [];

  /** Counts the identity once per month; an earlier message arriving late moves the time alone. */
  record(month: Month, channel: string, contact: string, at: Instant): void {
    const known = this.#seen.find(
      (seen) => seen.month === month && seen.channel === channel && seen.contact === contact,
    );
    if (known) known.firstSeenAt = Math.min(known.firstSeenAt, at);
    else this.#seen.push({ month, channel, contact, firstSeenAt: at });
  }

  countOf(month: Month): number {
    return this.#seen.filter((seen) => seen.month === month).length;
  }

  /** With what covers each by its place in the month: first the package, then the top-up, then nothing. */
  list(grantsOf: (month: Month) => { visitors: number; visitorsToppedUp: number }): Visitor[] {
    const counted = new Map<Month, number>();
    return this.#seen.map(({ firstSeenAt, ...identity }) => {
      const ordinal = (counted.get(identity.month) ?? 0) + 1;
      counted.set(identity.month, ordinal);
      const { visitors, visitorsToppedUp } = grantsOf(identity.month);
      const coveredBy =
        ordinal <= visitors ? "package" : ordinal <= visitors + visitorsToppedUp ? "top_up" : "over_quota";
      return { ...identity, firstSeenAt: isoOf(firstSeenAt), coveredBy };
    });
  }
}
