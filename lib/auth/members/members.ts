import "server-only";
import { acrossOrganizations, inOrganization, type Transaction } from "@/db/client";
import type { Role } from "@/db/schema/access";
import { writeAudit } from "@/lib/audit/audit";
import { Refusal } from "@/lib/errors";
import { findOrganizations } from "@/lib/organizations/organizations";
import { EVERY_ROLE, type Permission, type ReadPermission } from "../permissions";
import { leavesNoOwner } from "../rules";
import { mintScope, type Scope, type StaffScope } from "../scope";
import { revokeSessions } from "../session";
import {
  countMembers,
  deleteMembership,
  insertMembership,
  lockOwners,
  selectMembers,
  selectNamesByRole,
  selectPeopleByRole,
  selectRole,
  updateRole,
} from "./store";

export type Member = Awaited<ReturnType<typeof selectMembers>>[number];

/** Roles that take a seat of the package (U3). */
const SEATED: Role[] = ["agent", "supervisor"];
/** Roles that may let others in. */
const IN_CHARGE: Role[] = ["owner", "admin"];

/** Everyone in the organization, by name. */
export async function members(scope: Scope<"members:manage">): Promise<Member[]> {
  return inOrganization(scope.organizationId, (tx) => selectMembers(tx, scope.organizationId));
}

/** How many seats of the package are taken: members with the role agent or supervisor (U3). */
export async function seatsTaken(tx: Transaction, organizationId: number): Promise<number> {
  return countMembers(tx, organizationId, SEATED);
}

/** The names of who may let others in: whom the page that says "no access" tells to ask. */
export async function namesInCharge(scope: Scope<"organization:read">): Promise<string[]> {
  return inOrganization(scope.organizationId, (tx) => selectNamesByRole(tx, scope.organizationId, IN_CHARGE));
}

/** Whom to write to about an organization's money: its owners and admins, with their languages. */
export type PersonInCharge = Awaited<ReturnType<typeof selectPeopleByRole>>[number];

/** The owners and admins of an organization, for mails. */
export async function peopleInCharge(tx: Transaction, organizationId: number): Promise<PersonInCharge[]> {
  return selectPeopleByRole(tx, organizationId, IN_CHARGE);
}

/** Everyone in an organization who can log in, for mails. */
export async function peopleOf(tx: Transaction, organizationId: number): Promise<PersonInCharge[]> {
  return selectPeopleByRole(tx, organizationId, [...EVERY_ROLE]);
}

/**
 * Makes somebody a member.
 *
 * @throws Refusal already_exists when they are one.
 */
export async function addMember(scope: Scope<"members:manage">, userId: number, role: Role): Promise<void> {
  await inOrganization(scope.organizationId, (tx) => admit(tx, scope, userId, role));
}

/** As `addMember`, in the transaction of what let them in. */
export async function admit(
  tx: Transaction,
  { organizationId, actor }: Pick<Scope, "organizationId" | "actor">,
  userId: number,
  role: Role,
): Promise<void> {
  if (!(await insertMembership(tx, organizationId, userId, role))) {
    throw new Refusal("already_exists", "This person is a member already.");
  }
  await writeAudit(tx, {
    actor,
    organizationId,
    action: "member.added",
    subject: `user:${userId}`,
    after: { role },
  });
}

/**
 * Gives a member another role; it counts from their next request on.
 *
 * @throws Refusal not_found for who is no member; conflict when nobody would be left as owner.
 */
export async function changeRole(scope: Scope<"members:manage">, userId: number, role: Role): Promise<void> {
  const { organizationId, actor } = scope;
  await inOrganization(organizationId, async (tx) => {
    const before = await roleUnlessLastOwner(tx, organizationId, userId, role);
    if (before === role) return;
    await updateRole(tx, organizationId, userId, role);
    await writeAudit(tx, {
      actor,
      organizationId,
      action: "member.role_changed",
      subject: `user:${userId}`,
      before: { role: before },
      after: { role },
    });
  });
}

/**
 * Takes somebody out of the organization and ends all their log-ins at once (P1).
 *
 * @throws Refusal not_found for who is no member; conflict for the last owner.
 */
export async function removeMember(scope: Scope<"members:manage">, userId: number): Promise<void> {
  await dismiss(scope, userId, "member.removed");
}

/**
 * Leaves the organization. Anyone may, and must log in again.
 *
 * @throws Refusal conflict for the last owner.
 */
export async function leaveOrganization(scope: Scope<"organization:read">): Promise<void> {
  if (scope.actor.kind !== "user") throw new Refusal("forbidden", "Only a member can leave.");
  await dismiss(scope, scope.actor.userId, "member.left");
}

/**
 * What one of the vendor's staff may look at in one organization.
 *
 * @throws Refusal organization_not_found.
 */
export async function lookInto<P extends ReadPermission>(
  staff: StaffScope<"back_office:read">,
  slug: string,
  ...permissions: P[]
): Promise<Scope<P>> {
  return mintScope(await organizationIdOf(slug), staff.actor, permissions);
}

/**
 * What one of the vendor's staff may do for one organization: everything.
 *
 * @throws Refusal organization_not_found.
 */
export async function actFor<P extends Permission>(
  staff: StaffScope<"back_office:write">,
  slug: string,
  ...permissions: P[]
): Promise<Scope<P>> {
  return mintScope(await organizationIdOf(slug), staff.actor, permissions);
}

async function organizationIdOf(slug: string): Promise<number> {
  const found = await acrossOrganizations((tx) => findOrganizations(tx, [slug]));
  const organization = found.get(slug);
  if (!organization) throw new Refusal("organization_not_found", "There is no such organization.");
  return organization.id;
}

async function dismiss(
  { organizationId, actor }: Pick<Scope, "organizationId" | "actor">,
  userId: number,
  action: "member.removed" | "member.left",
): Promise<void> {
  await inOrganization(organizationId, async (tx) => {
    const role = await roleUnlessLastOwner(tx, organizationId, userId, null);
    await deleteMembership(tx, organizationId, userId);
    await revokeSessions(tx, userId);
    await writeAudit(tx, { actor, organizationId, action, subject: `user:${userId}`, before: { role } });
  });
}

async function roleUnlessLastOwner(
  tx: Transaction,
  organizationId: number,
  userId: number,
  newRole: Role | null,
): Promise<Role> {
  const owners = await lockOwners(tx, organizationId);
  const role = await selectRole(tx, organizationId, userId);
  if (!role) throw new Refusal("not_found", "This person is not a member.");
  if (leavesNoOwner(owners, userId, newRole)) {
    throw new Refusal(
      "conflict",
      "An organization keeps at least one owner. Make somebody else owner first.",
    );
  }
  return role;
}
