import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { writeAudit } from "@/lib/audit/audit";
import { Refusal } from "@/lib/errors";
import { openAccount } from "@/lib/holds/holds";
import { saveBook } from "@/lib/ledger/ledger";
import type { Book } from "@/lib/ledger/rules";
import { followTerms } from "@/lib/months/months";
import {
  assignPriceBook,
  lockOrganization,
  type Organization,
  priceBooksOf,
  unassignPriceBooks,
} from "@/lib/organizations/organizations";
import {
  assignFromMonth,
  findPackage,
  NO_OVERRIDES,
  type Overrides,
  type Package,
  type Terms,
  termsIn,
  termsOf,
  unassignAll,
} from "@/lib/packages/packages";
import { type BookName, findPriceBook, listPriceBooks } from "@/lib/rating/rating";
import { bookInForce } from "@/lib/rating/rules";
import { organizationNow } from "@/lib/time/clock";
import { type Day, dayOf, type Month, nextMonth } from "@/lib/time/period";
import type { AssignmentInput } from "./input";
import { chargeParked, organizationFor, type Provisioner } from "./provisioning";
import { selectHasUsage } from "./store";

/**
 * Gives an organization a package from a month on, with what was agreed for it alone (A2).
 *
 * @throws Refusal conflict for a month that was granted already; invalid_input as `putOrganization`;
 * organization_not_found
 */
export async function assignPackage(
  provisioner: Provisioner,
  slug: string,
  fromMonth: Month,
  input: AssignmentInput,
): Promise<void> {
  const overrides: Overrides = {
    seats: input.seats ?? null,
    uniqueVisitors: input.unique_visitors ?? null,
    conversations: input.conversations ?? null,
    initialBalance: input.initial_balance ?? null,
  };
  await acrossOrganizations(async (tx) => {
    const { id } = await organizationFor(tx, provisioner, slug);
    const organization = await lockOrganization(tx, id);
    const bought = await packageFor(tx, input.package, organization.currency);
    const now = organizationNow(organization.clock);
    const book = await openAccount(tx, organization, now);
    const first = await firstOpenMonth(tx, organization, book);
    if (fromMonth < first) {
      throw new Refusal(
        "conflict",
        `What ${fromMonth} was granted is not touched any more; the package can change from ${first} on.`,
      );
    }
    const current = termsIn(await termsOf(tx, id), fromMonth);
    await assignFromMonth(tx, id, fromMonth, bought.id, overrides);
    await followTerms(tx, organization, book, now);
    await saveBook(tx, book);
    await writeAudit(tx, {
      actor: provisioner.actor,
      organizationId: id,
      action: "package.assigned",
      subject: `organization:${slug}`,
      before: current ? audited(current) : null,
      after: audited({ packageSlug: input.package, fromMonth, overrides }),
    });
  });
}

/** What the audit log keeps of an assignment: which package from when, and what was agreed apart from it. */
function audited({
  packageSlug,
  fromMonth,
  overrides,
}: Pick<Terms, "packageSlug" | "fromMonth" | "overrides">) {
  return {
    package: packageSlug,
    from_month: fromMonth,
    seats: overrides.seats,
    unique_visitors: overrides.uniqueVisitors,
    conversations: overrides.conversations,
    initial_balance: overrides.initialBalance,
  };
}

/**
 * Gives an organization a price book from a day on (A1). Messages that waited for a price are charged if they have
 * one now.
 *
 * @throws Refusal conflict for a day that is over: messages were priced by the book of that day; invalid_input as
 * `putOrganization`; organization_not_found
 */
export async function assignBook(
  provisioner: Provisioner,
  slug: string,
  fromDay: Day,
  priceBookSlug: string,
): Promise<void> {
  const organizationId = await acrossOrganizations(async (tx) => {
    const { id } = await organizationFor(tx, provisioner, slug);
    const organization = await lockOrganization(tx, id);
    const priceBook = await priceBookFor(tx, priceBookSlug, organization.currency);
    const today = dayOf(organizationNow(organization.clock), organization.timeZone);
    if (fromDay < today) {
      throw new Refusal(
        "conflict",
        `The price book can change from ${today} on, not for days that are over.`,
      );
    }
    const current = bookInForce(await priceBooksOf(tx, id), fromDay);
    const before = (await listPriceBooks(tx)).find((one) => one.id === current?.priceBookId);
    await assignPriceBook(tx, id, fromDay, priceBook.id);
    await writeAudit(tx, {
      actor: provisioner.actor,
      organizationId: id,
      action: "price_book.assigned",
      subject: `organization:${slug}`,
      before: current && before ? { price_book: before.slug, from_day: current.fromDay } : null,
      after: { price_book: priceBookSlug, from_day: fromDay },
    });
    return id;
  });
  await chargeParked(organizationId);
}

/**
 * Another package from the first month that was not granted yet; null when nothing changes. Moves what was assigned
 * along with the organization's first month.
 *
 * @throws Refusal invalid_input
 */
export async function changePackage(
  tx: Transaction,
  before: Organization,
  after: Organization,
  wanted: string | null,
  book: Book,
  now: Date,
): Promise<{ package: string; from_month: Month } | null> {
  const terms = await termsOf(tx, before.id);
  const first = await firstOpenMonth(tx, after, book);
  const current = termsIn(terms, laterMonth(before.startsOn, first));
  const moved = after.startsOn !== before.startsOn || after.currency !== before.currency;
  const packageSlug = wanted ?? (moved ? (current?.packageSlug ?? null) : null);
  if (packageSlug === null || (!moved && current?.packageSlug === packageSlug)) return null;
  const bought = await packageFor(tx, packageSlug, after.currency);
  if (book.openedMonth === null) await unassignAll(tx, after.id);
  const overrides = current?.packageSlug === packageSlug ? current.overrides : NO_OVERRIDES;
  await assignFromMonth(tx, after.id, first, bought.id, overrides);
  await followTerms(tx, after, book, now);
  return { package: packageSlug, from_month: first };
}

/**
 * Another price book from today, or from the start where nothing was counted yet; null when nothing changes.
 *
 * @throws Refusal invalid_input
 */
export async function changePriceBook(
  tx: Transaction,
  before: Organization,
  after: Organization,
  wanted: string | null,
  now: Date,
): Promise<{ price_book: string; from_day: Day } | null> {
  const today = dayOf(now, after.timeZone);
  const assignments = await priceBooksOf(tx, before.id);
  const currentId = bookInForce(assignments, today)?.priceBookId;
  const current = (await listPriceBooks(tx)).find(({ id }) => id === currentId);
  const priceBookSlug = wanted ?? current?.slug ?? null;
  if (priceBookSlug === null) return null;
  const priceBook = await priceBookFor(tx, priceBookSlug, after.currency);
  if (priceBook.id === currentId) return null;
  const unused = assignments.length > 0 && !(await selectHasUsage(tx, after.id));
  if (unused) await unassignPriceBooks(tx, after.id);
  const fromDay = unused || assignments.length === 0 ? firstDay(after, now) : today;
  await assignPriceBook(tx, after.id, fromDay, priceBook.id);
  return { price_book: priceBookSlug, from_day: fromDay };
}

/** Prices hold from the first day of the first month, or from today where that is earlier. */
export function firstDay(organization: Organization, now: Date): Day {
  const today = dayOf(now, organization.timeZone);
  const start = `${organization.startsOn}-01`;
  return today < start ? today : start;
}

/** @throws Refusal invalid_input when there is none, or in another currency */
export async function packageFor(tx: Transaction, slug: string, currency: string): Promise<Package> {
  const found = await findPackage(tx, slug);
  if (!found) throw invalid("/package", `There is no package "${slug}".`);
  if (found.currency !== currency) {
    throw invalid(
      "/package",
      `The package ${slug} is in ${found.currency}, the organization in ${currency}.`,
    );
  }
  return found;
}

/** @throws Refusal invalid_input when there is none, or in another currency */
export async function priceBookFor(tx: Transaction, slug: string, currency: string): Promise<BookName> {
  const found = await findPriceBook(tx, slug);
  if (!found) throw invalid("/price_book", `There is no price book "${slug}".`);
  if (found.currency !== currency) {
    throw invalid(
      "/price_book",
      `The price book ${slug} is in ${found.currency}, the organization in ${currency}.`,
    );
  }
  return found;
}

/** A refusal of one field of the request. */
export function invalid(pointer: string, detail: string): Refusal {
  return new Refusal("invalid_input", detail, { errors: [{ pointer, detail }] });
}

/** The first month whose grants are not given yet: what a change of package can reach. */
async function firstOpenMonth(tx: Transaction, organization: Organization, book: Book): Promise<Month> {
  const opened = book.openedMonth;
  if (opened === null) return organization.startsOn;
  const granted = termsIn(await termsOf(tx, organization.id), opened);
  return granted ? nextMonth(opened) : opened;
}

function laterMonth(a: Month, b: Month): Month {
  return a > b ? a : b;
}
