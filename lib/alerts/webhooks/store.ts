import { and, asc, desc, eq, inArray, lt, sql } from "drizzle-orm";
import { rawSql, type Transaction } from "@/db/client";
import { occurrences, webhookDeliveries, webhookEndpoints } from "@/db/schema/alerts";
import type { DueKey } from "@/lib/queues/queues";
import type { Failure } from "./request";

export type EndpointRow = typeof webhookEndpoints.$inferSelect;

const isEndpoint = (organizationId: number, id: string) =>
  and(eq(webhookEndpoints.organizationId, organizationId), eq(webhookEndpoints.id, id));

export async function selectEndpoints(tx: Transaction, organizationId: number): Promise<EndpointRow[]> {
  return tx
    .select()
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.organizationId, organizationId))
    .orderBy(asc(webhookEndpoints.createdAt), asc(webhookEndpoints.id));
}

export async function selectEnabledEndpoints(tx: Transaction, organizationIds: readonly number[]) {
  return tx
    .select({
      organizationId: webhookEndpoints.organizationId,
      id: webhookEndpoints.id,
      types: webhookEndpoints.types,
      createdAt: webhookEndpoints.createdAt,
    })
    .from(webhookEndpoints)
    .where(
      and(
        inArray(webhookEndpoints.organizationId, [...organizationIds]),
        eq(webhookEndpoints.isEnabled, true),
      ),
    );
}

export async function lockEndpoint(tx: Transaction, organizationId: number, id: string) {
  const [row] = await tx.select().from(webhookEndpoints).where(isEndpoint(organizationId, id)).for("update");
  return row;
}

/** False when the organization has an endpoint with this address. */
export async function insertEndpoint(
  tx: Transaction,
  row: Pick<EndpointRow, "organizationId" | "id" | "url" | "types" | "sealedSecret">,
): Promise<boolean> {
  const rows = await tx
    .insert(webhookEndpoints)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: webhookEndpoints.id });
  return rows.length === 1;
}

export async function updateEndpoint(
  tx: Transaction,
  organizationId: number,
  id: string,
  changes: Partial<Omit<EndpointRow, "organizationId" | "id">>,
): Promise<void> {
  await tx.update(webhookEndpoints).set(changes).where(isEndpoint(organizationId, id));
}

export async function deleteEndpoint(tx: Transaction, organizationId: number, id: string): Promise<void> {
  await tx.delete(webhookEndpoints).where(isEndpoint(organizationId, id));
}

export type NewDelivery = Pick<
  typeof webhookDeliveries.$inferInsert,
  "organizationId" | "endpointId" | "occurrenceId"
>;

/** To be sent at once. What was written before stays as it is. */
export async function insertDeliveries(
  tx: Transaction,
  rows: readonly NewDelivery[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return;
  const waiting = rows.map((row) => ({ ...row, state: "waiting" as const, nextAttemptAt: now }));
  await tx.insert(webhookDeliveries).values(waiting).onConflictDoNothing();
}

/** Counts an attempt of each and leaves them to whoever does until `until`. */
export async function claimDeliveries(tx: Transaction, due: readonly DueKey[], until: Date) {
  const rows = await rawSql(tx)<
    {
      organization_id: number;
      id: string;
      attempts: number;
      endpoint_id: string;
      url: string;
      sealed_secret: string;
      sealed_former_secret: string | null;
      former_secret_until: string | null;
      occurrence_id: string;
      type: string;
      occurred_at: string;
      data: unknown;
    }[]
  >`
    update webhook_deliveries d set attempts = d.attempts + 1, next_attempt_at = ${until.toISOString()}
    from json_to_recordset(${JSON.stringify(due)}::text::json) as k ("organizationId" integer, id bigint)
    join webhook_deliveries w on w.organization_id = k."organizationId" and w.id = k.id
    join webhook_endpoints e on e.organization_id = w.organization_id and e.id = w.endpoint_id
    join occurrences o on o.organization_id = w.organization_id and o.id = w.occurrence_id
    where d.organization_id = k."organizationId" and d.id = k.id
    returning d.organization_id, d.id, d.attempts, e.id as endpoint_id, e.url, e.sealed_secret,
      e.sealed_former_secret, e.former_secret_until, o.id as occurrence_id, o.type, o.occurred_at, o.data`;
  return rows.map((row) => ({
    organizationId: row.organization_id,
    id: Number(row.id),
    attempts: row.attempts,
    endpointId: row.endpoint_id,
    url: row.url,
    sealedSecret: row.sealed_secret,
    sealedFormerSecret: row.sealed_former_secret,
    formerSecretUntil: row.former_secret_until === null ? null : new Date(row.former_secret_until),
    occurrenceId: row.occurrence_id,
    type: row.type,
    occurredAt: new Date(row.occurred_at),
    data: row.data,
  }));
}

/** What came of an attempt, unless somebody else has tried since. `nextAttemptAt` null ends the delivery. */
export async function updateAttempted(
  tx: Transaction,
  key: { readonly organizationId: number; readonly id: number; readonly attempts: number },
  outcome: {
    readonly state: "waiting" | "delivered" | "failed";
    readonly nextAttemptAt: Date | null;
    readonly lastAttemptAt: Date;
    readonly lastStatus: number | null;
    readonly lastFailure: Failure | "unreadable_secret" | null;
    readonly lastMilliseconds: number;
  },
): Promise<void> {
  await tx
    .update(webhookDeliveries)
    .set(outcome)
    .where(
      and(
        eq(webhookDeliveries.organizationId, key.organizationId),
        eq(webhookDeliveries.id, key.id),
        eq(webhookDeliveries.attempts, key.attempts),
        eq(webhookDeliveries.state, "waiting"),
      ),
    );
}

/** Gives up what waits for an endpoint. */
export async function failWaiting(
  tx: Transaction,
  organizationId: number,
  endpointId: string,
): Promise<void> {
  await tx
    .update(webhookDeliveries)
    .set({ state: "failed", nextAttemptAt: null, lastFailure: "switched_off" })
    .where(
      and(
        eq(webhookDeliveries.organizationId, organizationId),
        eq(webhookDeliveries.endpointId, endpointId),
        eq(webhookDeliveries.state, "waiting"),
      ),
    );
}

/** Newest first, from before `after` on. */
export async function selectDeliveries(
  tx: Transaction,
  organizationId: number,
  after: number | null,
  limit: number,
) {
  return tx
    .select({
      id: webhookDeliveries.id,
      type: occurrences.type,
      occurrenceId: occurrences.id,
      url: webhookEndpoints.url,
      isEnabled: webhookEndpoints.isEnabled,
      state: webhookDeliveries.state,
      attempts: webhookDeliveries.attempts,
      createdAt: webhookDeliveries.createdAt,
      nextAttemptAt: webhookDeliveries.nextAttemptAt,
      lastAttemptAt: webhookDeliveries.lastAttemptAt,
      lastStatus: webhookDeliveries.lastStatus,
      lastFailure: webhookDeliveries.lastFailure,
      lastMilliseconds: webhookDeliveries.lastMilliseconds,
    })
    .from(webhookDeliveries)
    .innerJoin(
      webhookEndpoints,
      and(
        eq(webhookEndpoints.organizationId, webhookDeliveries.organizationId),
        eq(webhookEndpoints.id, webhookDeliveries.endpointId),
      ),
    )
    .innerJoin(
      occurrences,
      and(
        eq(occurrences.organizationId, webhookDeliveries.organizationId),
        eq(occurrences.id, webhookDeliveries.occurrenceId),
      ),
    )
    .where(
      and(
        eq(webhookDeliveries.organizationId, organizationId),
        after === null ? undefined : lt(webhookDeliveries.id, after),
      ),
    )
    .orderBy(desc(webhookDeliveries.id))
    .limit(limit);
}

/** Sends a delivery of an endpoint that is on once more, from its first attempt. False when there is none. */
export async function restartDelivery(
  tx: Transaction,
  organizationId: number,
  id: number,
  now: Date,
): Promise<{ readonly url: string } | undefined> {
  const [restarted] = await tx
    .update(webhookDeliveries)
    .set({ state: "waiting", attempts: 0, nextAttemptAt: now })
    .from(webhookEndpoints)
    .where(
      and(
        eq(webhookDeliveries.organizationId, organizationId),
        eq(webhookDeliveries.id, id),
        eq(webhookEndpoints.organizationId, webhookDeliveries.organizationId),
        eq(webhookEndpoints.id, webhookDeliveries.endpointId),
        eq(webhookEndpoints.isEnabled, true),
      ),
    )
    .returning({ url: webhookEndpoints.url });
  return restarted;
}

export async function countWaiting(tx: Transaction): Promise<number> {
  const [row] = await tx
    .select({
      waiting: sql`count(*)`.mapWith(Number),
    })
    .from(webhookDeliveries)
    .where(sql`${webhookDeliveries.nextAttemptAt} is not null`);
  return row?.waiting ?? 0;
}
