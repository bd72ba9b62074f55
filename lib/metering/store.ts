import { rawSql, type Transaction } from "@/db/client";
import { type Write, write } from "@/db/together";
import { isoOf, type Month } from "@/lib/time/period";
import type { Tally } from "./tally";
import { type Conversation, type EntryPoint, peerKey } from "./windows";
import type { Visitor } from "./workbench";

const iso = (time: number | null) => (time === null ? undefined : isoOf(time));
const ms = (text: string | null) => (text === null ? null : Date.parse(text));

type PeerRange = { readonly businessNumber: string; readonly peer: string };

/** What customers and the business did lately, for the peers of a batch: `from` and `to` bound the search. */
export async function selectWindows(
  tx: Transaction,
  organizationId: number,
  peers: readonly PeerRange[],
  from: number,
  to: number,
) {
  const sql = rawSql(tx);
  const rows = JSON.stringify(peers.map(({ businessNumber, peer }) => ({ n: businessNumber, p: peer })));
  const [start, end] = [isoOf(from), isoOf(to)];
  const [inbound, entries] = await Promise.all([
    sql<{ n: string; p: string; t: string }[]>`
      select i.business_number as n, i.peer as p, i.occurred_at as t
      from json_to_recordset(${rows}::text::json) as g (n text, p text) cross join lateral (
        select * from inbound_times where organization_id = ${organizationId} and business_number = g.n
          and peer = g.p and occurred_at between ${start} and ${end} offset 0) i
      order by i.occurred_at`,
    sql<{ n: string; p: string; entered_at: string; answers: string[]; said_expiry: string | null }[]>`
      select e.business_number as n, e.contact as p, e.entered_at, to_json(e.answers) as answers, e.said_expiry
      from json_to_recordset(${rows}::text::json) as g (n text, p text) cross join lateral (
        select * from entry_points where organization_id = ${organizationId} and business_number = g.n
          and contact = g.p and entered_at between ${start} and ${end} offset 0) e
      order by e.entered_at`,
  ]);
  return {
    inbound: inbound.map((row) => ({ businessNumber: row.n, peer: row.p, at: Date.parse(row.t) })),
    entryPoints: entries.map(
      (row): EntryPoint => ({
        businessNumber: row.n,
        contact: row.p,
        enteredAt: Date.parse(row.entered_at),
        answers: row.answers.map(Date.parse),
        saidExpiry: ms(row.said_expiry),
        changed: false,
      }),
    ),
  };
}

/** Deliveries to some customers in a span of time. There is no index by customer: the span is short. */
export async function selectDeliveries(
  tx: Transaction,
  organizationId: number,
  peers: readonly PeerRange[],
  from: number,
  to: number,
): Promise<{ businessNumber: string; peer: string; id: number; at: number }[]> {
  const wanted = new Set(peers.map(({ businessNumber, peer }) => peerKey(businessNumber, peer)));
  const contacts = [...new Set(peers.map(({ peer }) => peer))];
  const found = await rawSql(tx)<{ n: string; p: string; id: string; t: string }[]>`
    select business_number as n, contact as p, id, occurred_at as t from messages
    where organization_id = ${organizationId} and contact = any(${contacts}::text[])
      and occurred_at between ${isoOf(from)} and ${isoOf(to)}
      and channel = 'whatsapp' and group_id is null and coalesce(delivered_at, read_at) is not null`;
  return found
    .filter(({ n, p }) => wanted.has(peerKey(n, p)))
    .map((row) => ({ businessNumber: row.n, peer: row.p, id: Number(row.id), at: Date.parse(row.t) }));
}

export async function selectConversations(
  tx: Transaction,
  organizationId: number,
  peers: readonly PeerRange[],
  from: number,
  to: number,
): Promise<Conversation[]> {
  const rows = JSON.stringify(peers.map(({ businessNumber, peer }) => ({ n: businessNumber, p: peer })));
  const found = await rawSql(tx)<
    { n: string; p: string; category: string; opened_at: string; expires_at: string; opened_by: string }[]
  >`
    select c.business_number as n, c.contact as p, c.category, c.opened_at, c.expires_at, c.opened_by
    from json_to_recordset(${rows}::text::json) as g (n text, p text) cross join lateral (
      select * from conversations
      where organization_id = ${organizationId} and business_number = g.n and contact = g.p
        and opened_at <= ${isoOf(to)} and expires_at >= ${isoOf(from)} offset 0) c
    order by c.opened_at`;
  return found.map((row) => ({
    businessNumber: row.n,
    contact: row.p,
    category: row.category,
    openedAt: Date.parse(row.opened_at),
    expiresAt: Date.parse(row.expires_at),
    openedBy: Number(row.opened_by),
    storedAt: Date.parse(row.opened_at),
    changed: false,
    closed: false,
  }));
}

export async function selectVisitors(
  tx: Transaction,
  organizationId: number,
  keys: readonly { readonly month: Month; readonly channel: string; readonly contact: string }[],
): Promise<Visitor[]> {
  const rows = JSON.stringify(
    keys.map(({ month, channel, contact }) => ({ m: month, h: channel, c: contact })),
  );
  const found = await rawSql(tx)<
    { month: Month; channel: string; contact: string; ordinal: number; first_seen_at: string }[]
  >`
    select v.month, v.channel, v.contact, v.ordinal, v.first_seen_at
    from json_to_recordset(${rows}::text::json) as g (m text, h text, c text) cross join lateral (
      select * from unique_visitors
      where organization_id = ${organizationId} and month = g.m and channel = g.h and contact = g.c offset 0) v`;
  return found.map((row) => ({
    month: row.month,
    channel: row.channel,
    contact: row.contact,
    ordinal: row.ordinal,
    firstSeenAt: Date.parse(row.first_seen_at),
    storedAs: row.contact,
    changed: false,
  }));
}

export async function selectCounters(
  tx: Transaction,
  organizationId: number,
  months: readonly Month[],
): Promise<{ month: Month; counter: string; units: number }[]> {
  const rows = await rawSql(tx)<{ month: Month; counter: string; units: string }[]>`
    select month, counter, units from usage_counters
    where organization_id = ${organizationId} and month = any(${[...months]}::text[])`;
  return rows.map((row) => ({ ...row, units: Number(row.units) }));
}

/** What a batch added to the roll-ups: one statement per table, whatever the batch's size. */
export function addToRollups(organizationId: number, tally: Tally): Write[] {
  const writes: Write[] = [];
  const days = [...tally.days].map(([day, { amount, ...units }]) => ({
    day,
    ...units,
    amount_micros: String(amount),
  }));
  if (days.length > 0) {
    writes.push(write`
      insert into daily_usage as d (organization_id, day, service, marketing, utility, authentication,
        authentication_international, "group", other, unique_visitors, amount_micros)
      select ${organizationId}::integer, r.day, r.service, r.marketing, r.utility, r.authentication,
        r.authentication_international, r."group", r.other, r.unique_visitors, r.amount_micros
      from json_populate_recordset(null::daily_usage, ${JSON.stringify(days)}::text::json) r order by r.day
      on conflict (organization_id, day) do update set service = d.service + excluded.service,
        marketing = d.marketing + excluded.marketing, utility = d.utility + excluded.utility,
        authentication = d.authentication + excluded.authentication,
        authentication_international = d.authentication_international + excluded.authentication_international,
        "group" = d."group" + excluded."group", other = d.other + excluded.other,
        unique_visitors = d.unique_visitors + excluded.unique_visitors,
        amount_micros = d.amount_micros + excluded.amount_micros`);
  }
  const details = [...tally.details.values()].map((detail) => ({
    day: detail.day,
    category: detail.category,
    market: detail.market,
    paid_from: detail.paidFrom,
    uses: detail.uses,
    units: detail.units,
    quota_units: detail.quotaUnits,
    amount_micros: String(detail.amount),
    initial_micros: String(detail.initial),
    additional_micros: String(detail.additional),
  }));
  if (details.length > 0) {
    writes.push(write`
      insert into daily_usage_details as d (organization_id, day, category, market, paid_from, uses, units, quota_units,
        amount_micros, initial_micros, additional_micros)
      select ${organizationId}::integer, r.day, r.category, r.market, r.paid_from, r.uses, r.units, r.quota_units,
        r.amount_micros, r.initial_micros, r.additional_micros
      from json_populate_recordset(null::daily_usage_details, ${JSON.stringify(details)}::text::json) r
      on conflict (organization_id, day, category, market, paid_from) do update set uses = d.uses + excluded.uses,
        units = d.units + excluded.units, quota_units = d.quota_units + excluded.quota_units,
        amount_micros = d.amount_micros + excluded.amount_micros,
        initial_micros = d.initial_micros + excluded.initial_micros,
        additional_micros = d.additional_micros + excluded.additional_micros`);
  }
  const visitors = [...tally.visitors.values()];
  if (visitors.length > 0) {
    writes.push(write`
      insert into daily_visitors as d (organization_id, day, channel, visitors)
      select ${organizationId}::integer, r.day, r.channel, r.visitors
      from json_populate_recordset(null::daily_visitors, ${JSON.stringify(visitors)}::text::json) r
      on conflict (organization_id, day, channel) do update set visitors = d.visitors + excluded.visitors`);
  }
  const broadcasts = [...tally.broadcasts.values()].map((broadcast) => ({
    broadcast_id: broadcast.broadcastId,
    name: broadcast.name,
    template: broadcast.template,
    category: broadcast.category,
    started_at: iso(broadcast.startedAt),
    recipients: broadcast.recipients,
    sent: broadcast.sent,
    delivered: broadcast.delivered,
    read: broadcast.read,
    failed: broadcast.failed,
    amount_micros: String(broadcast.amount),
  }));
  if (broadcasts.length > 0) {
    writes.push(write`
      insert into broadcasts as b (organization_id, broadcast_id, name, template, category, started_at, recipients, sent,
        delivered, read, failed, amount_micros)
      select ${organizationId}::integer, r.broadcast_id, coalesce(r.name, r.broadcast_id), r.template, r.category, r.started_at,
        r.recipients, r.sent, r.delivered, r.read, r.failed, r.amount_micros
      from json_populate_recordset(null::broadcasts, ${JSON.stringify(broadcasts)}::text::json) r
      on conflict (organization_id, broadcast_id) do update set
        name = case when excluded.name = excluded.broadcast_id then b.name else excluded.name end,
        template = coalesce(excluded.template, b.template), category = coalesce(excluded.category, b.category),
        started_at = least(b.started_at, excluded.started_at), recipients = b.recipients + excluded.recipients,
        sent = b.sent + excluded.sent, delivered = b.delivered + excluded.delivered, read = b.read + excluded.read,
        failed = b.failed + excluded.failed, amount_micros = b.amount_micros + excluded.amount_micros`);
  }
  return writes;
}

export async function upsertVisitors(
  tx: Transaction,
  organizationId: number,
  visitors: readonly Visitor[],
): Promise<void> {
  const rows = JSON.stringify(
    visitors.map((visitor) => ({
      month: visitor.month,
      channel: visitor.channel,
      contact: visitor.contact,
      ordinal: visitor.ordinal,
      first_seen_at: iso(visitor.firstSeenAt),
    })),
  );
  const sql = rawSql(tx);
  const renamed = visitors
    .filter(({ storedAs, contact }) => storedAs !== null && storedAs !== contact)
    .map(({ month, channel, storedAs, contact }) => ({ m: month, h: channel, f: storedAs, c: contact }));
  if (renamed.length > 0) {
    await sql`
      update unique_visitors v set contact = g.c
      from json_to_recordset(${JSON.stringify(renamed)}::text::json) as g (m text, h text, f text, c text)
      cross join lateral (
        select ctid from unique_visitors
        where organization_id = ${organizationId} and month = g.m and channel = g.h and contact = g.f offset 0) stored
      where v.ctid = stored.ctid`;
  }
  await sql`
    insert into unique_visitors (organization_id, month, channel, contact, ordinal, first_seen_at)
    select ${organizationId}, r.month, r.channel, r.contact, r.ordinal, r.first_seen_at
    from json_populate_recordset(null::unique_visitors, ${rows}::text::json) r
    on conflict (organization_id, month, channel, contact) do update set first_seen_at = excluded.first_seen_at`;
}

export async function insertInbound(
  tx: Transaction,
  organizationId: number,
  inbound: readonly { readonly businessNumber: string; readonly peer: string; readonly at: number }[],
): Promise<void> {
  const rows = JSON.stringify(
    inbound.map(({ businessNumber, peer, at }) => ({ n: businessNumber, p: peer, t: iso(at) })),
  );
  await rawSql(tx)`
    insert into inbound_times (organization_id, business_number, peer, occurred_at)
    select ${organizationId}, n, p, t
    from json_to_recordset(${rows}::text::json) as g (n text, p text, t timestamptz) on conflict do nothing`;
}

export async function upsertEntryPoints(
  tx: Transaction,
  organizationId: number,
  entries: readonly EntryPoint[],
): Promise<void> {
  const rows = JSON.stringify(
    entries.map((entry) => ({
      business_number: entry.businessNumber,
      contact: entry.contact,
      entered_at: iso(entry.enteredAt),
      answers: entry.answers.map(iso),
      said_expiry: iso(entry.saidExpiry),
    })),
  );
  await rawSql(tx)`
    insert into entry_points (organization_id, business_number, contact, entered_at, answers, said_expiry)
    select ${organizationId}, r.business_number, r.contact, r.entered_at, r.answers, r.said_expiry
    from json_populate_recordset(null::entry_points, ${rows}::text::json) r
    on conflict (organization_id, business_number, contact, entered_at)
      do update set answers = excluded.answers, said_expiry = excluded.said_expiry`;
}

/** Conversations that changed: those that closed or moved leave their old row, the open ones are written. */
export async function replaceConversations(
  tx: Transaction,
  organizationId: number,
  conversations: readonly Conversation[],
): Promise<void> {
  const sql = rawSql(tx);
  const toRows = (list: readonly Conversation[], openedAt: (conversation: Conversation) => number | null) =>
    JSON.stringify(
      list.map((conversation) => ({
        business_number: conversation.businessNumber,
        contact: conversation.contact,
        category: conversation.category,
        opened_at: iso(openedAt(conversation)),
        expires_at: iso(conversation.expiresAt),
        opened_by: conversation.openedBy,
      })),
    );
  const left = conversations.filter(
    ({ storedAt, openedAt, closed }) => storedAt !== null && (closed || storedAt !== openedAt),
  );
  const open = conversations.filter(({ closed }) => !closed);
  if (left.length > 0) {
    await sql`
      delete from conversations c
      using json_populate_recordset(null::conversations, ${toRows(left, ({ storedAt }) => storedAt)}::text::json) r
      cross join lateral (
        select ctid from conversations
        where organization_id = ${organizationId} and business_number = r.business_number and contact = r.contact
          and category = r.category and opened_at = r.opened_at offset 0) stored
      where c.ctid = stored.ctid`;
  }
  if (open.length > 0) {
    await sql`
      insert into conversations (organization_id, business_number, contact, category, opened_at, expires_at, opened_by)
      select ${organizationId}, r.business_number, r.contact, r.category, r.opened_at, r.expires_at, r.opened_by
      from json_populate_recordset(null::conversations, ${toRows(open, ({ openedAt }) => openedAt)}::text::json) r
      on conflict (organization_id, business_number, contact, category, opened_at)
        do update set expires_at = excluded.expires_at`;
  }
}

export function upsertCounters(
  organizationId: number,
  counters: readonly { readonly month: Month; readonly counter: string; readonly units: number }[],
): Write {
  return write`
    insert into usage_counters (organization_id, month, counter, units)
    select ${organizationId}::integer, r.month, r.counter, r.units
    from json_populate_recordset(null::usage_counters, ${JSON.stringify(counters)}::text::json) r
    on conflict (organization_id, month, counter) do update set units = excluded.units`;
}
