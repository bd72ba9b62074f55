import "server-only";
import { acrossOrganizations, inOrganization, type Transaction } from "@/db/client";
import type { Role } from "@/db/schema/access";
import { actorName, writeAudit } from "@/lib/audit/audit";
import { invariant, Refusal } from "@/lib/errors";
import { INVITATION_SECONDS, isId } from "../rules";
import type { Scope } from "../scope";
import { digest, newSecret } from "../secrets";
import { openSession, type SignedIn } from "../session";
import { createUser, findUser, hasPassword, setPassword } from "../users";
import { admit } from "./members";
import {
  insertInvitation,
  lockInvitation,
  markInvitationAccepted,
  revokeInvitationRows,
  selectOpenInvitations,
  selectRole,
} from "./store";

export type OpenInvitation = Awaited<ReturnType<typeof selectOpenInvitations>>[number];

/** `token` goes into the link that is mailed, /invitation/{token}, and nowhere else: only its hash is kept. */
export type SentInvitation = { readonly id: string; readonly token: string; readonly expiresAt: Date };

/** What the page behind the link says. */
export type Invitation = {
  readonly organization: { readonly slug: string; readonly name: string };
  readonly email: string;
  readonly role: Role;
  /** Whether they log in with an account that they have, or choose a name and a password. */
  readonly hasAccount: boolean;
};

/**
 * Invites somebody by e-mail; an earlier open invitation to the same address ends. Whoever mails the link writes the mail
 * down in the same transaction: `invite`.
 *
 * @throws Refusal already_exists when the address is a member's.
 */
export async function inviteMember(
  scope: Scope<"members:manage">,
  wanted: { readonly email: string; readonly role: Role },
): Promise<SentInvitation> {
  return inOrganization(scope.organizationId, (tx) => invite(tx, scope, wanted));
}

/** As `inviteMember`, in the transaction of the mail that brings the link. */
export async function invite(
  tx: Transaction,
  { organizationId, actor }: Scope<"members:manage">,
  wanted: { readonly email: string; readonly role: Role },
): Promise<SentInvitation> {
  const email = wanted.email.trim().toLowerCase();
  const token = newSecret();
  const userId = await findUser(tx, email);
  if (userId !== null && (await selectRole(tx, organizationId, userId))) {
    throw new Refusal("already_exists", "This person is a member already.");
  }
  await revokeInvitationRows(tx, organizationId, { email });
  const row = {
    organizationId,
    email,
    role: wanted.role,
    tokenHash: digest(token),
    invitedBy: actorName(actor),
  };
  const invitation = await insertInvitation(tx, row, INVITATION_SECONDS);
  invariant(invitation, "the invitation was written");
  await writeAudit(tx, {
    actor,
    organizationId,
    action: "invitation.sent",
    subject: `invitation:${invitation.id}`,
    after: { email, role: wanted.role },
  });
  return { ...invitation, token };
}

/** Those that can still be accepted, newest first. */
export async function openInvitations(scope: Scope<"members:manage">): Promise<OpenInvitation[]> {
  return inOrganization(scope.organizationId, (tx) => selectOpenInvitations(tx, scope.organizationId));
}

/** Ends an invitation: its link stops working at once. One that is over stays as it is. */
export async function revokeInvitation(scope: Scope<"members:manage">, invitationId: string): Promise<void> {
  const { organizationId, actor } = scope;
  if (!isId(invitationId)) return;
  await inOrganization(organizationId, async (tx) => {
    const [revoked] = await revokeInvitationRows(tx, organizationId, { id: invitationId });
    if (!revoked) return;
    await writeAudit(tx, {
      actor,
      organizationId,
      action: "invitation.revoked",
      subject: `invitation:${invitationId}`,
      before: { email: revoked.email, role: revoked.role },
    });
  });
}

/** The open invitation behind a link; null for one that was accepted, revoked or replaced, is too old or never was. */
export async function readInvitation(token: string): Promise<Invitation | null> {
  return acrossOrganizations(async (tx) => {
    const invitation = await lockInvitation(tx, digest(token));
    if (!invitation) return null;
    const { slug, organizationName: name, email, role } = invitation;
    const userId = await findUser(tx, email);
    const hasAccount = userId !== null && (await hasPassword(tx, userId));
    return { organization: { slug, name }, email, role, hasAccount };
  });
}

/**
 * Accepts an invitation as somebody new, who chooses a name and a password and is logged in with them. The language that
 * they joined in stays theirs: mails have no browser to ask.
 *
 * @throws Refusal not_found when the link no longer works; conflict when the address has an account by now, which is what
 * to log in with; invalid_input for a password that may not be used.
 */
export async function acceptAsNewUser(
  token: string,
  chosen: { readonly name: string; readonly password: string; readonly locale: SignedIn["locale"] },
  userAgent: string | null,
): Promise<{ readonly slug: string; readonly sessionId: string }> {
  return acrossOrganizations(async (tx) => {
    const invitation = await openInvitationBehind(tx, token);
    const { email } = invitation;
    const existing = await findUser(tx, email);
    if (existing !== null && (await hasPassword(tx, existing))) {
      throw new Refusal("conflict", "This e-mail address has an account. Log in with it.");
    }
    if (existing !== null) await setPassword(tx, existing, chosen.password);
    const userId = existing ?? (await createUser(tx, { email, ...chosen }));
    await accept(tx, invitation, userId);
    return {
      slug: invitation.slug,
      sessionId: await openSession(tx, { id: userId, staffRole: null }, userAgent),
    };
  });
}

/**
 * Accepts an invitation with the account that is logged in.
 *
 * @throws Refusal not_found when the link no longer works; forbidden when it was sent to somebody else.
 */
export async function acceptAsUser(token: string, user: SignedIn): Promise<{ readonly slug: string }> {
  return acrossOrganizations(async (tx) => {
    const invitation = await openInvitationBehind(tx, token);
    if (invitation.email !== user.email) {
      throw new Refusal("forbidden", "This invitation was sent to another e-mail address.");
    }
    await accept(tx, invitation, user.userId);
    return { slug: invitation.slug };
  });
}

type Locked = NonNullable<Awaited<ReturnType<typeof lockInvitation>>>;

async function openInvitationBehind(tx: Transaction, token: string): Promise<Locked> {
  const invitation = await lockInvitation(tx, digest(token));
  if (!invitation) throw new Refusal("not_found", "This invitation is no longer valid. Ask for a new one.");
  return invitation;
}

async function accept(tx: Transaction, invitation: Locked, userId: number): Promise<void> {
  const { organizationId, id, role } = invitation;
  await markInvitationAccepted(tx, organizationId, id);
  const isMember = await selectRole(tx, organizationId, userId);
  if (!isMember) await admit(tx, { organizationId, actor: { kind: "user", userId } }, userId, role);
}
