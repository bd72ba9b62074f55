import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { writeAudit } from "@/lib/audit/audit";
import { type MachineScope, type StaffScope, systemScope } from "@/lib/auth/scope";
import { Refusal } from "@/lib/errors";
import { retryWaitingFor } from "@/lib/inbox/inbox";
import { chargeUnpriced } from "@/lib/metering/metering";
import { openDueMonthsOf, renewPromises } from "@/lib/months/months";
import {
  type BusinessNumber,
  changeOrganization,
  claimNumber,
  findOrganization,
  lockOrganization,
  type Organization,
  releaseNumber,
} from "@/lib/organizations/organizations";
import {
  findPackage,
  isSamePackage,
  organizationsOnPackage,
  type Package,
  type PackageFacts,
  writePackage,
} from "@/lib/packages/packages";
import { type Publication, publishVersion } from "@/lib/rating/rating";
import { systemNow } from "@/lib/time/clock";
import { selectOrganizationsWithParked, selectParked, selectWaitingForPrices } from "./store";

/** Who provisions: staff in the back office, or a machine with the admin scope (the platform's, or one organization's). */
export type Provisioner = StaffScope<"back_office:write"> | MachineScope<"admin">;

/** Whether a PUT made something, changed it, or found it as asked for. */
export type Outcome = "created" | "changed" | "unchanged";

/**
 * Makes or changes a package (A2). A change reaches only months that open after it: every month that is due for
 * the package's organizations is opened first, under the old terms. A month that is only promised (something was counted
 * for it minutes ahead) is promised anew: nothing of it is granted yet.
 *
 * @throws Refusal conflict when the currency would change while organizations have the package; forbidden for the
 * key of one organization
 */
export async function putPackage(provisioner: Provisioner, facts: PackageFacts): Promise<Outcome> {
  refuseSingleOrganization(provisioner, "Packages");
  const known = await acrossOrganizations(async (tx) => {
    const found = await findPackage(tx, facts.slug);
    if (!found) return undefined;
    return { found, organizations: await organizationsOnPackage(tx, found.id) };
  });
  if (known && isSamePackage(known.found, facts)) return "unchanged";
  if (known && known.organizations.length > 0 && known.found.currency !== facts.currency) {
    throw new Refusal("conflict", "Organizations have this package: its currency can no longer change.");
  }
  if (known) await openDueMonthsOf(known.organizations, systemNow());
  const outcome = await acrossOrganizations(async (tx): Promise<Outcome> => {
    const before = await writePackage(tx, facts);
    if (before && isSamePackage(before, facts)) return "unchanged";
    await writeAudit(tx, {
      actor: provisioner.actor,
      organizationId: null,
      action: before ? "package.changed" : "package.created",
      subject: `package:${facts.slug}`,
      before: before ? auditedPackage(before) : null,
      after: auditedPackage(facts),
    });
    return before ? "changed" : "created";
  });
  if (known) await renewPromises(known.organizations);
  return outcome;
}

/**
 * Publishes a version of a price book and writes it down in the audit log (A3). Messages that waited for a price of
 * the book are charged before this returns; publishing the same again tries that again.
 *
 * @throws Refusal as `publishVersion`
 */
export async function putPriceVersion(provisioner: Provisioner, publication: Publication): Promise<Outcome> {
  const { outcome, waiting } = await acrossOrganizations(async (tx) => {
    const published = await publishVersion(tx, provisioner, publication);
    if (published.outcome !== "unchanged") await auditPublication(tx, provisioner, publication, published);
    return { ...published, waiting: await selectWaitingForPrices(tx, published.bookId) };
  });
  for (const organizationId of waiting) await chargeParked(organizationId);
  if (outcome === "replaced" || outcome === "extended") return "changed";
  return outcome;
}

/** Charges what the organization's messages wait for a price for, as far as there is one now. @returns how many. */
export async function chargeParked(organizationId: number): Promise<number> {
  return chargeUnpriced(systemScope("provisioning", organizationId, "events:write"));
}

/**
 * Does so for every organization. Called by the server's timer: a message may have been parked while a price for it was
 * being published.
 *
 * @returns how many messages were charged
 */
export async function chargeParkedEverywhere(): Promise<number> {
  let charged = 0;
  for (const organizationId of await acrossOrganizations(selectOrganizationsWithParked)) {
    charged += await chargeParked(organizationId);
  }
  return charged;
}

/** Messages that wait for a price: how many of a category in a market, and why they have none. */
export type ParkedMessages = Awaited<ReturnType<typeof selectParked>>[number];

const MOST_PARKED = 1_000;

/**
 * What waits for a price, most messages first: in all organizations, in the one that the key may see, or in the one
 * asked for.
 */
export async function listParked(
  reader: StaffScope<"back_office:read"> | MachineScope<"admin">,
  organizationId: number | null = null,
): Promise<ParkedMessages[]> {
  const only = ("onlyOrganizationId" in reader ? reader.onlyOrganizationId : null) ?? organizationId;
  return acrossOrganizations((tx) => selectParked(tx, only, MOST_PARKED));
}

async function auditPublication(
  tx: Transaction,
  { actor }: Provisioner,
  { slug, effectiveFrom, currency, scheme, prices }: Publication,
  { outcome }: { readonly outcome: string },
): Promise<void> {
  await writeAudit(tx, {
    actor,
    organizationId: null,
    action: `price_version.${outcome}`,
    subject: `price_book:${slug}`,
    after: { effective_from: effectiveFrom, currency, scheme, prices: prices.length },
  });
}

/**
 * Gives a WhatsApp business number to an organization. Asking again is harmless. Webhook bodies that waited for the
 * number are processed before this returns; what fails of them the inbox tries again.
 *
 * @throws Refusal conflict when it is another organization's; organization_not_found
 */
export async function addNumber(
  provisioner: Provisioner,
  slug: string,
  number: BusinessNumber,
): Promise<Outcome> {
  const outcome = await acrossOrganizations(async (tx) => {
    const organization = await organizationFor(tx, provisioner, slug);
    const claim = await claimNumber(tx, organization.id, number);
    if (claim === "taken") {
      throw new Refusal("conflict", "This number belongs to another organization.");
    }
    if (claim === "unchanged") return "unchanged";
    await writeAudit(tx, {
      actor: provisioner.actor,
      organizationId: organization.id,
      action: `number.${claim}`,
      subject: `number:${number.phoneNumberId}`,
      after: { display_phone_number: number.displayPhoneNumber },
    });
    return claim === "added" ? "created" : "changed";
  });
  await retryWaitingFor(number.phoneNumberId);
  return outcome;
}

/**
 * Takes a WhatsApp business number away from an organization, for example to give it to another. What was counted stays;
 * what Meta tells of the number from now on waits in the inbox until somebody has it.
 *
 * @throws Refusal not_found when the organization has no such number; organization_not_found
 */
export async function removeNumber(
  provisioner: Provisioner,
  slug: string,
  phoneNumberId: string,
): Promise<void> {
  await acrossOrganizations(async (tx) => {
    const organization = await organizationFor(tx, provisioner, slug);
    const number = await releaseNumber(tx, organization.id, phoneNumberId);
    if (!number) throw new Refusal("not_found", "This organization has no such number.");
    await writeAudit(tx, {
      actor: provisioner.actor,
      organizationId: organization.id,
      action: "number.removed",
      subject: `number:${phoneNumberId}`,
      before: { display_phone_number: number.displayPhoneNumber },
    });
  });
}

/**
 * Suspends an organization or ends its suspension (A1). What happens to messages and holds meanwhile is theirs to
 * decide; months go on.
 *
 * @throws Refusal organization_not_found
 */
export async function suspendOrganization(
  provisioner: Provisioner,
  slug: string,
  suspended: boolean,
): Promise<Outcome> {
  return acrossOrganizations(async (tx) => {
    const found = await organizationFor(tx, provisioner, slug);
    const organization = await lockOrganization(tx, found.id);
    if ((organization.suspendedAt !== null) === suspended) return "unchanged";
    await changeOrganization(tx, organization.id, { suspendedAt: suspended ? systemNow() : null });
    await writeAudit(tx, {
      actor: provisioner.actor,
      organizationId: organization.id,
      action: suspended ? "organization.suspended" : "organization.resumed",
      subject: `organization:${slug}`,
    });
    return "changed";
  });
}

/**
 * The organization of a slug, if the provisioner may touch it.
 *
 * @throws Refusal organization_not_found for one that does not exist and, in the same words, for one that the key
 * may not see
 */
export async function organizationFor(
  tx: Transaction,
  provisioner: Provisioner,
  slug: string,
): Promise<Organization> {
  const organization = await findOrganization(tx, slug);
  const only = onlyOrganization(provisioner);
  if (!organization || (only !== null && only !== organization.id)) throw organizationUnknown(slug);
  return organization;
}

/** The one organization that the provisioner may touch; null: all. */
export function onlyOrganization(provisioner: Provisioner): number | null {
  return "onlyOrganizationId" in provisioner ? provisioner.onlyOrganizationId : null;
}

function organizationUnknown(slug: string): Refusal {
  return new Refusal("organization_not_found", `There is no organization "${slug}" for this key.`);
}

function refuseSingleOrganization(provisioner: Provisioner, what: string): void {
  if (onlyOrganization(provisioner) !== null) {
    throw new Refusal("forbidden", `${what} belong to the platform: use the platform's key.`);
  }
}

function auditedPackage({ name, seats, uniqueVisitors, conversations, ...rest }: PackageFacts | Package) {
  return {
    name,
    seats,
    unique_visitors: uniqueVisitors,
    conversations,
    initial_balance: rest.initialBalance,
    currency: rest.currency,
    initial_carries_over: rest.initialCarriesOver,
  };
}
