import "server-only";
import { randomUUID } from "node:crypto";
import { acrossOrganizations, inOrganization } from "@/db/client";
import type { OccurrenceType } from "@/db/schema/alerts";
import { openAccount } from "@/lib/holds/holds";
import { ledgerIsFree, saveBook } from "@/lib/ledger/ledger";
import { toDecimal } from "@/lib/money/money";
import { type Occurrence, recordOccurrences } from "@/lib/occurrences/occurrences";
import { readOrganization } from "@/lib/organizations/organizations";
import { balanceBase, type Level } from "@/lib/reports/rules";
import { organizationNow } from "@/lib/time/clock";
import { DEFAULT_LOW, edgesBetween, levelAfter } from "./rules";
import {
  lockWatch,
  selectFigures,
  selectUnseen,
  selectWithLapsedHolds,
  tryLeadership,
  updateWatch,
  upsertSeen,
  type WatchRow,
} from "./store";

type Figures = Awaited<ReturnType<typeof selectFigures>>[number];

/** How many organizations one look takes in. */
const AT_ONCE = 500;

/**
 * Looks at every organization whose ledger was taken since the last look, and writes down the edges that were crossed:
 * low, used up, recovered. Follows the commits by the ledger's version, so that a crash loses none and moving money costs
 * nothing. Called by the server's timer about once a second; one process at a time leads.
 *
 * A dip that is over before anybody looks is not told: what is told is how things are.
 *
 * @returns how many organizations crossed something
 */
export async function watchBalances(now: Date): Promise<number> {
  return acrossOrganizations(async (tx) => {
    if (!(await tryLeadership(tx))) return 0;
    const unseen = await selectUnseen(tx, AT_ONCE);
    if (unseen.length === 0) return 0;
    const figures = await selectFigures(tx, unseen, now);
    const crossed = figures.filter((one) => crossings(one).length > 0);
    const quiet = figures.filter((one) => !crossed.includes(one));
    if (quiet.length > 0) await upsertSeen(tx, quiet.map(seen));
    for (const { organizationId } of crossed) await lookAt(organizationId, now);
    return crossed.length;
  });
}

/**
 * Gives back what lapsed holds reserve, also for organizations that nobody touches: their balance may have recovered by
 * it. Called by the server's timer. Who is busy does it anyway, and is passed over.
 *
 * @returns how many organizations had one
 */
export async function giveBackLapsedHolds(now: Date): Promise<number> {
  const ids = await acrossOrganizations((tx) => selectWithLapsedHolds(tx, now, AT_ONCE));
  for (const id of ids) {
    await inOrganization(id, async (tx) => {
      if (!(await ledgerIsFree(tx, id))) return;
      const organization = await readOrganization(tx, id);
      await saveBook(tx, await openAccount(tx, organization, organizationNow(organization.clock)));
    });
  }
  return ids.length;
}

/** Looks at one organization, and writes down what it crossed since it was last looked at, once. */
export async function lookAt(organizationId: number, now: Date): Promise<void> {
  await inOrganization(organizationId, async (tx) => {
    const isFree = await lockWatch(tx, { organizationId, seenVersion: -1, ...UNTOUCHED });
    if (!isFree) return;
    // Read once the watch is held: what another look has told since is in it.
    const [figures] = await selectFigures(tx, [organizationId], now);
    if (!figures) return;
    const happened = crossings(figures).flatMap((crossing) => tell(figures, crossing));
    await Promise.all([
      recordOccurrences(tx, { id: organizationId, slug: figures.slug }, happened),
      updateWatch(tx, seen(figures)),
    ]);
  });
}

const UNTOUCHED = { balance: "enough", uniqueVisitors: "enough", conversations: "enough" } as const;

type Subject = keyof Figures["seen"];
type Crossing = { readonly subject: Subject; readonly before: Level; readonly after: Level };

function levels({ balance, visitors, conversations, low, seen: before }: Figures): Record<Subject, Level> {
  const below = low ?? DEFAULT_LOW;
  const together = balance.initial + balance.additional;
  const quota = (level: Level, { granted, used }: Figures["visitors"]) =>
    levelAfter(level, BigInt(granted - used), BigInt(granted), { percent: below.percent, amount: null });
  return {
    balance: levelAfter(
      before.balance,
      together - balance.onHold,
      balanceBase(balance.opening, together, balance.spent),
      below,
    ),
    uniqueVisitors: quota(before.uniqueVisitors, visitors),
    // A package without this quota has nothing that could run out.
    conversations: conversations ? quota(before.conversations, conversations) : "enough",
  };
}

function crossings(figures: Figures): Crossing[] {
  const now = levels(figures);
  return (["balance", "uniqueVisitors", "conversations"] as const)
    .map((subject) => ({ subject, before: figures.seen[subject], after: now[subject] }))
    .filter(({ before, after }) => before !== after);
}

function seen(figures: Figures): WatchRow {
  return { organizationId: figures.organizationId, seenVersion: figures.version, ...levels(figures) };
}

const BALANCE_TYPES = {
  low: "balance.low",
  used_up: "balance.depleted",
  recovered: "balance.recovered",
} as const satisfies Record<string, OccurrenceType>;
const QUOTA_TYPES = {
  low: "quota.low",
  used_up: "quota.used_up",
  recovered: "quota.recovered",
} as const satisfies Record<string, OccurrenceType>;

function tell(figures: Figures, { subject, before, after }: Crossing): Occurrence[] {
  // The package no longer has this quota: nothing has recovered.
  if (subject === "conversations" && !figures.conversations) return [];
  const types = subject === "balance" ? BALANCE_TYPES : QUOTA_TYPES;
  const data = subject === "balance" ? balanceData(figures) : quotaData(figures, subject);
  const cause = `${subject}:${randomUUID()}`;
  const occurredAt = organizationNow(figures.clock);
  return edgesBetween(before, after).map((edge) => ({
    type: types[edge],
    cause,
    occurredAt,
    data: { level: after, level_before: before, month: figures.month, ...data },
  }));
}

function balanceData({ balance, currency, low }: Figures) {
  const { initial, additional, onHold, opening, spent } = balance;
  const below = low ?? DEFAULT_LOW;
  return {
    currency,
    available: toDecimal(initial + additional - onHold),
    initial: toDecimal(initial),
    additional: toDecimal(additional),
    on_hold: toDecimal(onHold),
    measured_against: toDecimal(balanceBase(opening, initial + additional, spent)),
    low_below: {
      percent: below.percent,
      amount: below.amount === null ? null : toDecimal(below.amount),
    },
  };
}

function quotaData(figures: Figures, subject: "uniqueVisitors" | "conversations") {
  const { granted, used } = (subject === "uniqueVisitors" ? figures.visitors : figures.conversations) ?? {
    granted: 0,
    used: 0,
  };
  return {
    quota: subject === "uniqueVisitors" ? "unique_visitors" : "conversations",
    granted,
    used,
    remaining: Math.max(0, granted - used),
    low_below: { percent: (figures.low ?? DEFAULT_LOW).percent },
  };
}
