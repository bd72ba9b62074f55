import { rawSql, type Transaction } from "@/db/client";

/** Whether anything was ever counted for the organization: a message, a visitor or an event. */
export async function selectHasUsage(tx: Transaction, organizationId: number): Promise<boolean> {
  const [row] = await rawSql(tx)<{ used: boolean }[]>`
    select exists (select from message_keys where organization_id = ${organizationId})
        or exists (select from unique_visitors where organization_id = ${organizationId})
        or exists (select from event_keys where organization_id = ${organizationId}) as used`;
  return row?.used ?? false;
}

export async function selectHasTransfers(tx: Transaction, organizationId: number): Promise<boolean> {
  const [row] = await rawSql(tx)<{ moved: boolean }[]>`
    select exists (select from ledger_transfers where organization_id = ${organizationId}) as moved`;
  return row?.moved ?? false;
}

export async function selectAnswer(
  tx: Transaction,
  organizationId: number,
  operation: string,
  idempotencyKey: string,
): Promise<{ requestHash: string; response: string } | undefined> {
  const [row] = await rawSql(tx)<{ request_hash: string; response: string }[]>`
    select request_hash, response from idempotent_requests
    where organization_id = ${organizationId} and operation = ${operation}
      and idempotency_key = ${idempotencyKey}`;
  return row && { requestHash: row.request_hash, response: row.response };
}

export async function insertAnswer(
  tx: Transaction,
  organizationId: number,
  operation: string,
  idempotencyKey: string,
  answer: { requestHash: string; response: string },
): Promise<void> {
  await rawSql(tx)`
    insert into idempotent_requests (organization_id, operation, idempotency_key, request_hash, response)
    values (${organizationId}, ${operation}, ${idempotencyKey}, ${answer.requestHash}, ${answer.response})`;
}

/** Organizations on the price book with messages that wait for a price. Reads the index of unpriced messages only. */
export async function selectWaitingForPrices(tx: Transaction, priceBookId: number): Promise<number[]> {
  const rows = await rawSql(tx)<{ organization_id: number }[]>`
    select distinct organization_id from messages
    where paid_from = 'unpriced'
      and organization_id in (select organization_id from price_book_assignments where price_book_id = ${priceBookId})
    order by organization_id`;
  return rows.map((row) => row.organization_id);
}

/** Messages that wait for a price, summed up; of one organization or of all. Reads the index of unpriced messages. */
/** Organizations with messages that wait for a price, found in the index of those alone. */
export async function selectOrganizationsWithParked(tx: Transaction): Promise<number[]> {
  const rows = await rawSql(tx)<{ organization_id: number }[]>`
    select distinct organization_id from messages where paid_from = 'unpriced'`;
  return rows.map((row) => row.organization_id);
}

export async function selectParked(tx: Transaction, organizationId: number | null, limit: number) {
  const rows = await rawSql(tx)<
    {
      slug: string;
      category: string | null;
      market: string | null;
      why: string | null;
      messages: string;
      oldest: string;
      newest: string;
    }[]
  >`
    select o.slug, m.category, m.market, m.basis ->> 'unpriced' as why, count(*) as messages,
           min(m.occurred_at) as oldest, max(m.occurred_at) as newest
    from messages m join organizations o on o.id = m.organization_id
    where m.paid_from = 'unpriced' and (${organizationId}::integer is null or m.organization_id = ${organizationId})
    group by 1, 2, 3, 4 order by count(*) desc, 1, 2, 3, 4 limit ${limit}`;
  return rows.map((row) => ({
    organization: row.slug,
    category: row.category,
    market: row.market,
    why: row.why,
    messages: Number(row.messages),
    oldest: new Date(row.oldest),
    newest: new Date(row.newest),
  }));
}
