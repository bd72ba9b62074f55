import fc from "fast-check";
import { expect, test } from "vitest";
import { histories } from "@/lib/metering/model/generators";
import { type History, type Outcome, referenceSystem, run } from "@/lib/metering/model/history";

/** What generated histories must come to often enough for a comparison with them to mean something. */
const AT_LEAST_ONCE_IN_A_HUNDRED = [
  ...["receipt accepted", "receipt duplicate", "receipt in_the_future"],
  ...[
    "answer adjusted",
    "answer refused",
    "answer granted",
    "answer insufficient_balance",
    "answer no_price",
  ],
  ...["answer group_too_large", "answer released", "answer not_found"],
  ...["charged", "pending", "unpriced", "unpriced without a category", "unpriced group", "priced later"],
  ...["free window", "free entry_point", "free free_number", "free open_conversation"],
  ...["scheme of 2023-06-01", "scheme of 2024-11-01", "scheme of 2025-07-01", "scheme of 2026-10-01"],
  ...["by quota", "split", "price 0", "conversation", "group", "authentication-international", "user id"],
  ...["market Nepal", "market Other", "market Rest of Latin America"],
  ...[
    "expiry initial>expired",
    "settlement initial>additional",
    "usage usage>initial",
    "usage usage>additional",
  ],
  ...["visitor package", "visitor top_up", "visitor over_quota", "on hold at the end", "months later"],
];

function* reached(history: History, { steps, end }: Outcome): Generator<string> {
  for (const { answer } of steps) yield* namesOf(answer);
  for (const charge of end.charges) yield* traitsOf(charge);
  for (const visitor of end.visitors) yield `visitor ${visitor.coveredBy}`;
  yield* Object.keys(end.ledgerTotals);
  if (end.balance.whatsapp_balance.on_hold !== "0.00") yield "on hold at the end";
  if (end.balance.as_of.slice(0, 7) > history.organization.clock.slice(0, 7)) yield "months later";
}

function namesOf(answer: Outcome["steps"][number]["answer"]): string[] {
  if (Array.isArray(answer)) {
    return answer.map((receipt) => `receipt ${typeof receipt === "string" ? receipt : receipt.rejected}`);
  }
  if (answer === null) return [];
  if (typeof answer === "string") return [`answer ${answer}`];
  return [`answer ${answer.granted ? "granted" : answer.code}`];
}

function traitsOf(charge: Outcome["end"]["charges"][number]): string[] {
  const traits: [string, unknown][] = [
    [charge.state, true],
    ["unpriced without a category", charge.state === "unpriced" && !charge.category && !charge.group],
    ["unpriced group", charge.state === "unpriced" && charge.group],
    [`free ${charge.freeReason}`, charge.freeReason],
    [`scheme of ${charge.priceVersion}`, charge.priceVersion],
    [`market ${charge.market}`, charge.market],
    ["by quota", charge.paidFromQuota],
    ["split", charge.paidFromInitialMicros && charge.paidFromAdditionalMicros],
    ["price 0", charge.unitPriceMicros === 0n],
    ["conversation", charge.unit === "conversation" && charge.units],
    ["group", charge.group],
    ["user id", charge.contact.startsWith("ID.")],
    [charge.category, charge.state !== "pending"],
  ];
  return traits.flatMap(([trait, holds]) => (holds ? [trait] : []));
}

/** Whether publishing prices turned something unpriced into a charge. */
async function pricedLater({ organization, commands }: History): Promise<boolean> {
  const system = referenceSystem(organization);
  const unpriced = async () => {
    const { charges } = await system.snapshot();
    return charges.filter(({ state }) => state === "unpriced").length;
  };
  for (const command of commands) {
    const before = command.kind === "publish_prices" ? await unpriced() : 0;
    await run({ organization, commands: [command] }, system);
    if (command.kind === "publish_prices" && (await unpriced()) < before) return true;
  }
  return false;
}

test("generated histories reach every rule", { timeout: 60_000 }, async () => {
  const counts = new Map<string, number>();
  const sample = fc.sample(histories(), { numRuns: 600, seed: 20_261_122 });
  for (const history of sample) {
    const outcome = await run(history, referenceSystem(history.organization));
    const traits = new Set(reached(history, outcome));
    if (await pricedLater(history)) traits.add("priced later");
    for (const trait of traits) counts.set(trait, (counts.get(trait) ?? 0) + 1);
  }
  const rare = AT_LEAST_ONCE_IN_A_HUNDRED.filter((trait) => (counts.get(trait) ?? 0) < sample.length / 100);
  expect(rare.map((trait) => `${trait}: ${counts.get(trait) ?? 0}`)).toEqual([]);
});
