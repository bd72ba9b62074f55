import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { writeAudit } from "@/lib/audit/audit";
import { Refusal } from "@/lib/errors";
import { openAccount } from "@/lib/holds/holds";
import { ensureLedger, saveBook } from "@/lib/ledger/ledger";
import type { Book } from "@/lib/ledger/rules";
import type { OrganizationInput } from "@/lib/organizations/input";
import {
  assignPriceBook,
  changeOrganization,
  createOrganization,
  findOrganization,
  lockOrganization,
  type Organization,
  priceBooksOf,
  readOrganization,
} from "@/lib/organizations/organizations";
import { assignFromMonth, termsIn, termsOf } from "@/lib/packages/packages";
import { listPriceBooks } from "@/lib/rating/rating";
import { bookInForce } from "@/lib/rating/rules";
import { organizationNow, systemNow } from "@/lib/time/clock";
import { dayOf, monthOf, nextMonth } from "@/lib/time/period";
import { changePackage, changePriceBook, firstDay, invalid, packageFor, priceBookFor } from "./assignments";
import {
  chargeParked,
  type Outcome,
  onlyOrganization,
  organizationFor,
  type Provisioner,
} from "./provisioning";
import { selectHasTransfers, selectHasUsage } from "./store";

/** An organization's settings as provisioning reads them back. */
export type Provisioned = {
  readonly organization: Organization;
  /** Slug of the package in force in the next month to open; null without one. */
  readonly package: string | null;
  /** Slug of the price book in force today; null without one. */
  readonly priceBook: string | null;
};

const DEFAULT_TIME_ZONE = "Asia/Jakarta";
const DEFAULT_CURRENCY = "IDR";

/**
 * Makes an organization, or changes one. What the input leaves out has its default in a new organization and stays
 * as it is in an existing one; repeating a request changes nothing.
 *
 * A new organization's months are opened at once from the month of `starts_on` on (default: its clock's month). In
 * an existing one another package holds from the next month to open (at once where the current month was granted
 * nothing), another price book from today; messages that waited for a price are then charged.
 *
 * @throws Refusal invalid_input for a package or price book that does not exist or is in another currency;
 * conflict for what can no longer change: the mode, the time zone once something was counted, the currency once
 * money moved, the first month once it was opened; organization_not_found for a key that may see another one only
 */
export async function putOrganization(
  provisioner: Provisioner,
  slug: string,
  input: OrganizationInput,
): Promise<{ outcome: Outcome; provisioned: Provisioned }> {
  const result = await acrossOrganizations(async (tx) => {
    if (onlyOrganization(provisioner) === null) {
      const created = await create(tx, provisioner, slug, input);
      if (created) return { outcome: "created" as const, provisioned: await readProvisioned(tx, created) };
    }
    const { id } = await organizationFor(tx, provisioner, slug);
    const outcome = await change(tx, provisioner, await lockOrganization(tx, id), input);
    return { outcome, provisioned: await readProvisioned(tx, await readOrganization(tx, id)) };
  });
  if (result.outcome === "changed") await chargeParked(result.provisioned.organization.id);
  return result;
}

/** @throws Refusal organization_not_found */
export async function findProvisioned(provisioner: Provisioner, slug: string): Promise<Provisioned> {
  return acrossOrganizations(async (tx) => readProvisioned(tx, await organizationFor(tx, provisioner, slug)));
}

async function create(
  tx: Transaction,
  provisioner: Provisioner,
  slug: string,
  input: OrganizationInput,
): Promise<Organization | undefined> {
  if (await findOrganization(tx, slug)) return undefined;
  const { mode = "live", time_zone: timeZone = DEFAULT_TIME_ZONE, currency = DEFAULT_CURRENCY } = input;
  if (mode === "live" && input.clock) {
    throw invalid("/clock", "Only test organizations have a clock of their own.");
  }
  const clock = mode === "test" ? (input.clock ?? systemNow()) : null;
  const now = organizationNow(clock);
  const startsOn = input.starts_on?.slice(0, 7) ?? monthOf(now, timeZone);
  const bought = input.package ? await packageFor(tx, input.package, currency) : undefined;
  const priceBook = input.price_book ? await priceBookFor(tx, input.price_book, currency) : undefined;

  const organization = await createOrganization(tx, {
    slug,
    name: input.name,
    timeZone,
    currency,
    mode,
    clock,
    startsOn,
    authenticationInternational: input.authentication_international ?? false,
  });
  if (!organization) return undefined;
  await ensureLedger(tx, organization.id);
  if (bought) await assignFromMonth(tx, organization.id, startsOn, bought.id);
  if (priceBook) await assignPriceBook(tx, organization.id, firstDay(organization, now), priceBook.id);
  await saveBook(tx, await openAccount(tx, organization, now));
  await writeAudit(tx, {
    actor: provisioner.actor,
    organizationId: organization.id,
    action: "organization.created",
    subject: `organization:${slug}`,
    after: { ...audited(organization), package: input.package, price_book: input.price_book },
  });
  return organization;
}

async function change(
  tx: Transaction,
  provisioner: Provisioner,
  before: Organization,
  input: OrganizationInput,
): Promise<Outcome> {
  const now = organizationNow(before.clock);
  const book = await openAccount(tx, before, now);
  const settings = await allowedChanges(tx, before, input, book);
  await changeOrganization(tx, before.id, settings);
  const after = { ...before, ...settings };
  const packageChange = await changePackage(tx, before, after, input.package ?? null, book, now);
  const priceBookChange = await changePriceBook(tx, before, after, input.price_book ?? null, now);
  await saveBook(tx, book);
  if (Object.keys(settings).length === 0 && !packageChange && !priceBookChange) return "unchanged";
  await writeAudit(tx, {
    actor: provisioner.actor,
    organizationId: before.id,
    action: "organization.changed",
    subject: `organization:${before.slug}`,
    before: audited(before),
    after: { ...audited(after), ...packageChange, ...priceBookChange },
  });
  return "changed";
}

/** What the input changes in the organization's own settings, once it is known to be allowed. */
async function allowedChanges(
  tx: Transaction,
  before: Organization,
  input: OrganizationInput,
  book: Book,
): Promise<Partial<Organization>> {
  const wanted = {
    name: input.name,
    timeZone: input.time_zone ?? before.timeZone,
    currency: input.currency ?? before.currency,
    startsOn: input.starts_on?.slice(0, 7) ?? before.startsOn,
    authenticationInternational: input.authentication_international ?? before.authenticationInternational,
  };
  if (input.mode && input.mode !== before.mode) {
    throw fixed("/mode", `This is a ${before.mode} organization and stays one.`);
  }
  if (wanted.timeZone !== before.timeZone && (await selectHasUsage(tx, before.id))) {
    throw fixed("/time_zone", "The time zone can no longer change: messages were counted in its days.");
  }
  const moneyMoved = book.transfers.length > 0 || (await selectHasTransfers(tx, before.id));
  if (wanted.currency !== before.currency && moneyMoved) {
    throw fixed("/currency", "The currency can no longer change: the ledger is kept in it.");
  }
  if (wanted.startsOn !== before.startsOn && book.openedMonth !== null) {
    throw fixed("/starts_on", "The first month can no longer change: it was opened.");
  }
  const changed = Object.entries(wanted).filter(
    ([key, value]) => before[key as keyof typeof wanted] !== value,
  );
  return Object.fromEntries(changed);
}

async function readProvisioned(tx: Transaction, organization: Organization): Promise<Provisioned> {
  const now = organizationNow(organization.clock);
  const [terms, assignments, books] = await Promise.all([
    termsOf(tx, organization.id),
    priceBooksOf(tx, organization.id),
    listPriceBooks(tx),
  ]);
  const month = monthOf(now, organization.timeZone);
  const next = month < organization.startsOn ? organization.startsOn : nextMonth(month);
  const bookId = bookInForce(assignments, dayOf(now, organization.timeZone))?.priceBookId;
  return {
    organization,
    package: termsIn(terms, next)?.packageSlug ?? null,
    priceBook: books.find(({ id }) => id === bookId)?.slug ?? null,
  };
}

function audited({ name, timeZone, currency, mode, startsOn, authenticationInternational }: Organization) {
  return {
    name,
    time_zone: timeZone,
    currency,
    mode,
    starts_on: startsOn,
    authentication_international: authenticationInternational,
  };
}

function fixed(pointer: string, detail: string): Refusal {
  return new Refusal("conflict", detail, { errors: [{ pointer, detail }] });
}
