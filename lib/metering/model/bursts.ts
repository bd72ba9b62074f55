import fc from "fast-check";
import { HOUR } from "@/lib/metering/model/calendar";
import { type Step, single } from "@/lib/metering/model/steps";

/** One message or customer's message of a burst, so many hours and milliseconds after its beginning. */
type Beat = { says: "inbound" | "ad" | "reply"; hours: number; plus: number; category: number };

const beat: fc.Arbitrary<Beat> = fc.record({
  says: fc.constantFrom(
    "inbound" as const,
    "ad" as const,
    "reply" as const,
    "reply" as const,
    "reply" as const,
  ),
  hours: fc.constantFrom(0, 1, 23, 24, 24, 25, 48, 72, 72, 73, 96),
  plus: fc.constantFrom(0, 0, 0, -1, 1),
  category: fc.nat({ max: 2 }),
});

/**
 * One customer and one business number who wrote to each other within a few days, reported in any order: windows,
 * entry points and conversations begin and end exactly on one another.
 */
const burst: fc.Arbitrary<Step[]> = fc
  .record({
    daysAgo: fc.constantFrom(4, 5, 5, 9, 31),
    person: fc.nat({ max: 2 }),
    number: fc.nat({ max: 1 }),
    beats: fc.array(beat, { minLength: 2, maxLength: 7 }),
  })
  .map(({ daysAgo, person, number, beats }) =>
    beats.map(({ says, hours, plus, category }): Step => {
      const when = { from: "now" as const, plus: (hours - daysAgo * 24) * HOUR + plus };
      const common = { when, number, isGroup: false };
      if (says !== "reply") {
        const referral = says === "ad" ? "ad" : null;
        return { do: "inbound", ...common, from: { person, spelling: 0 }, referral, channel: "whatsapp" };
      }
      const told = { offset: 0, delay: 0, spelling: 0, tellsCategory: true, leavesOut: null, pricing: null };
      const statuses = [{ type: "message.delivered" as const, ...told }];
      return { do: "message", ...common, to: [person], category, hold: null, statuses };
    }),
  );

/** Money, a hold of two lines, and messages that name it, whose category turns out as sent or otherwise, or fail. */
const heldMessages: fc.Arbitrary<Step[]> = fc
  .record({
    categories: fc.constantFrom([0, 1], [1, 0], [0, 2]),
    messages: fc.array(
      fc.record({
        person: fc.nat({ max: 2 }),
        type: fc.constantFrom(
          "message.delivered" as const,
          "message.delivered" as const,
          "message.failed" as const,
        ),
        sent: fc.nat({ max: 2 }),
        billed: fc.nat({ max: 2 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ categories, messages }): Step[] => [
    { do: "top_up", amount: 20_000_000_000n, visitors: 1 },
    {
      do: "place_hold",
      lines: categories.map((category) => ({ category, to: [0, 1], quantity: 1, market: null })),
      groupOf: 0,
      expiresInSeconds: null,
    },
    ...messages.map(({ person, type, sent, billed }): Step => {
      const pricing = { type: "regular", category: billed };
      const told = { type, offset: 0, delay: 0, spelling: 0, tellsCategory: true, leavesOut: null, pricing };
      const when = { from: "now" as const, plus: 0 };
      return {
        do: "message",
        when,
        to: [person],
        isGroup: false,
        number: 0,
        category: sent,
        hold: 0,
        statuses: [told],
      };
    }),
  ]);

/** Steps of a history: one of anything, or several that belong together. */
export const steps: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 28, arbitrary: single.map((step) => [step]) },
  { weight: 2, arbitrary: burst },
  { weight: 1, arbitrary: heldMessages },
);
