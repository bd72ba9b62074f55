import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import type { Role } from "@/db/schema/access";
import { invariant } from "@/lib/errors";
import { logMutation } from "@/lib/log";
import type { StaffRole } from "./permissions";
import { isId, SESSION_SECONDS, STAFF_SESSION_SECONDS } from "./rules";
import {
  insertSession,
  revokeSessionRow,
  revokeSessionRows,
  selectSession,
  selectSessionsOfUser,
} from "./store";

/** An organization of someone who is logged in: what the switcher lists. */
export type Membership = {
  readonly organizationId: number;
  readonly slug: string;
  readonly name: string;
  /** IANA name of the zone that the organization's days are of. */
  readonly timeZone: string;
  /** For display. What it allows is asked of `authorize` or `may`. */
  readonly role: Role;
  /** A suspended organization can still be looked at. */
  readonly isSuspended: boolean;
};

/** Someone who is logged in, as the database knows them at this moment. */
export type SignedIn = {
  readonly userId: number;
  readonly sessionId: string;
  readonly email: string;
  readonly name: string;
  /** The language they chose; null: the browser's. */
  readonly locale: "en" | "id" | null;
  readonly staffRole: StaffRole | null;
  /** By name. */
  readonly organizations: readonly Membership[];
};

/** A log-in as its owner sees it in the list of their own. */
export type LiveSession = Awaited<ReturnType<typeof selectSessionsOfUser>>[number] & {
  readonly isThisOne: boolean;
};

/** Writes a log-in down. Its id goes into the browser's cookie. */
export async function openSession(
  tx: Transaction,
  user: { readonly id: number; readonly staffRole: StaffRole | null },
  userAgent: string | null,
): Promise<string> {
  const seconds = user.staffRole ? STAFF_SESSION_SECONDS : SESSION_SECONDS;
  const sessionId = await insertSession(tx, user.id, seconds, userAgent?.slice(0, 300) ?? null);
  invariant(sessionId, "the session was written");
  return sessionId;
}

/**
 * Who is behind a session, asked of the database every time: a session that was revoked, has expired or belongs to a
 * locked account is nobody's from that moment on (P1).
 */
export async function readSession(sessionId: string): Promise<SignedIn | null> {
  if (!isId(sessionId)) return null;
  const rows = await acrossOrganizations((tx) => selectSession(tx, sessionId));
  const user = rows[0]?.user;
  if (!user) return null;
  const organizations = rows.flatMap(({ organization, role }) =>
    organization && role
      ? [
          {
            organizationId: organization.id,
            slug: organization.slug,
            name: organization.name,
            timeZone: organization.timeZone,
            role,
            isSuspended: organization.suspendedAt !== null,
          },
        ]
      : [],
  );
  const { id: userId, email, name, locale, staffRole } = user;
  return { userId, sessionId, email, name, locale, staffRole, organizations };
}

/** The live log-ins of a person, newest first. */
export async function sessionsOf(user: SignedIn): Promise<LiveSession[]> {
  const rows = await acrossOrganizations((tx) => selectSessionsOfUser(tx, user.userId));
  return rows.map((row) => ({ ...row, isThisOne: row.id === user.sessionId }));
}

/** Ends one log-in of this person; somebody else's is left alone. Ending it twice changes nothing. */
export async function revokeSession(user: Pick<SignedIn, "userId">, sessionId: string): Promise<void> {
  if (!isId(sessionId)) return;
  const revoked = await acrossOrganizations((tx) => revokeSessionRow(tx, user.userId, sessionId));
  if (revoked > 0) logMutation("session.revoked", { userId: user.userId, sessionId });
}

/** Ends every log-in of this person at once, this one included (P1). */
export async function logOutEverywhere(user: Pick<SignedIn, "userId">): Promise<void> {
  const revoked = await acrossOrganizations((tx) => revokeSessions(tx, user.userId));
  logMutation("session.all_revoked", { userId: user.userId, revoked });
}

/** As `logOutEverywhere`, together with the change that demands it. */
export async function revokeSessions(tx: Transaction, userId: number): Promise<number> {
  return revokeSessionRows(tx, userId);
}
