import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeDatabases } from "@/db/client";
import type { UsageEvent } from "@/lib/metering/model/facts";
import { histories } from "@/lib/metering/model/generators";
import { comparable, type History, referenceSystem, run, type System } from "@/lib/metering/model/history";
import type { Receipt } from "@/lib/metering/model/model";
import { toDecimal } from "@/lib/money/money";
import { productSystem } from "@/lib/provisioning/model-system";
import { POST as postEvents } from "./events/route";
import { POST as postAdjustment } from "./organizations/[organization]/adjustments/route";
import { GET as getBalance } from "./organizations/[organization]/balance/route";
import { POST as postClock } from "./organizations/[organization]/clock/route";
import { call, platformKey } from "./testing";

const RUNS = Number(process.env.KUOTA_HISTORIES ?? (process.env.CI ? 160 : 40));
const AT_ONCE = 8;

let key = "";
beforeAll(async () => {
  key = await platformKey("admin", "events:write", "holds:write", "balance:read");
});
afterAll(closeDatabases);

test(`${RUNS} generated histories told by HTTP come out as in the reference model, to the micro`, async () => {
  const bunches = fc.array(histories({ maxSteps: 15 }).map(withCategories), {
    minLength: AT_ONCE,
    maxLength: AT_ONCE,
    size: "max",
  });
  await fc.assert(
    fc.asyncProperty(bunches, async (bunch) => {
      await Promise.all(bunch.map(playBoth));
    }),
    { numRuns: Math.ceil(RUNS / AT_ONCE), seed: 20_261_122, endOnFailure: true },
  );
}, 600_000);

/** POST /events asks for the category that webhooks may leave out. */
function withCategories(history: History): History {
  const complete = (event: UsageEvent): UsageEvent =>
    event.type === "message.received" || event.data.category !== undefined
      ? event
      : { ...event, data: { ...event.data, category: "utility" } };
  const commands = history.commands.map((command) =>
    command.kind === "receive" ? { ...command, events: command.events.map(complete) } : command,
  );
  return { ...history, commands };
}

async function playBoth(history: History): Promise<void> {
  const product = await productSystem(history.organization);
  const actual = comparable(await run(history, throughDoors(product, product.slug)));
  const expected = comparable(await run(history, counting(referenceSystem(history.organization))));
  expect(actual).toEqual(expected);
}

/** An answer to a batch counts what is accepted and known, and names only what is rejected. */
function counted(receipts: readonly Receipt[]): Receipt[] {
  const rank = (receipt: Receipt) => (typeof receipt === "string" ? receipt : "rejected");
  return receipts.toSorted((a, b) => rank(a).localeCompare(rank(b)));
}

function counting(system: System): System {
  return { ...system, receive: async (events) => counted(await system.receive(events)) };
}

/** The product asked through its HTTP doors for what they offer; the rest (holds by label, prices) as it is. */
function throughDoors(product: Awaited<ReturnType<typeof productSystem>>, slug: string): System {
  const params = { organization: slug };
  return {
    ...product,
    receive: async (events) => {
      if (events.some(({ data }) => data.hold !== undefined)) return counted(await product.receive(events));
      const body = events.map((event) => ({ specversion: "1.0", subject: slug, ...event }));
      const response = await call(postEvents, { method: "POST", key, body });
      const { accepted, duplicates, rejected } = await response.json();
      expect(response.status).toBe(rejected.length === events.length ? 422 : 200);
      return counted([
        ...Array<Receipt>(accepted).fill("accepted"),
        ...Array<Receipt>(duplicates).fill("duplicate"),
        ...rejected.map(({ code }: { code: "in_the_future" }) => ({ rejected: code })),
      ]);
    },
    advanceClock: async (to) => {
      const response = await call(postClock, { method: "POST", key, params, body: { now: to } });
      return response.status === 200 ? "moved" : "refused";
    },
    adjust: async (account, amount) => {
      const response = await call(postAdjustment, {
        method: "POST",
        key,
        params,
        body: { account, amount: toDecimal(amount), reason: "history" },
        headers: { "idempotency-key": crypto.randomUUID() },
      });
      return response.ok ? "adjusted" : "refused";
    },
    snapshot: async () => {
      const seen = await product.snapshot();
      const {
        users: _users,
        currency: _currency,
        ...balance
      } = await (await call(getBalance, { key, params })).json();
      expect(balance.whatsapp_balance).toEqual(seen.balance.whatsapp_balance);
      expect(balance.unique_visitors).toEqual(seen.balance.unique_visitors);
      expect(balance.conversations).toEqual(seen.balance.conversations);
      return seen;
    },
  };
}
