import "server-only";
import type { Route } from "next";
import { cookies, headers } from "next/headers";
import { forbidden, notFound, redirect } from "next/navigation";
import { cache } from "react";
import { makeWayFor } from "@/lib/combining/combining";
import { env } from "@/lib/env";
import { currentRequest } from "@/lib/request";
import { namesInCharge } from "./members/members";
import { decodeSession, sessionCookie } from "./next-auth";
import { type Permission, roleHas, type StaffPermission, staffRoleHas } from "./permissions";
import { safeNext } from "./rules";
import { mintScope, mintStaffScope, type Scope, type StaffScope } from "./scope";
import { type Membership, readSession, type SignedIn } from "./session";

/**
 * Who is logged in, or null. Asked of the database at every request, once however many components ask, so a revoked
 * session ends with the next click (P1). Decides nothing: pages that show an organization's data call `authorize`.
 */
export const currentUser = cache(async (): Promise<SignedIn | null> => {
  const cookie = (await cookies()).get(sessionCookie().name)?.value;
  const sessionId = cookie ? await decodeSession(cookie) : null;
  return sessionId ? readSession(sessionId) : null;
});

/** As `currentUser`, but sends strangers to the log-in page, from where they come back here. */
export async function requireUser(): Promise<SignedIn> {
  const user = await currentUser();
  if (!user) redirect(signInPath());
  if (!(await isOwnRequest())) forbidden();
  return user;
}

/**
 * Asks for exactly the permissions the caller is about to use, in pages, actions and route handlers alike.
 *
 * Who is not logged in is sent to the log-in page (307). Someone outside the organization gets a 404, so that slugs cannot
 * be probed; a member whose role falls short gets a 403. A suspended organization may still be looked at: verbs that
 * change something decide for themselves.
 */
export async function authorize<P extends Permission>(slug: string, ...permissions: P[]): Promise<Scope<P>> {
  const user = await requireUser();
  const membership = user.organizations.find((organization) => organization.slug === slug);
  if (!membership) notFound();
  if (!permissions.every((permission) => roleHas(membership.role, permission))) forbidden();
  makeWayFor(membership.organizationId);
  return mintScope(membership.organizationId, { kind: "user", userId: user.userId }, permissions);
}

/** The same for the back office, which does not exist for anyone but the vendor's staff. */
export async function authorizeStaff<P extends StaffPermission>(...permissions: P[]): Promise<StaffScope<P>> {
  const user = await requireUser();
  const { staffRole, userId } = user;
  if (!staffRole) notFound();
  if (!permissions.every((permission) => staffRoleHas(staffRole, permission))) forbidden();
  return mintStaffScope({ kind: "user", userId }, permissions);
}

/** The organizations that someone may switch between (P2), by name. */
export function organizationsOf(user: SignedIn): readonly Membership[] {
  return user.organizations;
}

/** Whether to show a link or a button. Never a substitute for `authorize` where it leads. */
export function may(user: SignedIn, slug: string, permission: Permission): boolean {
  const membership = user.organizations.find((organization) => organization.slug === slug);
  return membership !== undefined && roleHas(membership.role, permission);
}

/**
 * Whether what changes something was sent by a page of ours. Next.js lets server actions without an Origin header pass;
 * every browser sends one, so here a missing one is refused like a foreign one. Reading is always allowed.
 */
export async function isOwnRequest(): Promise<boolean> {
  const given = await headers();
  const method = currentRequest()?.method;
  const changes = method ? !/^(GET|HEAD|OPTIONS)$/.test(method) : given.has("content-type");
  if (!changes) return true;
  const origin = given.get("origin");
  const host = given.get("x-forwarded-host") ?? given.get("host");
  if (!origin || !URL.canParse(origin)) return false;
  return [host, new URL(env().NEXTAUTH_URL).host].includes(new URL(origin).host);
}

/** Whom to ask for more than one's role allows. */
export type Help = {
  readonly organization: string;
  /** Owners and admins, by name. */
  readonly names: readonly string[];
  /** Whether the front page leads to anything that this person may open. */
  readonly seesUsage: boolean;
  /** Who is asking: perhaps the wrong one of their accounts. */
  readonly email: string;
};

/** For the page that says no: who may say yes in the organization of the address being served. Null outside of one. */
export async function whoCanHelp(): Promise<Help | null> {
  const slug = /^\/o\/([^/?#]+)/.exec(currentRequest()?.path ?? "")?.[1];
  const user = await currentUser();
  const membership = user?.organizations.find((organization) => organization.slug === slug);
  if (!user || !membership) return null;
  const actor = { kind: "user", userId: user.userId } as const;
  const names = await namesInCharge(mintScope(membership.organizationId, actor, ["organization:read"]));
  const seesUsage = roleHas(membership.role, "usage:read");
  return { organization: membership.name, names, seesUsage, email: user.email };
}

function signInPath(): Route {
  const next = safeNext(currentRequest()?.path);
  return (next && next !== "/" ? `/sign-in?next=${encodeURIComponent(next)}` : "/sign-in") as Route;
}
