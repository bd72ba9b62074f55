import fc from "fast-check";
import { expect, test } from "vitest";
import { micros } from "@/lib/metering/model/accounts";
import { instantOf, monthOf } from "@/lib/metering/model/calendar";
import type { UsageEvent } from "@/lib/metering/model/facts";
import { Events, organization } from "@/lib/metering/model/fixtures";
import { histories } from "@/lib/metering/model/generators";
import {
  type Command,
  comparable,
  type History,
  type Outcome,
  referenceSystem,
  run,
} from "@/lib/metering/model/history";

const RUNS = { numRuns: 300 };
const SLOW = { timeout: 60_000 };

function play(history: History, options = {}): Promise<Outcome> {
  return run(history, referenceSystem(history.organization), options);
}

function sum<Row>(rows: readonly Row[], amount: (row: Row) => bigint | number): bigint {
  return rows.reduce((total, row) => total + BigInt(amount(row)), 0n);
}

test("batch boundaries never matter", SLOW, async () => {
  const oneByOne = (command: Command): Command[] =>
    command.kind === "receive"
      ? command.events.map((event) => ({ kind: "receive", events: [event] }))
      : [command];
  await fc.assert(
    fc.asyncProperty(histories(), async (history) => {
      const split = { ...history, commands: history.commands.flatMap(oneByOne) };
      expect((await play(split)).end).toEqual((await play(history)).end);
    }),
    RUNS,
  );
});

test("sending everything again changes nothing · M1", SLOW, async () => {
  const twice = (command: Command): Command =>
    command.kind === "receive"
      ? { kind: "receive", events: [...command.events, ...command.events] }
      : command;
  await fc.assert(
    fc.asyncProperty(histories(), async (history) => {
      const repeated = { ...history, commands: history.commands.map(twice) };
      expect((await play(repeated)).end).toEqual((await play(history)).end);
    }),
    RUNS,
  );
});

test("initial is never negative and never stands beside a debt", SLOW, async () => {
  await fc.assert(
    fc.asyncProperty(histories(), async (history) => {
      const { steps } = await play(history, { balanceAfterEachCommand: true });
      for (const { balance } of steps) {
        const initial = micros(balance?.whatsapp_balance.initial ?? "");
        const additional = micros(balance?.whatsapp_balance.additional ?? "");
        expect(initial >= 0n && !(initial > 0n && additional < 0n)).toBe(true);
        expect(balance?.conversations?.remaining ?? 0).toBeGreaterThanOrEqual(0);
      }
    }),
    RUNS,
  );
});

test("the ledger, the charges, the days and the quotas tell the same story", SLOW, async () => {
  await fc.assert(
    fc.asyncProperty(histories(), async (history) => {
      const { end } = comparable(await play(history));
      const { balance, charges, usageByDay, ledgerTotals, visitors } = end;
      const moved = (account: string) =>
        sum(Object.entries(ledgerTotals), ([key, amount]) => {
          if (key.endsWith(`>${account}`)) return amount;
          return key.includes(` ${account}>`) ? -amount : 0n;
        });
      expect(micros(balance.whatsapp_balance.initial)).toBe(moved("initial"));
      expect(micros(balance.whatsapp_balance.additional)).toBe(moved("additional"));
      expect(sum(charges, (charge) => charge.paidFromInitialMicros)).toBe(
        ledgerTotals["usage initial>usage"],
      );
      expect(sum(charges, (charge) => charge.paidFromAdditionalMicros)).toBe(
        ledgerTotals["usage additional>usage"],
      );
      expect(sum(usageByDay, (day) => day.amountMicros)).toBe(sum(charges, (charge) => charge.amountMicros));
      expect(sum(usageByDay, (day) => day.unique_visitors)).toBe(BigInt(visitors.length));
      const { timeZone } = history.organization;
      const byQuota = charges.filter(
        ({ occurredAt }) => occurredAt && monthOf(instantOf(occurredAt), timeZone) === balance.period.month,
      );
      expect(sum(byQuota, (charge) => charge.paidFromQuota)).toBe(BigInt(balance.conversations?.used ?? 0));
      expect(new Set(charges.map(({ messageId, contact }) => `${messageId} ${contact}`)).size).toBe(
        charges.length,
      );
    }),
    RUNS,
  );
});

/** The statuses of one message, told in two orders, to an organization that its customer wrote to the day before. */
const twoOrders = fc
  .uniqueArray(
    fc.record({
      type: fc.constantFrom("sent" as const, "delivered" as const, "read" as const, "failed" as const),
      hour: fc.integer({ min: 0, max: 59 }),
      pricing: fc.option(
        fc.record({
          category: fc.constantFrom("utility", "marketing", "service"),
          type: fc.constantFrom("regular", "free_customer_service", "unheard_of"),
        }),
      ),
      category: fc.constantFrom(...[{ category: "utility" }, {}]),
    }),
    { minLength: 2, maxLength: 6, selector: ({ hour }) => hour },
  )
  .map((told) => {
    const events = new Events();
    return told.map(({ type, hour, pricing, category }): UsageEvent => {
      const at = `2025-12-${10 + Math.floor(hour / 24)}T${String(hour % 24).padStart(2, "0")}:30:00Z`;
      return events[type]({ at, message: "m", ...category, ...(pricing ? { pricing } : {}) });
    });
  })
  .chain((statuses) =>
    fc.tuple(
      fc.constant(statuses),
      fc.shuffledSubarray(statuses, { minLength: statuses.length, maxLength: statuses.length }),
    ),
  );

test("the order of a message's statuses never matters", SLOW, async () => {
  const received = new Events().received({ at: "2025-12-10T00:00:00Z", id: "before" });
  await fc.assert(
    fc.property(twoOrders, (orders) => {
      const [first, second] = orders.map((statuses) => {
        const client = organization({
          startsOn: "2025-12",
          package: {
            uniqueVisitors: 0,
            conversations: 1,
            initialBalanceMicros: 500_000_000n,
            initialCarriesOver: true,
          },
        });
        client.receive([received, ...statuses]);
        return { charges: client.charges(), balance: client.balance(), days: client.usageByDay() };
      });
      expect(second).toEqual(first);
    }),
    RUNS,
  );
});
