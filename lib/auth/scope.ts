import { invariant } from "@/lib/errors";
import type { Permission, StaffPermission } from "./permissions";

declare const minted: unique symbol;

/** Who does it: goes to the audit log and the ledger. */
export type Actor =
  | { readonly kind: "user"; readonly userId: number }
  | { readonly kind: "key"; readonly keyId: string }
  | { readonly kind: "system"; readonly name: string };

/**
 * Proof that someone may do `P` for one organization.
 *
 * Domain verbs take a Scope instead of an organization id, so a caller that has not passed an authorization check
 * does not compile. Only lib/auth mints one.
 */
export type Scope<P extends Permission = never> = {
  readonly organizationId: number;
  readonly actor: Actor;
  readonly grants: { readonly [Granted in P]: true };
  readonly [minted]: true;
};

/** Proof that a machine may do `P`: for every organization (the platform's key) or for one. */
export type MachineScope<P extends Permission = never> = {
  /** Null: all organizations. */
  readonly onlyOrganizationId: number | null;
  readonly actor: Actor;
  readonly grants: { readonly [Granted in P]: true };
  readonly [minted]: true;
};

/** Proof that one of the vendor's staff may do `P` in the back office. */
export type StaffScope<P extends StaffPermission = never> = {
  readonly actor: Actor;
  readonly grants: { readonly [Granted in P]: true };
  readonly [minted]: true;
};

/** For lib/auth alone. */
export function mintScope<P extends Permission>(
  organizationId: number,
  actor: Actor,
  permissions: readonly P[],
): Scope<P> {
  return { organizationId, actor, grants: granted(permissions) } as Scope<P>;
}

/** For lib/auth alone. */
export function mintMachineScope<P extends Permission>(
  onlyOrganizationId: number | null,
  actor: Actor,
  permissions: readonly P[],
): MachineScope<P> {
  return { onlyOrganizationId, actor, grants: granted(permissions) } as MachineScope<P>;
}

/** For lib/auth alone. */
export function mintStaffScope<P extends StaffPermission>(
  actor: Actor,
  permissions: readonly P[],
): StaffScope<P> {
  return { actor, grants: granted(permissions) } as StaffScope<P>;
}

/** Narrows a machine's scope to one organization it may see. The caller has looked the organization up. */
export function narrowScope<P extends Permission>(scope: MachineScope<P>, organizationId: number): Scope<P> {
  invariant(
    scope.onlyOrganizationId === null || scope.onlyOrganizationId === organizationId,
    "the key may see the organization",
  );
  return { organizationId, actor: scope.actor, grants: scope.grants } as Scope<P>;
}

/** The product acting on its own: timers, webhooks that carry their own proof, scripts. Never on a stranger's word. */
export function systemScope<P extends Permission>(
  name: string,
  organizationId: number,
  ...permissions: P[]
): Scope<P> {
  return mintScope(organizationId, { kind: "system", name }, permissions);
}

/** As `systemScope`, for all organizations. */
export function systemMachineScope<P extends Permission>(name: string, ...permissions: P[]): MachineScope<P> {
  return mintMachineScope(null, { kind: "system", name }, permissions);
}

/** As `systemScope`, for the back office: the operator at the command line, the demo's loader, fixtures. */
export function systemStaffScope<P extends StaffPermission>(
  name: string,
  ...permissions: P[]
): StaffScope<P> {
  return mintStaffScope({ kind: "system", name }, permissions);
}

/** Whether the scope carries more than its type says. For what a verb allows some of its callers only. */
export function alsoGrants(scope: Scope<Permission> | Scope<never>, permission: Permission): boolean {
  return permission in scope.grants;
}

function granted<P extends string>(permissions: readonly P[]): { readonly [Granted in P]: true } {
  return Object.fromEntries(permissions.map((permission) => [permission, true])) as { [Granted in P]: true };
}
