import "server-only";
import { acrossOrganizations } from "@/db/client";
import type { StaffScope } from "@/lib/auth/scope";
import {
  type BusinessNumber,
  findOrganization,
  numbersOf,
  type Organization,
  priceBooksOf,
} from "@/lib/organizations/organizations";
import { type Terms, termsOf } from "@/lib/packages/packages";
import { listPriceBooks } from "@/lib/rating/rating";
import { bookInForce } from "@/lib/rating/rules";
import { organizationNow, systemNow } from "@/lib/time/clock";
import { type Day, dayOf, type Month, monthOf } from "@/lib/time/period";
import {
  type OrganizationCursor,
  type OrganizationRow,
  type OrganizationState,
  selectKeysOf,
  selectMembersOf,
  selectOpenInvitationsOf,
  selectOrganizations,
} from "./store";

export type { OrganizationRow, OrganizationState } from "./store";

/** A page of organizations by name; `next` is where the following page starts, null on the last one. */
export type OrganizationPage = {
  readonly rows: readonly OrganizationRow[];
  readonly next: OrganizationCursor | null;
};

/**
 * Organizations with what they have left and what they used this month (A1). Balances are as they were last booked: a
 * month that has just begun and that nobody has touched yet shows after its opening.
 */
export async function listOrganizations(
  _scope: StaffScope<"back_office:read">,
  filter: { readonly search: string | null; readonly state: OrganizationState },
  after: OrganizationCursor | null,
  limit: number,
): Promise<OrganizationPage> {
  const found = await acrossOrganizations((tx) =>
    selectOrganizations(tx, { ...filter, now: systemNow() }, after, limit + 1),
  );
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: found.length > limit && last ? { name: last.sortName, id: last.id } : null };
}

/** Which price book an organization uses from a day on. */
export type BookPeriod = {
  readonly fromDay: Day;
  readonly slug: string;
  readonly name: string;
  readonly inForce: boolean;
};

/** What staff see of one organization besides its balance. */
export type OrganizationFile = {
  readonly organization: Organization;
  readonly today: Day;
  readonly month: Month;
  readonly numbers: readonly BusinessNumber[];
  /** Oldest first. */
  readonly terms: readonly Terms[];
  /** Oldest first. */
  readonly books: readonly BookPeriod[];
};

/** Everything agreed with one organization (A1, A2). Null when there is none of that slug. */
export async function readOrganizationFile(
  _scope: StaffScope<"back_office:read">,
  slug: string,
): Promise<OrganizationFile | null> {
  return acrossOrganizations(async (tx) => {
    const organization = await findOrganization(tx, slug);
    if (!organization) return null;
    const now = organizationNow(organization.clock);
    const today = dayOf(now, organization.timeZone);
    const [numbers, terms, assignments, books] = await Promise.all([
      numbersOf(tx, organization.id),
      termsOf(tx, organization.id),
      priceBooksOf(tx, organization.id),
      listPriceBooks(tx),
    ]);
    const current = bookInForce(assignments, today);
    return {
      organization,
      today,
      month: monthOf(now, organization.timeZone),
      numbers,
      terms,
      books: assignments.map(({ fromDay, priceBookId }) => {
        const book = books.find(({ id }) => id === priceBookId);
        return {
          fromDay,
          slug: book?.slug ?? "",
          name: book?.name ?? "",
          inForce: current?.fromDay === fromDay,
        };
      }),
    };
  });
}

/** Who can get into an organization: people, invitations that are open, and keys. */
export type Access = {
  readonly members: Awaited<ReturnType<typeof selectMembersOf>>;
  readonly invitations: Awaited<ReturnType<typeof selectOpenInvitationsOf>>;
  readonly keys: Awaited<ReturnType<typeof selectKeysOf>>;
};

/** For staff to look at: with it nothing can be changed. Null when there is no organization of that slug. */
export async function readAccess(
  _scope: StaffScope<"back_office:read">,
  slug: string,
): Promise<Access | null> {
  return acrossOrganizations(async (tx) => {
    const organization = await findOrganization(tx, slug);
    if (!organization) return null;
    const [members, invitations, keys] = await Promise.all([
      selectMembersOf(tx, organization.id),
      selectOpenInvitationsOf(tx, organization.id),
      selectKeysOf(tx, organization.id),
    ]);
    return { members, invitations, keys };
  });
}
