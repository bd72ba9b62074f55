import type { KeyScope, Role } from "@/db/schema/access";

/** The roles of an organization's members, in the order in which they are offered. */
export const EVERY_ROLE = ["owner", "admin", "supervisor", "agent"] as const satisfies readonly Role[];

/** What a key may be given, in the order in which it is offered. */
export const EVERY_KEY_SCOPE = [
  "events:write",
  "holds:write",
  "balance:read",
  "reports:read",
  "admin",
] as const satisfies readonly KeyScope[];

/** What may be done for one organization. Code asks for permissions and never compares roles. */
export type Permission =
  | "organization:read"
  | "usage:read"
  | "reports:read"
  | "balance:read"
  | "top_up:create"
  | "purchases:read"
  | "members:manage"
  | "keys:manage"
  | "alerts:manage"
  | "audit:read"
  | "events:write"
  | "holds:write"
  | "admin";

/** What only looks. */
export type ReadPermission =
  | "organization:read"
  | "usage:read"
  | "reports:read"
  | "balance:read"
  | "purchases:read"
  | "audit:read";

/** What vendor staff may do across organizations. */
export type StaffPermission = "back_office:read" | "back_office:write";

export type StaffRole = "operator" | "viewer";

const USAGE = ["organization:read", "usage:read", "reports:read", "balance:read"] as const;
const MONEY = [
  "top_up:create",
  "purchases:read",
  "members:manage",
  "keys:manage",
  "alerts:manage",
  "audit:read",
] as const;

/** The one table of roles (product.md, People who use it). */
const PERMISSIONS_BY_ROLE: { readonly [R in Role]: readonly Permission[] } = {
  owner: [...USAGE, ...MONEY],
  admin: [...USAGE, ...MONEY],
  supervisor: USAGE,
  agent: ["organization:read"],
};

const PERMISSIONS_BY_STAFF_ROLE: { readonly [R in StaffRole]: readonly StaffPermission[] } = {
  operator: ["back_office:read", "back_office:write"],
  viewer: ["back_office:read"],
};

export function roleHas(role: Role, permission: Permission): boolean {
  return PERMISSIONS_BY_ROLE[role].includes(permission);
}

export function staffRoleHas(role: StaffRole, permission: StaffPermission): boolean {
  return PERMISSIONS_BY_STAFF_ROLE[role].includes(permission);
}
