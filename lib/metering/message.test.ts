import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decisiveFacts,
  deliveryOf,
  learn,
  newMessage,
  occurrenceOf,
  sameFacts,
  type UsageEvent,
} from "./message";
import { HOUR, MINUTE, NOON, usageEvent } from "./testing";

function learned(events: readonly UsageEvent[]) {
  const first = events[0];
  if (!first) throw new Error("at least one event");
  const message = newMessage(1, first);
  for (const event of events) learn(message, event);
  return message;
}

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const times = fc.integer({ min: 0, max: 3 }).map((step) => NOON + step * MINUTE);
const categories = fc.constantFrom("marketing", "utility", "service");

/** Statuses of one message. What a status never changes its mind about is the same in all of them. */
const statuses = fc.array(
  fc
    .record({
      kind: fc.constantFrom<UsageEvent["kind"]>("sent", "delivered", "read", "failed"),
      at: times,
      category: optional(categories),
      pricing: optional(
        fc.record({
          type: optional(fc.constantFrom("regular", "free_entry_point")),
          category: optional(categories),
        }),
      ),
      conversation: optional(
        fc.record({ id: fc.constant("c1"), expiresAt: optional(times), origin: fc.constant(null) }),
      ),
      groupId: optional(fc.constant("g1")),
      template: optional(fc.constant("promo")),
      hold: optional(fc.constant("hold_1")),
      broadcast: optional(fc.constant({ id: "b1", name: "Promo" })),
    })
    .map((facts) => usageEvent({ ...facts, messageId: "m" })),
  { minLength: 1, maxLength: 6 },
);

describe("what is known of a message", () => {
  test("does not depend on the order in which its statuses arrive · order is not kept", () => {
    const shuffles = statuses.chain((events) =>
      fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
    );
    fc.assert(
      fc.property(shuffles, ([events, other]) => {
        expect(learned(other)).toEqual({ ...learned(events), contact: expect.any(String) });
      }),
      { numRuns: 2_000 },
    );
  });

  test("does not change when everything is told again · duplicates are normal", () => {
    fc.assert(
      fc.property(statuses, (events) => {
        expect(learned([...events, ...events])).toEqual(learned(events));
      }),
    );
  });

  test("delivered is the first of delivered and read; delivered may never come", () => {
    const delivered = usageEvent({ at: NOON });
    const read = usageEvent({ at: NOON - MINUTE, kind: "read" });
    expect(deliveryOf(learned([delivered]))).toBe(NOON);
    expect(deliveryOf(learned([read]))).toBe(NOON - MINUTE);
    expect(deliveryOf(learned([delivered, read]))).toBe(NOON - MINUTE);
    expect(deliveryOf(learned([usageEvent({ kind: "sent" }), usageEvent({ kind: "failed" })]))).toBeNull();
  });

  test("stands at its delivery, and before that at its first status", () => {
    const sent = usageEvent({ kind: "sent", at: NOON - HOUR });
    const failed = usageEvent({ kind: "failed", at: NOON - 2 * HOUR });
    expect(occurrenceOf(learned([sent]))).toBe(NOON - HOUR);
    expect(occurrenceOf(learned([sent, failed]))).toBe(NOON - 2 * HOUR);
    expect(occurrenceOf(learned([sent, failed, usageEvent({ at: NOON })]))).toBe(NOON);
  });

  test("a later, lower status never undoes a higher one; failed after delivered changes no charge", () => {
    const before = learned([usageEvent({ at: NOON })]);
    const facts = decisiveFacts(before);
    learn(before, usageEvent({ kind: "sent", at: NOON + HOUR }));
    learn(before, usageEvent({ kind: "failed", at: NOON + HOUR, error: { code: "1", title: "no" } }));
    learn(before, usageEvent({ kind: "read", at: NOON + HOUR }));
    expect(sameFacts(facts, decisiveFacts(before))).toBe(true);
    expect(before).toMatchObject({ errorCode: "1", errorTitle: "no", failedAt: NOON + HOUR });
  });

  test("Meta's category wins over the one at send; both are kept", () => {
    const message = learned([
      usageEvent({ category: "utility", pricing: { type: "regular", category: "marketing" } }),
      usageEvent({ category: "service", at: NOON + 1 }),
    ]);
    expect(message).toMatchObject({ categorySent: "utility", categoryBilled: "marketing" });
    expect(decisiveFacts(message)[1]).toBe("marketing");
  });

  test("of Meta's categories the latest counts, of those at send the earliest", () => {
    const said = (at: number, category: string) =>
      usageEvent({ at, category, pricing: { type: null, category } });
    const message = learned([said(NOON, "utility"), said(NOON + 1, "marketing"), said(NOON - 1, "service")]);
    expect(message).toMatchObject({ categorySent: "service", categoryBilled: "marketing" });
  });

  test("a conversation's origin names the category only while no pricing does", () => {
    const conversation = { id: "c1", expiresAt: null, origin: "referral_conversion" };
    expect(learned([usageEvent({ conversation })]).categoryBilled).toBe("referral_conversion");
    const priced = usageEvent({ at: NOON - HOUR, pricing: { type: null, category: "marketing" } });
    expect(learned([usageEvent({ conversation }), priced]).categoryBilled).toBe("marketing");
    expect(learned([priced, usageEvent({ conversation })]).categoryBilled).toBe("marketing");
  });
});
