import "server-only";
import type { Transaction } from "@/db/client";
import { acrossOrganizations, inOrganization } from "@/db/client";
import type { Actor, Scope, StaffScope } from "@/lib/auth/scope";
import { logMutation } from "@/lib/log";
import { toDecimal } from "@/lib/money/money";
import { currentRequest } from "@/lib/request";
import { type AuditCursor, type AuditFilter, insertAuditEntry, selectAuditEntries } from "./store";

export type { AuditCursor, AuditFilter } from "./store";

/** One change, as the audit log keeps it (A4): who, from where, what, why, before and after. */
export type AuditEntry = {
  readonly actor: Actor;
  /** Null for what belongs to no organization: staff, packages, price books, platform keys. */
  readonly organizationId: number | null;
  /** Where the request came from; the address of the request being served when left out. */
  readonly address?: string | null;
  /** "noun.verb" in the past: "member.added", "key.revoked", "balance.adjusted". */
  readonly action: string;
  /** What was changed: "user:12", "key:…", "package:starter". */
  readonly subject: string;
  readonly reason?: string | null;
  /** Only what the change touched. Amounts of money may stay bigint micros: they are kept as decimals. */
  readonly before?: Readonly<Record<string, unknown>> | null;
  readonly after?: Readonly<Record<string, unknown>> | null;
};

/** A page of the log, newest first. `next` is where the following page starts; null on the last one. */
export type AuditPage = {
  readonly entries: Awaited<ReturnType<typeof selectAuditEntries>>;
  readonly next: AuditCursor | null;
};

/** Who did it, as the audit log, `created_by` and `invited_by` say it: "user:12", "key:…", "system:timer". */
export function actorName(actor: Actor): string {
  if (actor.kind === "user") return `user:${actor.userId}`;
  if (actor.kind === "key") return `key:${actor.keyId}`;
  return `system:${actor.name}`;
}

/** Writes the change down in the transaction that makes it: both are there or neither is. Also logs its one line. */
export async function writeAudit(tx: Transaction, entry: AuditEntry): Promise<void> {
  const actor = actorName(entry.actor);
  await insertAuditEntry(tx, {
    organizationId: entry.organizationId ?? 0,
    actor,
    address: entry.address === undefined ? (currentRequest()?.address ?? null) : entry.address,
    action: entry.action,
    subject: entry.subject,
    reason: entry.reason ?? null,
    before: storable(entry.before),
    after: storable(entry.after),
  });
  logMutation(entry.action, {
    actor,
    organizationId: entry.organizationId,
    subject: entry.subject,
  });
}

/** The organization's own log. */
export async function auditOf(
  scope: Scope<"audit:read">,
  filter: Omit<AuditFilter, "organizationId">,
  cursor: AuditCursor | null,
  limit: number,
): Promise<AuditPage> {
  const { organizationId } = scope;
  return inOrganization(organizationId, (tx) => page(tx, { ...filter, organizationId }, cursor, limit));
}

/** The log of all organizations, or of the one the filter names (0: what belongs to none). */
export async function auditOfAll(
  _scope: StaffScope<"back_office:read">,
  filter: AuditFilter,
  cursor: AuditCursor | null,
  limit: number,
): Promise<AuditPage> {
  return acrossOrganizations((tx) => page(tx, filter, cursor, limit));
}

async function page(
  tx: Transaction,
  filter: AuditFilter,
  cursor: AuditCursor | null,
  limit: number,
): Promise<AuditPage> {
  const rows = await selectAuditEntries(tx, filter, cursor, limit + 1);
  const entries = rows.slice(0, limit);
  const last = entries.at(-1);
  return { entries, next: rows.length > limit && last ? { at: last.at, id: last.id } : null };
}

function storable(values: AuditEntry["before"]): unknown {
  if (!values) return null;
  const text = JSON.stringify(values, (_name, value) =>
    typeof value === "bigint" ? toDecimal(value) : value,
  );
  return JSON.parse(text);
}
