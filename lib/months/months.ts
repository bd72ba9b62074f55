import "server-only";
import { acrossOrganizations, inOrganization, type Transaction } from "@/db/client";
import { ledgerIsFree, openBook, saveBook } from "@/lib/ledger/ledger";
import type { Book } from "@/lib/ledger/rules";
import { countMonthsOpened } from "@/lib/metrics/metrics";
import { toDecimal } from "@/lib/money/money";
import { type Occurrence, recordOccurrences } from "@/lib/occurrences/occurrences";
import { type Organization, readOrganization } from "@/lib/organizations/organizations";
import { type Terms, termsIn, termsOf } from "@/lib/packages/packages";
import { loadQuotas, saveQuotas } from "@/lib/quotas/quotas";
import type { MonthQuota } from "@/lib/quotas/rules";
import { organizationNow } from "@/lib/time/clock";
import { type Month, monthOf, nextMonth, previousMonth, startOfMonth } from "@/lib/time/period";
import { applyGrant, dueMonths, openMonth } from "./rules";
import { selectOrganizationsBehind, selectPromised, tryLeadership } from "./store";

/**
 * Takes the organization's ledger and opens every month that has begun since it was last touched, in order, exactly
 * once: whoever comes first after the boundary does it, within the transaction of what they came for. The caller
 * ends with `saveBook`.
 */
export async function touch(tx: Transaction, organization: Organization, now: Date): Promise<Book> {
  const book = await openBook(tx, organization.id, now);
  await openMonthsUntil(tx, organization, book, monthOf(now, organization.timeZone));
  return book;
}

/** Opens what is due in a book that the caller already holds. */
export async function openMonthsUntil(
  tx: Transaction,
  organization: Organization,
  book: Book,
  currentMonth: Month,
): Promise<void> {
  const due = dueMonths(book.openedMonth, organization.startsOn, currentMonth);
  if (due.length === 0) return;
  const terms = await termsOf(tx, organization.id);
  const quotas = await loadQuotas(tx, organization.id, due);
  const opened: Occurrence[] = [];
  for (const [month, quota] of quotas) {
    const previous = termsIn(terms, previousMonth(month));
    const at = startOfMonth(month, organization.timeZone);
    openMonth(book, quota, termsIn(terms, month), previous?.initialCarriesOver ?? false, at);
    opened.push(monthOpened(book, quota, organization.currency, at));
  }
  await Promise.all([
    saveQuotas(tx, organization.id, quotas.values()),
    recordOccurrences(tx, organization, opened),
  ]);
  countMonthsOpened(opened.length);
}

function monthOpened(book: Book, quota: MonthQuota, currency: string, at: Date): Occurrence {
  const cause = `month:${quota.month}`;
  const expired = book.transfers.find((transfer) => transfer.cause === cause && transfer.kind === "expiry");
  return {
    type: "month.opened",
    cause,
    occurredAt: at,
    data: {
      month: quota.month,
      currency,
      initial_balance: toDecimal(quota.initialGranted),
      expired: toDecimal(expired?.amount ?? 0n),
      unique_visitors: quota.visitorsPackage,
      conversations: quota.conversationsPackage,
      seats: quota.seats,
    },
  };
}

/**
 * After other terms were agreed on: grants the current month to an organization whose month opened without a package (a
 * package assigned late), and promises anew what the next month will grant, where something was counted for it already.
 * What was granted is never touched.
 */
export async function followTerms(
  tx: Transaction,
  organization: Organization,
  book: Book,
  now: Date,
): Promise<void> {
  const month = book.openedMonth;
  if (month === null) return;
  const terms = await termsOf(tx, organization.id);
  const [current, next] = [...(await loadQuotas(tx, organization.id, [month, nextMonth(month)])).values()];
  const granted = termsIn(terms, month);
  if (current && current.packageId === null && granted) {
    applyGrant(book, current, granted, now, `first_grant:${month}`);
    await saveQuotas(tx, organization.id, [current]);
  }
  const promised = termsIn(terms, nextMonth(month));
  if (next && promised && (next.visitorsUsed > 0 || next.conversationsUsed > 0)) {
    promise(next, promised);
    await saveQuotas(tx, organization.id, [next]);
  }
}

/**
 * After a package of these organizations changed: promises anew what the next month will grant, to those where something
 * was counted for it already, each in its own transaction.
 */
export async function renewPromises(organizationIds: readonly number[]): Promise<void> {
  const promised = await acrossOrganizations((tx) => selectPromised(tx, organizationIds));
  await eachOf(promised, (id) =>
    inOrganization(id, async (tx) => {
      const organization = await readOrganization(tx, id);
      const now = organizationNow(organization.clock);
      const book = await touch(tx, organization, now);
      await followTerms(tx, organization, book, now);
      await saveBook(tx, book);
    }),
  );
}

/**
 * The quotas of any months, for counting into them. A month that has not begun yet (an event a little ahead of the
 * clock) already shows what its package will grant; its money comes when it opens.
 */
export async function quotasFor(
  tx: Transaction,
  organization: Organization,
  book: Book,
  months: readonly Month[],
): Promise<Map<Month, MonthQuota>> {
  const quotas = await loadQuotas(tx, organization.id, months);
  const ahead = months.filter((month) => month > (book.openedMonth ?? "") && month >= organization.startsOn);
  if (ahead.length === 0) return quotas;
  const terms = await termsOf(tx, organization.id);
  for (const month of ahead) {
    const quota = quotas.get(month);
    const grant = termsIn(terms, month);
    if (quota && grant) promise(quota, grant);
  }
  return quotas;
}

function promise(quota: MonthQuota, grant: Terms): void {
  quota.seats = grant.seats;
  quota.visitorsPackage = grant.uniqueVisitors;
  quota.conversationsPackage = grant.conversations;
}

/** Opens the due months of one organization and nothing else. */
export async function openDueMonths(organizationId: number): Promise<void> {
  await inOrganization(organizationId, (tx) => openIn(tx, organizationId));
}

/**
 * Opens the due months of several organizations, each in its own transaction, a few at a time. Those that have none to open
 * are found by one query and left alone.
 */
export async function openDueMonthsOf(organizationIds: readonly number[], now: Date): Promise<void> {
  const wanted = new Set(organizationIds);
  const behind = await acrossOrganizations((tx) => organizationsBehind(tx, now));
  await eachOf(
    behind.filter((id) => wanted.has(id)),
    openDueMonths,
  );
}

/**
 * Opens months for the organizations that nobody touches. Called by the server's timer; one process at a time leads,
 * the others return at once. Who is busy (its ledger is held) opens its month itself and is passed over.
 *
 * @returns how many organizations had a month to open.
 */
export async function openMonthsEverywhere(now: Date): Promise<number> {
  return acrossOrganizations(async (tx) => {
    if (!(await tryLeadership(tx))) return 0;
    const behind = await organizationsBehind(tx, now);
    await eachOf(behind, (id) =>
      inOrganization(id, async (own) => {
        if (await ledgerIsFree(own, id)) await openIn(own, id);
      }),
    );
    return behind.length;
  });
}

/** How many organizations have a month that has begun and is not open yet; for metrics. */
export async function countDueMonths(now: Date): Promise<number> {
  return acrossOrganizations(async (tx) => (await organizationsBehind(tx, now)).length);
}

async function organizationsBehind(tx: Transaction, now: Date): Promise<number[]> {
  const newestMonth = monthOf(now, FIRST_ZONE_ON_EARTH);
  const behind = (await selectOrganizationsBehind(tx, newestMonth)).filter(
    ({ timeZone, openedMonth, startsOn, clock }) =>
      dueMonths(openedMonth, startsOn, monthOf(clock ?? now, timeZone)).length > 0,
  );
  return behind.map(({ id }) => id);
}

const FIRST_ZONE_ON_EARTH = "Pacific/Kiritimati";
const AT_ONCE = 4;

async function openIn(tx: Transaction, organizationId: number): Promise<void> {
  const organization = await readOrganization(tx, organizationId);
  await saveBook(tx, await touch(tx, organization, organizationNow(organization.clock)));
}

async function eachOf(ids: readonly number[], work: (id: number) => Promise<void>): Promise<void> {
  const waiting = [...ids];
  const worker = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await work(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
