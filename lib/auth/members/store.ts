import { and, asc, desc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { invitations, memberships, type Role, users } from "@/db/schema/access";
import { organizations } from "@/db/schema/organizations";

export async function selectMembers(tx: Transaction, organizationId: number) {
  return tx
    .select({
      userId: users.id,
      name: users.name,
      email: users.email,
      role: memberships.role,
      since: memberships.createdAt,
      hasSecondFactor: sql<boolean>`${users.totpSecret} is not null`,
    })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(eq(memberships.organizationId, organizationId))
    .orderBy(asc(users.name), asc(users.id));
}

/** Held until the transaction ends, so that two owners cannot remove each other at once. */
export async function lockOwners(tx: Transaction, organizationId: number): Promise<number[]> {
  const rows = await tx
    .select({ userId: memberships.userId })
    .from(memberships)
    .where(and(eq(memberships.organizationId, organizationId), eq(memberships.role, "owner")))
    .orderBy(asc(memberships.userId))
    .for("update");
  return rows.map(({ userId }) => userId);
}

export async function selectRole(tx: Transaction, organizationId: number, userId: number) {
  const [row] = await tx
    .select({ role: memberships.role })
    .from(memberships)
    .where(and(eq(memberships.organizationId, organizationId), eq(memberships.userId, userId)));
  return row?.role;
}

/** @returns false when the user is a member already. */
export async function insertMembership(tx: Transaction, organizationId: number, userId: number, role: Role) {
  const rows = await tx
    .insert(memberships)
    .values({ organizationId, userId, role })
    .onConflictDoNothing()
    .returning({ userId: memberships.userId });
  return rows.length === 1;
}

export async function updateRole(tx: Transaction, organizationId: number, userId: number, role: Role) {
  await tx
    .update(memberships)
    .set({ role })
    .where(and(eq(memberships.organizationId, organizationId), eq(memberships.userId, userId)));
}

export async function deleteMembership(tx: Transaction, organizationId: number, userId: number) {
  await tx
    .delete(memberships)
    .where(and(eq(memberships.organizationId, organizationId), eq(memberships.userId, userId)));
}

export async function countMembers(tx: Transaction, organizationId: number, roles: Role[]): Promise<number> {
  const [row] = await tx
    .select({ members: sql`count(*)`.mapWith(Number) })
    .from(memberships)
    .where(and(eq(memberships.organizationId, organizationId), inArray(memberships.role, roles)));
  return row?.members ?? 0;
}

export async function selectNamesByRole(tx: Transaction, organizationId: number, roles: Role[]) {
  const rows = await tx
    .select({ name: users.name })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(and(eq(memberships.organizationId, organizationId), inArray(memberships.role, roles)))
    .orderBy(asc(users.name));
  return rows.map(({ name }) => name);
}

/** With their addresses, for mails; locked accounts get none. */
export async function selectPeopleByRole(tx: Transaction, organizationId: number, roles: Role[]) {
  return tx
    .select({
      userId: users.id,
      name: users.name,
      email: users.email,
      locale: users.locale,
      role: memberships.role,
    })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(
      and(
        eq(memberships.organizationId, organizationId),
        inArray(memberships.role, roles),
        isNull(users.lockedAt),
      ),
    )
    .orderBy(asc(users.id));
}

// Invitations

const isOpen = and(
  isNull(invitations.acceptedAt),
  isNull(invitations.revokedAt),
  gt(invitations.expiresAt, sql`now()`),
);

export async function insertInvitation(
  tx: Transaction,
  row: Omit<typeof invitations.$inferInsert, "expiresAt">,
  seconds: number,
) {
  const [inserted] = await tx
    .insert(invitations)
    .values({ ...row, expiresAt: sql`now() + make_interval(secs => ${seconds})` })
    .returning({ id: invitations.id, expiresAt: invitations.expiresAt });
  return inserted;
}

export async function selectOpenInvitations(tx: Transaction, organizationId: number) {
  return tx
    .select({
      id: invitations.id,
      email: invitations.email,
      role: invitations.role,
      invitedBy: invitations.invitedBy,
      createdAt: invitations.createdAt,
      expiresAt: invitations.expiresAt,
    })
    .from(invitations)
    .where(and(eq(invitations.organizationId, organizationId), isOpen))
    .orderBy(desc(invitations.createdAt), desc(invitations.id));
}

/** The open invitation behind a link, held until the transaction ends so that it is accepted once. */
export async function lockInvitation(tx: Transaction, tokenHash: string) {
  const [row] = await tx
    .select({
      id: invitations.id,
      organizationId: invitations.organizationId,
      slug: organizations.slug,
      organizationName: organizations.name,
      email: invitations.email,
      role: invitations.role,
    })
    .from(invitations)
    .innerJoin(organizations, eq(organizations.id, invitations.organizationId))
    .where(and(eq(invitations.tokenHash, tokenHash), isOpen))
    .for("update", { of: invitations });
  return row;
}

export async function markInvitationAccepted(tx: Transaction, organizationId: number, id: string) {
  await tx
    .update(invitations)
    .set({ acceptedAt: sql`now()` })
    .where(and(eq(invitations.organizationId, organizationId), eq(invitations.id, id)));
}

/** @returns the e-mail addresses whose invitations were still open. */
export async function revokeInvitationRows(
  tx: Transaction,
  organizationId: number,
  which: { id: string } | { email: string },
) {
  const chosen = "id" in which ? eq(invitations.id, which.id) : eq(invitations.email, which.email);
  return tx
    .update(invitations)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(invitations.organizationId, organizationId), chosen, isOpen))
    .returning({ id: invitations.id, email: invitations.email, role: invitations.role });
}
