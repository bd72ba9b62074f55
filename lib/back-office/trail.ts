import "server-only";
import { acrossOrganizations } from "@/db/client";
import { type AuditCursor, type AuditFilter, type AuditPage, auditOf, auditOfAll } from "@/lib/audit/audit";
import type { Scope, StaffScope } from "@/lib/auth/scope";
import { selectKeyNames, selectOrganizationNames, selectPeople } from "./store";

/** Who did something, by name where there is one. */
export type Doer =
  | { readonly kind: "person"; readonly name: string; readonly email: string; readonly isStaff: boolean }
  | { readonly kind: "key"; readonly name: string; readonly prefix: string }
  | { readonly kind: "system"; readonly name: string };

/** One change with the names of who made it and of whose it is. */
export type TrailEntry = Omit<AuditPage["entries"][number], "organizationId"> & {
  readonly doer: Doer;
  /** Null for what belongs to no organization. */
  readonly organization: { readonly slug: string; readonly name: string } | null;
};

export type Trail = { readonly entries: readonly TrailEntry[]; readonly next: AuditCursor | null };

/** The audit log of all organizations, newest first, with names (A4). */
export async function readTrail(
  scope: StaffScope<"back_office:read">,
  filter: AuditFilter,
  cursor: AuditCursor | null,
  limit: number,
): Promise<Trail> {
  return named(await auditOfAll(scope, filter, cursor, limit));
}

/** The organization's own log, newest first. The vendor's people are named, their addresses are not shown. */
export async function readOwnTrail(
  scope: Scope<"audit:read">,
  filter: Omit<AuditFilter, "organizationId">,
  cursor: AuditCursor | null,
  limit: number,
): Promise<Trail> {
  const { entries, next } = await named(await auditOf(scope, filter, cursor, limit));
  return {
    next,
    entries: entries.map((entry) => (isVendors(entry.doer) ? { ...entry, address: null } : entry)),
  };
}

function isVendors(doer: Doer): boolean {
  return doer.kind !== "person" || doer.isStaff;
}

async function named({ entries, next }: AuditPage): Promise<Trail> {
  const of = (kind: string) =>
    entries.flatMap(({ actor }) => (actor.startsWith(`${kind}:`) ? [actor.slice(kind.length + 1)] : []));
  const userIds = [...new Set(of("user").map(Number))].filter(Number.isSafeInteger);
  const keyIds = [...new Set(of("key"))].filter((id) => /^[\da-f-]{36}$/.test(id));
  const organizationIds = [...new Set(entries.map(({ organizationId }) => organizationId))];
  const [people, keys, organizations] = await acrossOrganizations((tx) =>
    Promise.all([
      selectPeople(tx, userIds),
      selectKeyNames(tx, keyIds),
      selectOrganizationNames(tx, organizationIds),
    ]),
  );
  const doers = new Map<string, Doer>([
    ...people.map(({ id, name, email, is_staff: isStaff }): [string, Doer] => [
      `user:${id}`,
      { kind: "person", name, email, isStaff },
    ]),
    ...keys.map(({ id, name, prefix }): [string, Doer] => [`key:${id}`, { kind: "key", name, prefix }]),
  ]);
  return {
    next,
    entries: entries.map(({ organizationId, ...entry }) => ({
      ...entry,
      doer: doers.get(entry.actor) ?? { kind: "system", name: entry.actor.replace(/^system:/, "") },
      organization: organizations.find(({ id }) => id === organizationId) ?? null,
    })),
  };
}
