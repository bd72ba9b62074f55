import { and, desc, eq, gte, ilike, lt, type SQL, sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { auditLog } from "@/db/schema/access";
import type { Period } from "@/lib/time/period";

export type AuditRow = typeof auditLog.$inferInsert;

export type AuditFilter = {
  /** Undefined: of every organization. */
  readonly organizationId?: number | undefined;
  readonly period?: Period | undefined;
  readonly actor?: string | undefined;
  /** The beginning of an action, "key." for all that concerns keys. */
  readonly action?: string | undefined;
};

export type AuditCursor = { readonly at: Date; readonly id: number };

export async function insertAuditEntry(tx: Transaction, row: AuditRow): Promise<void> {
  await tx.insert(auditLog).values(row);
}

/** Newest first, from after `cursor` on. */
export async function selectAuditEntries(
  tx: Transaction,
  filter: AuditFilter,
  cursor: AuditCursor | null,
  limit: number,
) {
  // Compared as a row, so that the index seeks to the cursor.
  const afterCursor = cursor
    ? sql`(${auditLog.at}, ${auditLog.id}) < (${cursor.at.toISOString()}::timestamptz, ${cursor.id})`
    : undefined;
  return tx
    .select()
    .from(auditLog)
    .where(and(...conditions(filter), afterCursor))
    .orderBy(desc(auditLog.at), desc(auditLog.id))
    .limit(limit);
}

function conditions({ organizationId, period, actor, action }: AuditFilter): (SQL | undefined)[] {
  return [
    organizationId === undefined ? undefined : eq(auditLog.organizationId, organizationId),
    period && gte(auditLog.at, period.start),
    period && lt(auditLog.at, period.end),
    actor ? eq(auditLog.actor, actor) : undefined,
    action ? ilike(auditLog.action, `${action.replace(/[\\%_]/g, "\\$&")}%`) : undefined,
  ];
}
