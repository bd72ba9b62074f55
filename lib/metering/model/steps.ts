import fc from "fast-check";
import type { Micros } from "@/lib/metering/model/accounts";
import { HOUR, MINUTE, SECOND } from "@/lib/metering/model/calendar";
import type { StatusType } from "@/lib/metering/model/facts";
import type { Package } from "@/lib/metering/model/months";
import type { PriceVersion } from "@/lib/metering/model/prices";
import { MARKET_NAMES, packages, priceVersion } from "@/lib/metering/model/setups";

/**
 * A time told from the clock: so long ago, or around the last local midnight or first of the month; or from the time
 * of an event told before, the newest but `from`. Never later than the clock.
 */
export type When = { from: "now" | "midnight" | "month" | number; plus: number };

/** One of the cast, spelled in one of several ways. */
export type Person = { person: number; spelling: number };

/** Meta's verdict: the category of the cast by number, null for the one at send. */
export type Pricing = { type: string | null; category: number | null };

/** A status of a message, seen `offset` after the message's time and reported `delay` steps later. */
export type StatusStep = {
  type: StatusType;
  offset: number;
  delay: number;
  spelling: number;
  tellsCategory: boolean;
  /** What this status does not name, though others of the message do. */
  leavesOut: "number" | "group" | "hold" | null;
  pricing: Pricing | null;
};

/** What happens next, told relative to what is there, so that a shortened history still makes sense. */
export type Step =
  | {
      do: "message";
      when: When;
      to: number[];
      isGroup: boolean;
      number: number;
      category: number | null;
      hold: number | null;
      statuses: StatusStep[];
    }
  | {
      do: "inbound";
      when: When;
      from: Person;
      number: number;
      referral: string | null;
      isGroup: boolean;
      channel: string;
    }
  | { do: "early"; ahead: number; from: Person }
  | { do: "again"; which: number; twist: "same" | "later" | "other" }
  | { do: "advance"; by: number | "midnight" | "month"; plus: number }
  | { do: "adjust"; account: "initial" | "additional"; amount: Micros }
  | { do: "top_up"; amount: Micros; visitors: number }
  | { do: "change_package"; monthsAhead: number; package: Package }
  | { do: "publish_missing"; count: number }
  | { do: "publish_next"; daysAhead: number; version: PriceVersion }
  | {
      do: "place_hold";
      lines: { category: number; to: number[]; quantity: number; market: string | null }[];
      /** How many members the group of the hold has; 0: no group. */
      groupOf: number;
      expiresInSeconds: number | null;
    }
  | { do: "release_hold"; which: number };

const DAY = 24 * HOUR;

function oneIn(count: number): fc.Arbitrary<boolean> {
  return fc.nat({ max: count - 1 }).map((n) => n === count - 1);
}

const jitter = fc.constantFrom(0, 0, 0, -1, 1, SECOND, -SECOND);

/** Where windows, conversations and entry points that an event began end, just before it and well before it. */
const span = fc.constantFrom(
  0,
  DAY,
  DAY,
  2 * DAY,
  3 * DAY,
  3 * DAY,
  HOUR,
  -HOUR,
  -5 * HOUR,
  -23 * HOUR,
  -DAY,
);

/** Whole and half days ago, some long ago; around boundaries of the calendar; around other events. */
const when: fc.Arbitrary<When> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc
      .tuple(fc.nat({ max: 5 }), span, jitter)
      .map(([from, long, plus]): When => ({ from, plus: long + plus })),
  },
  {
    weight: 7,
    arbitrary: fc
      .tuple(fc.constantFrom(0, 0, 0, 0.5, 1, 1, 1.5, 2, 3, 4, 5, 8, 20, 33, 70), jitter)
      .map(([days, plus]): When => ({ from: "now", plus: Math.min(0, plus - days * DAY) })),
  },
  {
    weight: 2,
    arbitrary: jitter.map((plus): When => ({ from: "midnight", plus })),
  },
  { weight: 1, arbitrary: jitter.map((plus): When => ({ from: "month", plus })) },
);

/** Who and what, by its place in the cast. */
const person = fc.nat({ max: 3 });
const category = fc.nat({ max: 3 });
const categoryOrNone: fc.Arbitrary<number | null> = fc.option(category, { freq: 7 });
const number = fc.nat({ max: 1 });
const holdOrNone: fc.Arbitrary<number | null> = fc.option(fc.nat({ max: 2 }), { freq: 2 });
const spelling = fc.constantFrom(0, 0, 1, 2, 3);

const pricing: fc.Arbitrary<Pricing> = fc.record({
  type: fc.constantFrom(
    ...[
      "regular",
      "regular",
      "regular",
      "regular",
      "free_customer_service",
      "free_entry_point",
      "unheard_of",
    ],
    ...[null, null],
  ),
  category: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: category }),
});

const status: fc.Arbitrary<StatusStep> = fc.record({
  type: fc.constantFrom<StatusType>(
    ...([
      "message.delivered",
      "message.delivered",
      "message.delivered",
      "message.read",
      "message.read",
    ] as const),
    ...(["message.sent", "message.failed"] as const),
  ),
  offset: fc.constantFrom(0, 0, 0, 5 * SECOND, -5 * SECOND, HOUR, -13 * HOUR, 25 * HOUR),
  delay: fc.constantFrom(0, 0, 0, 1, 2, 6),
  spelling,
  tellsCategory: fc.constantFrom(true, true, false),
  leavesOut: fc.constantFrom(
    null,
    null,
    null,
    null,
    null,
    "number" as const,
    "number" as const,
    "group" as const,
    "hold" as const,
  ),
  pricing: fc.option(pricing, { freq: 2 }),
});

const message: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("message" as const),
  when,
  to: fc.oneof(
    { weight: 6, arbitrary: person.map((to) => [to]) },
    { weight: 1, arbitrary: fc.uniqueArray(person, { minLength: 2, maxLength: 3 }) },
  ),
  isGroup: oneIn(10),
  number,
  category: categoryOrNone,
  hold: holdOrNone,
  statuses: fc.array(status, { minLength: 1, maxLength: 4 }),
});

const inbound: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("inbound" as const),
  when,
  from: fc.record({ person, spelling }),
  number,
  referral: fc.constantFrom(null, null, "ad", "ad", "post"),
  isGroup: oneIn(10),
  channel: fc.constantFrom("whatsapp", "whatsapp", "whatsapp", "whatsapp", "whatsapp", "instagram", "email"),
});

const advance: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("advance" as const),
  by: fc.oneof(
    fc.constantFrom(1, MINUTE, HOUR, 12 * HOUR, DAY, DAY, 3 * DAY, 29 * DAY, 35 * DAY, 95 * DAY),
    fc.constantFrom("midnight" as const, "month" as const),
  ),
  plus: fc.constantFrom(0, 0, -1, SECOND),
});

const amounts = fc.constantFrom(
  1n,
  -1n,
  100_000_000n,
  -100_000_000n,
  700_000_007n,
  -2_000_000_000n,
  5_000_000_000n,
);

/** The machines and people around the messages. */
const affairs: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("early" as const),
    ahead: fc.constantFrom(0, 1),
    from: fc.record({ person, spelling }),
  }),
  fc.record({
    do: fc.constant("adjust" as const),
    account: fc.constantFrom("initial" as const, "additional" as const),
    amount: amounts,
  }),
  fc.record({
    do: fc.constant("top_up" as const),
    amount: fc.constantFrom(0n, 1_000_000_000n, 20_000_000_000n),
    visitors: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({
    do: fc.constant("change_package" as const),
    monthsAhead: fc.integer({ min: 0, max: 2 }),
    package: packages,
  }),
  fc.record({
    do: fc.constant("publish_next" as const),
    daysAhead: fc.integer({ min: 2, max: 40 }),
    version: fc.constantFrom("2024-11-01", "2025-07-01", "2026-10-01").chain(priceVersion),
  }),
);

const holds: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("place_hold" as const),
      lines: fc.array(
        fc.record({
          category,
          to: fc.array(person, { minLength: 1, maxLength: 2 }),
          quantity: fc.integer({ min: 1, max: 2 }),
          market: fc.option(fc.constantFrom(...MARKET_NAMES), { freq: 2 }),
        }),
        { minLength: 1, maxLength: 2 },
      ),
      groupOf: fc.constantFrom(0, 0, 0, 0, 0, 2, 8, 9),
      expiresInSeconds: fc.constantFrom(null, null, 3_600, 86_400),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("release_hold" as const), which: fc.nat({ max: 3 }) }),
  },
);

const publishMissing: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("publish_missing" as const),
  count: fc.constantFrom(1, 5),
});

const again: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("again" as const),
  which: fc.nat({ max: 40 }),
  twist: fc.constantFrom("same" as const, "later" as const, "other" as const),
});

/** What a history is made of: mostly messages, some of everything else. */
export const single: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: message },
  { weight: 4, arbitrary: inbound },
  { weight: 3, arbitrary: advance },
  { weight: 2, arbitrary: affairs },
  { weight: 1, arbitrary: publishMissing },
  { weight: 3, arbitrary: holds },
  { weight: 1, arbitrary: again },
);
