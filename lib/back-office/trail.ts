import "server-only";
import { acrossOrganizations } from "@/db/client";
import { type AuditCursor, type AuditFilter, type AuditPage, auditOf, auditOfAll } from "@/lib/audit/audit";
import type { Scope, StaffScope } from "@/lib/auth/scope";
import { selectKeyNames, selectOrganizationNames, selectPeople, selectPurchaseNumbers } from "./store";

/** Who did something, by name where there is one. */
export type Doer =
  | { readonly kind: "person"; readonly name: string; readonly email: string; readonly isStaff: boolean }
  | { readonly kind: "key"; readonly name: string; readonly prefix: string }
  | { readonly kind: "system"; readonly name: string };

/** One change with the names of who made it and of whose it is. */
export type TrailEntry = Omit<AuditPage["entries"][number], "organizationId"> & {
  readonly doer: Doer;
  /** Who the change is about, by name and address. Null where it is about no person. */
  readonly about: string | null;
  /** The number of the purchase that the change is about. */
  readonly purchase: number | null;
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
  const mentioned = [
    ...new Set(
      entries.flatMap(({ actor, subject, before, after }) => [
        actor,
        subject,
        ...membersIn(before),
        ...membersIn(after),
      ]),
    ),
  ];
  const of = (kind: string) =>
    mentioned.flatMap((one) => (one.startsWith(`${kind}:`) ? [one.slice(kind.length + 1)] : []));
  const organizationIds = [...new Set(entries.map(({ organizationId }) => organizationId))];
  const [people, keys, purchases, organizations] = await acrossOrganizations((tx) =>
    Promise.all([
      selectPeople(tx, of("user").map(Number).filter(Number.isSafeInteger)),
      selectKeyNames(tx, of("key").filter(isUuid)),
      selectPurchaseNumbers(tx, organizationIds, of("purchase").filter(isUuid)),
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
  const names = new Map<string, string>(
    people.map(({ id, name, email }) => [`user:${id}`, `${name} · ${email}`] as const),
  );
  return {
    next,
    entries: entries.map(({ organizationId, ...entry }) => ({
      ...entry,
      before: withNames(entry.before, names),
      after: withNames(entry.after, names),
      about: names.get(entry.subject) ?? null,
      purchase: purchases.find(({ id }) => entry.subject === `purchase:${id}`)?.number ?? null,
      doer: doers.get(entry.actor) ?? { kind: "system", name: entry.actor.replace(/^system:/, "") },
      organization: organizations.find(({ id }) => id === organizationId) ?? null,
    })),
  };
}

function isUuid(text: string): boolean {
  return /^[\da-f-]{36}$/.test(text);
}

/** The people in a list of members, as "user:12". */
function membersIn(values: unknown): string[] {
  const members =
    typeof values === "object" && values !== null && "members" in values ? values.members : null;
  return Array.isArray(members) ? members.filter((one) => typeof one === "string") : [];
}

function withNames<Values>(values: Values, names: ReadonlyMap<string, string>): Values {
  const members = membersIn(values);
  if (members.length === 0) return values;
  return { ...values, members: members.map((one) => names.get(one) ?? one) };
}
