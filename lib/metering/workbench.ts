import type { Hold } from "@/lib/holds/rules";
import type { Book } from "@/lib/ledger/rules";
import type { Micros } from "@/lib/money/money";
import type { Organization, PriceBookAssignment } from "@/lib/organizations/organizations";
import { emptyQuota, type MonthQuota } from "@/lib/quotas/rules";
import type { Markets, PriceBook, PriceVersion } from "@/lib/rating/rules";
import { bookInForce, versionInForce } from "@/lib/rating/rules";
import { type Day, dayOf, type Month } from "@/lib/time/period";
import type { Instant, Message } from "./message";
import type { Tally } from "./tally";
import type { Conversation, EntryPoint } from "./windows";

/** A unique visitor of a month; see db/schema/metering.ts. */
export type Visitor = {
  readonly month: Month;
  readonly channel: string;
  contact: string;
  readonly ordinal: number;
  firstSeenAt: Instant;
  /** The contact its row is under; null while it has none. */
  readonly storedAs: string | null;
  changed: boolean;
};

/**
 * Everything that the events of one organization and transaction need to be decided, read in a few statements,
 * changed by pure rules, and written back in a few statements.
 */
export type Workbench = {
  readonly organization: Organization;
  readonly book: Book;
  readonly now: Date;
  readonly posting: number;
  readonly assignments: readonly PriceBookAssignment[];
  readonly priceBooks: ReadonlyMap<number, PriceBook>;
  readonly markets: Markets;
  readonly quotas: Map<Month, MonthQuota>;
  readonly touchedQuotas: Set<Month>;
  /** Keys by `counterKey`. */
  readonly counters: Map<string, number>;
  readonly touchedCounters: Set<string>;
  /** Keys by `messageKey`. */
  readonly messages: Map<string, Message>;
  readonly touchedMessages: Set<Message>;
  /** Sorted times by `peerKey`. */
  readonly inbound: Map<string, Instant[]>;
  readonly newInbound: { businessNumber: string; peer: string; at: Instant }[];
  readonly entryPoints: Map<string, EntryPoint[]>;
  /** Stored deliveries to the customers whose entry points this batch brings, by `peerKey`. */
  readonly storedDeliveries: Map<string, { readonly id: number; readonly at: Instant }[]>;
  readonly conversations: Map<string, Conversation[]>;
  readonly visitors: Map<string, Visitor>;
  readonly holds: Map<string, Hold>;
  readonly touchedHolds: Set<Hold>;
  readonly usedVersions: Set<number>;
  /** The client's two balances as the charges of this transaction go along. */
  initial: Micros;
  additional: Micros;
  /** What was moved from the one to the other to settle a debt. */
  settled: Micros;
  readonly tally: Tally;
};

export function messageKey(messageId: string, contact: string): string {
  return `${messageId}\0${contact}`;
}

export function visitorKey(month: Month, channel: string, contact: string): string {
  return `${month}\0${channel}\0${contact}`;
}

export function counterKey(month: Month, counter: string): string {
  return `${month}\0${counter}`;
}

export function dayOfInstant(bench: Workbench, at: Instant): Day {
  return dayOf(at, bench.organization.timeZone);
}

/** The price version in force on a day for this organization. Undefined: no book, or before its first version. */
export function versionOn(bench: Workbench, day: Day): PriceVersion | undefined {
  const assignment = bookInForce(bench.assignments, day);
  const book = assignment && bench.priceBooks.get(assignment.priceBookId);
  return book && versionInForce(book, day);
}

/** A month's quota, marked as changed. */
export function touchQuota(bench: Workbench, month: Month): MonthQuota {
  let quota = bench.quotas.get(month);
  if (!quota) {
    quota = emptyQuota(month);
    bench.quotas.set(month, quota);
  }
  bench.touchedQuotas.add(month);
  return quota;
}

/** Raises or lowers a counter and tells what it stood at before. */
export function count(bench: Workbench, month: Month, counter: string, by: 1 | -1): number {
  const key = counterKey(month, counter);
  const before = bench.counters.get(key) ?? 0;
  bench.counters.set(key, before + by);
  bench.touchedCounters.add(key);
  return before;
}

export function counted(bench: Workbench, month: Month, counter: string): number {
  return bench.counters.get(counterKey(month, counter)) ?? 0;
}
