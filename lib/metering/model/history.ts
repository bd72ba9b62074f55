import type { Micros } from "@/lib/metering/model/accounts";
import type { Balance } from "@/lib/metering/model/balance";
import type { Month } from "@/lib/metering/model/calendar";
import type { UsageEvent } from "@/lib/metering/model/facts";
import type { HoldAnswer, HoldRequest } from "@/lib/metering/model/holds";
import { type OrganizationSetup, type Receipt, ReferenceOrganization } from "@/lib/metering/model/model";
import type { Package } from "@/lib/metering/model/months";
import type { PriceVersion } from "@/lib/metering/model/prices";
import type { ChargeLine, UsageDay } from "@/lib/metering/model/usage";
import type { Visitor } from "@/lib/metering/model/visitors";

/** One thing that happens to an organization. Times are absolute; holds are named by labels of the history. */
export type Command =
  | { kind: "receive"; events: UsageEvent[] }
  | { kind: "advance_clock"; to: string }
  | { kind: "adjust"; account: "initial" | "additional"; amount: Micros }
  | { kind: "top_up"; amount: Micros; visitors: number }
  | { kind: "change_package"; from: Month; package: Package }
  | { kind: "publish_prices"; version: PriceVersion }
  | { kind: "place_hold"; label: string; request: HoldRequest }
  | { kind: "release_hold"; label: string };

/** An organization and all that happens to it, in order. */
export type History = { organization: OrganizationSetup; commands: Command[] };

/** Everything that can be asked of an organization. */
export type Snapshot = {
  balance: Balance;
  usageByDay: UsageDay[];
  charges: ChargeLine[];
  ledgerTotals: Record<string, Micros>;
  visitors: Visitor[];
};

/**
 * Something that a history can be played to: the model, or the product behind an adapter.
 *
 * An adapter maps hold labels to the ids it was given, in `releaseHold` and in the `hold` of events; a label without
 * an id (the hold was refused) goes through as it is and names no hold.
 */
export type System = {
  receive(events: UsageEvent[]): Promise<Receipt[]>;
  advanceClock(to: string): Promise<"moved" | "refused">;
  adjust(account: "initial" | "additional", amount: Micros): Promise<"adjusted" | "refused">;
  topUp(amount: Micros, visitors: number): Promise<void>;
  changePackage(from: Month, changed: Package): Promise<void>;
  publishPrices(version: PriceVersion): Promise<void>;
  placeHold(label: string, request: HoldRequest): Promise<HoldAnswer>;
  releaseHold(label: string): Promise<"released" | "not_found">;
  balance(): Promise<Balance>;
  snapshot(): Promise<Snapshot>;
};

type Answer = Receipt[] | HoldAnswer | "moved" | "adjusted" | "released" | "refused" | "not_found" | null;

/** What a system answered to each command, the balance after it (when asked for), and all it shows at the end. */
export type Outcome = { steps: { answer: Answer; balance?: Balance }[]; end: Snapshot };

/**
 * Plays a history to a system made for its organization.
 *
 * With `balanceAfterEachCommand` the first command after which two systems disagree can be seen; without it a run
 * costs one reading.
 */
export async function run(
  history: History,
  system: System,
  { balanceAfterEachCommand = false } = {},
): Promise<Outcome> {
  const steps: Outcome["steps"] = [];
  for (const command of history.commands) {
    const answer = await perform(command, system);
    steps.push(balanceAfterEachCommand ? { answer, balance: await system.balance() } : { answer });
  }
  return { steps, end: await system.snapshot() };
}

/**
 * An outcome in the form in which two systems must agree: charges and visitors in an order that does not depend on how
 * they are kept, and what a charge took and gave back balanced per account.
 *
 * How much was taken and given back in between is a matter of how a system books, not of what it charges.
 */
export function comparable({ steps, end }: Outcome): Outcome {
  const by =
    <Row>(key: (row: Row) => string) =>
    (a: Row, b: Row) =>
      key(a) < key(b) ? -1 : 1;
  const { ledgerTotals, charges, visitors } = end;
  const totals = Object.entries(ledgerTotals).filter(([key]) => !key.startsWith("usage "));
  for (const account of ["initial", "additional"]) {
    const taken = ledgerTotals[`usage ${account}>usage`] ?? 0n;
    totals.push([`usage ${account}>usage`, taken - (ledgerTotals[`usage usage>${account}`] ?? 0n)]);
  }
  return {
    steps,
    end: {
      ...end,
      charges: [...charges].sort(by(({ messageId, contact }) => JSON.stringify([messageId, contact]))),
      visitors: [...visitors].sort(by((row) => JSON.stringify([row.month, row.channel, row.contact]))),
      ledgerTotals: Object.fromEntries(totals.sort(by(([key]) => key))),
    },
  };
}

/** The model as a system. */
export function referenceSystem(setup: OrganizationSetup): System {
  const model = new ReferenceOrganization(setup);
  return {
    receive: async (events) => model.receive(events),
    advanceClock: async (to) => model.advanceClock(to),
    adjust: async (account, amount) => model.adjust(account, amount),
    topUp: async (amount, visitors) => model.topUp(amount, visitors),
    changePackage: async (from, changed) => model.changePackage(from, changed),
    publishPrices: async (version) => model.publishPrices(version),
    placeHold: async (label, request) => model.placeHold(label, request),
    releaseHold: async (label) => model.releaseHold(label),
    balance: async () => model.balance(),
    snapshot: async () => ({
      balance: model.balance(),
      usageByDay: model.usageByDay(),
      charges: model.charges(),
      ledgerTotals: model.ledgerTotals(),
      visitors: model.visitors(),
    }),
  };
}

async function perform(command: Command, system: System): Promise<Answer> {
  switch (command.kind) {
    case "receive":
      return system.receive(command.events);
    case "advance_clock":
      return system.advanceClock(command.to);
    case "adjust":
      return system.adjust(command.account, command.amount);
    case "top_up":
      await system.topUp(command.amount, command.visitors);
      return null;
    case "change_package":
      await system.changePackage(command.from, command.package);
      return null;
    case "publish_prices":
      await system.publishPrices(command.version);
      return null;
    case "place_hold":
      return system.placeHold(command.label, command.request);
    case "release_hold":
      return system.releaseHold(command.label);
  }
}
