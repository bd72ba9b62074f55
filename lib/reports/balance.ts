import "server-only";
import { inOrganization, readInOrganization, type Transaction } from "@/db/client";
import type { Scope } from "@/lib/auth/scope";
import { invariant } from "@/lib/errors";
import { openAccount } from "@/lib/holds/holds";
import { saveBook } from "@/lib/ledger/ledger";
import type { Micros } from "@/lib/money/money";
import { dueMonths } from "@/lib/months/rules";
import { readOrganization } from "@/lib/organizations/organizations";
import { type Terms, termsIn, termsOf } from "@/lib/packages/packages";
import { visitorsLeft } from "@/lib/quotas/rules";
import { loadAssignedBooks } from "@/lib/rating/rating";
import { bookInForce, priceOf, schemeOf, versionInForce } from "@/lib/rating/rules";
import { organizationNow } from "@/lib/time/clock";
import { addDays, type Day, dayOf, type Month, monthOf, nextMonth, startOfMonth } from "@/lib/time/period";
import { balanceBase, daysBetween, LOW_BELOW_PERCENT, type Runway, runway } from "./rules";
import { selectAccount, selectBusiestMarket, selectPace } from "./store";

/** What an organization has left right now (contracts.md, balance), and what that is measured against. */
export type Balance = {
  readonly asOf: Date;
  readonly timeZone: string;
  readonly currency: string;
  readonly today: Day;
  readonly period: { readonly month: Month; readonly resetsAt: Date };
  readonly users: { readonly seats: number; readonly used: number; readonly available: number };
  readonly uniqueVisitors: {
    readonly package: number;
    readonly topUp: number;
    readonly used: number;
    readonly remaining: number;
    readonly overQuota: number;
  };
  /** Null: the package has no such quota. */
  readonly conversations: {
    readonly package: number;
    readonly used: number;
    readonly remaining: number;
  } | null;
  /** What this organization calls low (U5). */
  readonly low: {
    /** Less than this share of what the month began with. */
    readonly percent: number;
    /** For the WhatsApp balance, less than this too. */
    readonly amount: Micros | null;
  };
  readonly whatsappBalance: {
    readonly initial: Micros;
    /** Below 0: a debt. */
    readonly additional: Micros;
    readonly onHold: Micros;
    readonly available: Micros;
    /** Charged for what occurred this month. */
    readonly spent: Micros;
    /** What low and used up are measured against (U5). */
    readonly base: Micros;
  };
};

type AccountRow = NonNullable<Awaited<ReturnType<typeof selectAccount>>>;

/**
 * The balance of an organization as of its now. Months that have begun are opened and lapsed holds given back first,
 * so what is shown is what the next charge will find.
 */
export async function readBalance(scope: Scope<"balance:read">): Promise<Balance> {
  return inOrganization(scope.organizationId, async (tx) => {
    const row = await readAccount(tx, scope.organizationId);
    if (!isBehind(row, asOfOf(row))) return toBalance(row);
    const organization = await readOrganization(tx, scope.organizationId);
    await saveBook(tx, await openAccount(tx, organization, organizationNow(organization.clock)));
    return toBalance(await readAccount(tx, scope.organizationId));
  });
}

async function readAccount(tx: Transaction, organizationId: number): Promise<AccountRow> {
  const row = await selectAccount(tx, organizationId, organizationNow(null));
  invariant(row, `organization ${organizationId} has a ledger`);
  return row;
}

function asOfOf(row: AccountRow): Date {
  return organizationNow(row.clock === null ? null : new Date(Number(row.clock)));
}

/** True when a month has begun or a hold has lapsed since anybody touched the ledger. */
function isBehind(row: AccountRow, now: Date): boolean {
  const due = dueMonths(row.opened_month, row.starts_on, monthOf(now, row.time_zone));
  return due.length > 0 || (row.next_hold_expiry !== null && Number(row.next_hold_expiry) <= now.getTime());
}

function toBalance(row: AccountRow): Balance {
  const asOf = asOfOf(row);
  const month = monthOf(asOf, row.time_zone);
  const visitors = {
    visitorsPackage: row.visitors_package ?? 0,
    visitorsTopUp: row.visitors_top_up ?? 0,
    visitorsUsed: row.visitors_used ?? 0,
  };
  const seats = row.seats ?? 0;
  return {
    asOf,
    timeZone: row.time_zone,
    currency: row.currency,
    today: dayOf(asOf, row.time_zone),
    period: { month, resetsAt: startOfMonth(nextMonth(month), row.time_zone) },
    users: { seats, used: row.seats_used, available: Math.max(0, seats - row.seats_used) },
    uniqueVisitors: {
      package: visitors.visitorsPackage,
      topUp: visitors.visitorsTopUp,
      used: visitors.visitorsUsed,
      ...visitorsLeft(visitors),
    },
    conversations: toConversations(row),
    low: {
      percent: row.low_percent ?? LOW_BELOW_PERCENT,
      amount: row.low_amount_micros === null ? null : BigInt(row.low_amount_micros),
    },
    whatsappBalance: toMoney(row),
  };
}

function toConversations(row: AccountRow): Balance["conversations"] {
  if (row.conversations_package === null) return null;
  const used = row.conversations_used ?? 0;
  return {
    package: row.conversations_package,
    used,
    remaining: Math.max(0, row.conversations_package - used),
  };
}

function toMoney(row: AccountRow): Balance["whatsappBalance"] {
  const initial = BigInt(row.initial_micros);
  const additional = BigInt(row.additional_micros);
  const onHold = BigInt(row.on_hold_micros);
  const spent = BigInt(row.spent_micros);
  const opening = BigInt(row.opening_micros ?? 0);
  return {
    initial,
    additional,
    onHold,
    available: initial + additional - onHold,
    spent,
    base: balanceBase(opening, initial + additional, spent),
  };
}

/** How many days of the past the pace is taken from. */
export const PACE_DAYS = 28;
/** The category and market that "≈ 1,240 messages" speaks of when nothing was sent yet. */
const HOME = { category: "marketing", market: "Indonesia" };

/** How long the balance lasts, and what it still pays for. */
export type Outlook = {
  readonly runway: Runway;
  readonly perDay: Micros;
  /** Null when there is no price. */
  readonly example: {
    readonly category: string;
    readonly market: string;
    readonly unit: "message" | "conversation";
    readonly unitPrice: Micros;
  } | null;
};

/** Looks ahead from a balance: the pace of the last 28 days before today, the grants of the months to come. */
export async function readOutlook(scope: Scope<"balance:read">, balance: Balance): Promise<Outlook> {
  const { organizationId } = scope;
  const from = addDays(balance.today, -PACE_DAYS);
  const yesterday = addDays(balance.today, -1);
  return readInOrganization(organizationId, async (tx) => {
    const [pace, terms, market, { assignments, books }] = await Promise.all([
      selectPace(tx, organizationId, from, yesterday),
      termsOf(tx, organizationId),
      selectBusiestMarket(tx, organizationId, HOME.category, from, balance.today),
      loadAssignedBooks(tx, organizationId),
    ]);
    const perDay = paceOf(BigInt(pace?.spent_micros ?? 0), pace?.first_day ?? null, from, balance.today);
    const assignment = bookInForce(assignments, balance.today);
    const book = assignment && books.get(assignment.priceBookId);
    const version = book && versionInForce(book, balance.today);
    const price = version && priceOf(version, market ?? HOME.market, HOME.category);
    return {
      perDay,
      runway: runwayOf(balance, perDay, terms),
      example: price
        ? {
            category: HOME.category,
            market: market ?? HOME.market,
            unit: schemeOf(version, HOME.category).unit,
            unitPrice: price.unitPrice,
          }
        : null,
    };
  });
}

/** The average day since `from`, or since the first day with usage where that is later. */
function paceOf(spent: Micros, firstDay: Day | null, from: Day, today: Day): Micros {
  if (firstDay === null || firstDay >= today) return 0n;
  return spent / BigInt(daysBetween(firstDay > from ? firstDay : from, today));
}

function runwayOf(balance: Balance, perDay: Micros, terms: readonly Terms[]): Runway {
  const { initial, additional, onHold } = balance.whatsappBalance;
  return runway({
    initial,
    additional,
    onHold,
    perDay,
    termsIn: (month) => termsIn(terms, month),
    today: balance.today,
  });
}
