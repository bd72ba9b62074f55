import { and, asc, desc, eq, gt, inArray, isNull, lt, or, sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { apiKeys, memberships, recoveryCodes, sessions, users } from "@/db/schema/access";
import { organizations } from "@/db/schema/organizations";

// People

export async function selectUser(tx: Transaction, userId: number) {
  const [row] = await tx.select().from(users).where(eq(users.id, userId));
  return row;
}

export async function selectUserByEmail(tx: Transaction, email: string) {
  const [row] = await tx.select().from(users).where(eq(users.email, email));
  return row;
}

/** Holds the row until the transaction ends: nobody locks the account or changes its password meanwhile. */
export async function lockUserRow(tx: Transaction, userId: number) {
  const [row] = await tx.select().from(users).where(eq(users.id, userId)).for("update");
  return row;
}

/** @returns undefined when the e-mail address is taken. */
export async function insertUser(tx: Transaction, row: typeof users.$inferInsert) {
  const [inserted] = await tx
    .insert(users)
    .values(row)
    .onConflictDoNothing({ target: users.email })
    .returning({ id: users.id });
  return inserted?.id;
}

export async function updateUser(
  tx: Transaction,
  userId: number,
  values: Partial<Omit<typeof users.$inferInsert, "email">>,
): Promise<void> {
  await tx.update(users).set(values).where(eq(users.id, userId));
}

export async function selectNames(tx: Transaction, userIds: number[]) {
  return tx.select({ id: users.id, name: users.name }).from(users).where(inArray(users.id, userIds));
}

export async function selectStaff(tx: Transaction) {
  return tx
    .select({
      id: users.id,
      email: users.email,
      name: users.name,
      role: users.staffRole,
      lockedAt: users.lockedAt,
    })
    .from(users)
    .where(inArray(users.staffRole, ["operator", "viewer"]))
    .orderBy(asc(users.name), asc(users.id));
}

// Second factors

export async function replaceRecoveryCodes(tx: Transaction, userId: number, hashes: readonly string[]) {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  if (hashes.length === 0) return;
  await tx.insert(recoveryCodes).values(hashes.map((codeHash) => ({ userId, codeHash })));
}

/** @returns false for a code that is not this person's or was used before. */
export async function spendRecoveryCode(tx: Transaction, userId: number, codeHash: string) {
  const isUnused = isNull(recoveryCodes.usedAt);
  const rows = await tx
    .update(recoveryCodes)
    .set({ usedAt: sql`now()` })
    .where(and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.codeHash, codeHash), isUnused))
    .returning({ userId: recoveryCodes.userId });
  return rows.length === 1;
}

/** How many are left to be used. */
export async function countRecoveryCodes(tx: Transaction, userId: number): Promise<number> {
  return tx.$count(recoveryCodes, and(eq(recoveryCodes.userId, userId), isNull(recoveryCodes.usedAt)));
}

// Log-ins

/** Also clears away this person's log-ins that are long over. */
export async function insertSession(
  tx: Transaction,
  userId: number,
  seconds: number,
  userAgent: string | null,
) {
  const longOver = lt(sessions.expiresAt, sql`now() - interval '30 days'`);
  await tx.delete(sessions).where(and(eq(sessions.userId, userId), longOver));
  const [row] = await tx
    .insert(sessions)
    .values({ userId, userAgent, expiresAt: sql`now() + make_interval(secs => ${seconds})` })
    .returning({ id: sessions.id });
  return row?.id;
}

const isLive = and(isNull(sessions.revokedAt), gt(sessions.expiresAt, sql`now()`));

/** The user behind a live log-in with every membership, one row each; one row without when there is none. */
export async function selectSession(tx: Transaction, sessionId: string) {
  return tx
    .select({
      user: {
        id: users.id,
        email: users.email,
        name: users.name,
        locale: users.locale,
        staffRole: users.staffRole,
      },
      organization: {
        id: organizations.id,
        slug: organizations.slug,
        name: organizations.name,
        timeZone: organizations.timeZone,
        suspendedAt: organizations.suspendedAt,
      },
      role: memberships.role,
    })
    .from(sessions)
    .innerJoin(users, and(eq(users.id, sessions.userId), isNull(users.lockedAt)))
    .leftJoin(memberships, eq(memberships.userId, users.id))
    .leftJoin(organizations, eq(organizations.id, memberships.organizationId))
    .where(and(eq(sessions.id, sessionId), isLive))
    .orderBy(asc(organizations.name), asc(organizations.id));
}

export async function selectSessionsOfUser(tx: Transaction, userId: number) {
  return tx
    .select({
      id: sessions.id,
      createdAt: sessions.createdAt,
      expiresAt: sessions.expiresAt,
      userAgent: sessions.userAgent,
    })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), isLive))
    .orderBy(desc(sessions.createdAt), desc(sessions.id));
}

/** @returns how many were still live. */
export async function revokeSessionRow(tx: Transaction, userId: number, sessionId: string): Promise<number> {
  const rows = await tx
    .update(sessions)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(sessions.userId, userId), eq(sessions.id, sessionId), isLive))
    .returning({ id: sessions.id });
  return rows.length;
}

/** @returns how many were still live. */
export async function revokeSessionRows(tx: Transaction, userId: number): Promise<number> {
  const rows = await tx
    .update(sessions)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(sessions.userId, userId), isLive))
    .returning({ id: sessions.id });
  return rows.length;
}

// Keys

const SHOWN_OF_KEY = {
  id: apiKeys.id,
  name: apiKeys.name,
  prefix: apiKeys.prefix,
  scopes: apiKeys.scopes,
  createdBy: apiKeys.createdBy,
  createdAt: apiKeys.createdAt,
  lastUsedAt: apiKeys.lastUsedAt,
  revokedAt: apiKeys.revokedAt,
};

export async function insertKey(tx: Transaction, row: typeof apiKeys.$inferInsert) {
  const [inserted] = await tx.insert(apiKeys).values(row).returning({ id: apiKeys.id });
  return inserted?.id;
}

/** The keys of these hashes, without revoked ones: a look into a unique index for each. */
export async function selectLiveKeys(tx: Transaction, keyHashes: readonly string[]) {
  return tx
    .select({
      id: apiKeys.id,
      keyHash: apiKeys.keyHash,
      organizationId: apiKeys.organizationId,
      scopes: apiKeys.scopes,
      lastUsedAt: apiKeys.lastUsedAt,
    })
    .from(apiKeys)
    .where(and(inArray(apiKeys.keyHash, [...keyHashes]), isNull(apiKeys.revokedAt)));
}

/** Newest first. Null: the platform's. */
export async function selectKeys(tx: Transaction, organizationId: number | null) {
  return tx
    .select(SHOWN_OF_KEY)
    .from(apiKeys)
    .where(ofOwner(organizationId))
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id));
}

/** @returns the key when it was still live. */
export async function revokeKeyRow(tx: Transaction, organizationId: number | null, keyId: string) {
  const [row] = await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(ofOwner(organizationId), eq(apiKeys.id, keyId), isNull(apiKeys.revokedAt)))
    .returning({ name: apiKeys.name, prefix: apiKeys.prefix, scopes: apiKeys.scopes });
  return row;
}

export async function updateKeyUse(tx: Transaction, keyId: string, olderThanMs: number): Promise<void> {
  const isStale = lt(apiKeys.lastUsedAt, sql`now() - make_interval(secs => ${olderThanMs / 1_000})`);
  await tx
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiKeys.id, keyId), or(isNull(apiKeys.lastUsedAt), isStale)));
}

function ofOwner(organizationId: number | null) {
  return organizationId === null
    ? isNull(apiKeys.organizationId)
    : eq(apiKeys.organizationId, organizationId);
}
