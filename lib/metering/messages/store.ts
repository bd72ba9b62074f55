import { rawSql, type Transaction } from "@/db/client";
import { rowSource, type SourceColumn } from "@/db/row-source";
import type { ChargeBasis } from "@/db/schema/metering";
import { isoOf } from "@/lib/time/period";
import type { Charge, Message, PaidFrom } from "../message";

/** Where a message's row is. */
export type MessageLocation = { readonly occurredAt: string; readonly id: number };

/** A message and where its row belongs in time. */
export type PlacedMessage = { readonly message: Message; readonly occurredAt: number };

const iso = (time: number | null) => (time === null ? null : isoOf(time));
const ms = (text: string | null) => (text === null ? null : Date.parse(text));

type EventIdentity = { readonly source: string; readonly id: string };
type NumberedEvent = EventIdentity & { readonly n: number };

const EVENTS = rowSource<NumberedEvent>([
  { name: "n", type: "integer", value: ({ n }) => n },
  { name: "id", type: "text", value: ({ id }) => id },
  { name: "source", type: "text", value: ({ source }) => source },
]);

const INSERT_EVENT_KEYS = `
  with given as materialized (select * from ${EVENTS.sql} g), added as (
    insert into event_keys (organization_id, source, event_id)
    select $${EVENTS.parameterCount + 1}::integer, source, id from given order by source, id
    on conflict do nothing returning source, event_id
  )
  select n from given where (select count(*) from added) < (select count(*) from given)
    and (source, id) not in (select source, event_id from added)`;

/** Remembers events. @returns the positions of those that were known already. */
export async function insertEventKeys(
  tx: Transaction,
  organizationId: number,
  events: readonly EventIdentity[],
): Promise<number[]> {
  return positions(tx, INSERT_EVENT_KEYS, organizationId, events);
}

const SELECT_EVENT_KEYS = `
  select g.n from ${EVENTS.sql} g cross join lateral (
    select from event_keys
    where organization_id = $${EVENTS.parameterCount + 1}::integer and source = g.source and event_id = g.id offset 0) k`;

/** The positions of those events that are remembered. */
export async function selectEventKeys(
  tx: Transaction,
  organizationId: number,
  events: readonly EventIdentity[],
): Promise<number[]> {
  return positions(tx, SELECT_EVENT_KEYS, organizationId, events);
}

async function positions(
  tx: Transaction,
  statement: string,
  organizationId: number,
  events: readonly EventIdentity[],
): Promise<number[]> {
  const numbered = events.map(({ source, id }, n) => ({ source, id, n }));
  const parameters = [...EVENTS.parameters(numbered), organizationId];
  const found = await rawSql(tx).unsafe<{ n: number }[]>(statement, parameters, PREPARED);
  return found.map(({ n }) => n);
}

type MessageKey = { readonly messageId: string; readonly contact: string };

const KEYS = rowSource<MessageKey>([
  { name: "message_id", type: "text", value: ({ messageId }) => messageId },
  { name: "contact", type: "text", value: ({ contact }) => contact },
]);

const SELECT_LOCATIONS = `
  select k.occurred_at, k.id from ${KEYS.sql} g cross join lateral (
    select occurred_at, id from message_keys
    where organization_id = $${KEYS.parameterCount + 1}::integer and message_id = g.message_id
      and contact = g.contact offset 0) k`;

export async function selectMessageLocations(
  tx: Transaction,
  organizationId: number,
  keys: readonly MessageKey[],
): Promise<MessageLocation[]> {
  const found = await rawSql(tx).unsafe<{ occurred_at: string; id: string }[]>(
    SELECT_LOCATIONS,
    [...KEYS.parameters(keys), organizationId],
    { prepare: true },
  );
  return found.map((row) => ({ occurredAt: row.occurred_at, id: Number(row.id) }));
}

type MessageRow = {
  id: string;
  occurred_at: string;
  booked_at: string | null;
  message_id: string;
  channel: string;
  business_number: string;
  contact: string;
  group_id: string | null;
  broadcast_id: string | null;
  template: string | null;
  hold_id: string | null;
  hold_freed: boolean;
  sent_at: string | null;
  delivered_at: string | null;
  read_at: string | null;
  failed_at: string | null;
  error_code: string | null;
  error_title: string | null;
  category_sent: string | null;
  category_sent_at: string | null;
  category_billed: string | null;
  category_billed_at: string | null;
  pricing_type: string | null;
  pricing_type_at: string | null;
  conversation_id: string | null;
  conversation_expires_at: string | null;
  category: string | null;
  market: string | null;
  unit: "message" | "conversation" | null;
  units: number;
  price_version_id: number | null;
  unit_price_micros: string | null;
  amount_micros: string;
  paid_from: PaidFrom | "pending";
  paid_initial_micros: string;
  paid_additional_micros: string;
  free_reason: string | null;
  posting: string | null;
  initial_after_micros: string | null;
  additional_after_micros: string | null;
  basis: ChargeBasis | null;
};

export async function selectMessages(
  tx: Transaction,
  organizationId: number,
  locations: readonly MessageLocation[],
): Promise<Message[]> {
  const rows = JSON.stringify(locations.map(({ occurredAt, id }) => ({ t: occurredAt, i: id })));
  // The bounds let the planner leave out the partitions that cannot hold any of them.
  const times = locations.map(({ occurredAt }) => Date.parse(occurredAt));
  const first = isoOf(times.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER));
  const last = isoOf(times.reduce((a, b) => Math.max(a, b), -8.64e15));
  const found = await rawSql(tx)<MessageRow[]>`
    select m.id, m.occurred_at, m.booked_at, m.message_id, m.channel, m.business_number, m.contact, m.group_id,
      m.broadcast_id, m.template, m.hold_id, m.hold_freed, m.sent_at, m.delivered_at, m.read_at, m.failed_at,
      m.error_code, m.error_title, m.category_sent, m.category_sent_at, m.category_billed, m.category_billed_at,
      m.pricing_type, m.pricing_type_at, m.conversation_id, m.conversation_expires_at, m.category, m.market, m.unit, m.units,
      m.price_version_id, m.unit_price_micros, m.amount_micros, m.paid_from, m.paid_initial_micros,
      m.paid_additional_micros, m.free_reason, m.posting, m.initial_after_micros, m.additional_after_micros, m.basis
    from json_to_recordset(${rows}::text::json) as g (t timestamptz, i bigint) cross join lateral (
      select * from messages
      where organization_id = ${organizationId} and occurred_at = g.t and id = g.i
        and occurred_at between ${first} and ${last} offset 0) m`;
  return found.map(toMessage);
}

function toMessage(row: MessageRow): Message {
  return {
    id: Number(row.id),
    storedAt: Date.parse(row.occurred_at),
    messageId: row.message_id,
    channel: row.channel,
    contact: row.contact,
    businessNumber: row.business_number,
    groupId: row.group_id,
    broadcastId: row.broadcast_id,
    broadcastName: null,
    template: row.template,
    holdId: row.hold_id,
    holdFreed: row.hold_freed,
    sentAt: ms(row.sent_at),
    deliveredAt: ms(row.delivered_at),
    readAt: ms(row.read_at),
    failedAt: ms(row.failed_at),
    errorCode: row.error_code,
    errorTitle: row.error_title,
    categorySent: row.category_sent,
    categorySentAt: ms(row.category_sent_at),
    categoryBilled: row.category_billed,
    categoryBilledAt: ms(row.category_billed_at),
    pricingType: row.pricing_type,
    pricingTypeAt: ms(row.pricing_type_at),
    conversationId: row.conversation_id,
    conversationExpiresAt: ms(row.conversation_expires_at),
    charge: toCharge(row),
    posting: row.posting === null ? null : Number(row.posting),
  };
}

function toCharge(row: MessageRow): Charge | null {
  if (row.paid_from === "pending") return null;
  return {
    occurredAt: Date.parse(row.occurred_at),
    bookedAt: Date.parse(row.booked_at ?? row.occurred_at),
    category: row.category,
    market: row.market,
    unit: row.unit,
    units: row.units,
    versionId: row.price_version_id,
    unitPrice: row.unit_price_micros === null ? null : BigInt(row.unit_price_micros),
    amount: BigInt(row.amount_micros),
    paidFrom: row.paid_from,
    fromInitial: BigInt(row.paid_initial_micros),
    fromAdditional: BigInt(row.paid_additional_micros),
    freeReason: row.free_reason,
    initialAfter: BigInt(row.initial_after_micros ?? "0"),
    additionalAfter: BigInt(row.additional_after_micros ?? "0"),
    basis: row.basis ?? {},
  };
}

const COLUMNS: readonly SourceColumn<PlacedMessage>[] = [
  { name: "id", type: "bigint", value: ({ message }) => message.id },
  { name: "occurred_at", type: "timestamptz", value: ({ occurredAt }) => iso(occurredAt) },
  { name: "stored_at", type: "timestamptz", value: ({ message }) => iso(message.storedAt) },
  { name: "message_id", type: "text", value: ({ message }) => message.messageId },
  { name: "contact", type: "text", value: ({ message }) => message.contact },
  { name: "channel", type: "text", value: ({ message }) => message.channel },
  { name: "business_number", type: "text", value: ({ message }) => message.businessNumber },
  { name: "group_id", type: "text", value: ({ message }) => message.groupId },
  { name: "broadcast_id", type: "text", value: ({ message }) => message.broadcastId },
  { name: "template", type: "text", value: ({ message }) => message.template },
  { name: "hold_id", type: "text", value: ({ message }) => message.holdId },
  { name: "hold_freed", type: "boolean", value: ({ message }) => message.holdFreed },
  { name: "sent_at", type: "timestamptz", value: ({ message }) => iso(message.sentAt) },
  { name: "delivered_at", type: "timestamptz", value: ({ message }) => iso(message.deliveredAt) },
  { name: "read_at", type: "timestamptz", value: ({ message }) => iso(message.readAt) },
  { name: "failed_at", type: "timestamptz", value: ({ message }) => iso(message.failedAt) },
  { name: "error_code", type: "text", value: ({ message }) => message.errorCode },
  { name: "error_title", type: "text", value: ({ message }) => message.errorTitle },
  { name: "category_sent", type: "text", value: ({ message }) => message.categorySent },
  { name: "category_sent_at", type: "timestamptz", value: ({ message }) => iso(message.categorySentAt) },
  { name: "category_billed", type: "text", value: ({ message }) => message.categoryBilled },
  { name: "category_billed_at", type: "timestamptz", value: ({ message }) => iso(message.categoryBilledAt) },
  { name: "pricing_type", type: "text", value: ({ message }) => message.pricingType },
  { name: "pricing_type_at", type: "timestamptz", value: ({ message }) => iso(message.pricingTypeAt) },
  { name: "conversation_id", type: "text", value: ({ message }) => message.conversationId },
  {
    name: "conversation_expires_at",
    type: "timestamptz",
    value: ({ message }) => iso(message.conversationExpiresAt),
  },
  { name: "posting", type: "bigint", value: ({ message }) => message.posting },
  { name: "booked_at", type: "timestamptz", value: ({ message }) => iso(message.charge?.bookedAt ?? null) },
  { name: "category", type: "text", value: ({ message }) => message.charge?.category ?? null },
  { name: "market", type: "text", value: ({ message }) => message.charge?.market ?? null },
  { name: "unit", type: "text", value: ({ message }) => message.charge?.unit ?? null },
  { name: "units", type: "smallint", value: ({ message }) => message.charge?.units ?? 0 },
  { name: "price_version_id", type: "integer", value: ({ message }) => message.charge?.versionId ?? null },
  { name: "unit_price_micros", type: "bigint", value: ({ message }) => message.charge?.unitPrice ?? null },
  { name: "amount_micros", type: "bigint", value: ({ message }) => message.charge?.amount ?? 0n },
  { name: "paid_from", type: "text", value: ({ message }) => message.charge?.paidFrom ?? "pending" },
  { name: "paid_initial_micros", type: "bigint", value: ({ message }) => message.charge?.fromInitial ?? 0n },
  {
    name: "paid_additional_micros",
    type: "bigint",
    value: ({ message }) => message.charge?.fromAdditional ?? 0n,
  },
  { name: "free_reason", type: "text", value: ({ message }) => message.charge?.freeReason ?? null },
  {
    name: "initial_after_micros",
    type: "bigint",
    value: ({ message }) => message.charge?.initialAfter ?? null,
  },
  {
    name: "additional_after_micros",
    type: "bigint",
    value: ({ message }) => message.charge?.additionalAfter ?? null,
  },
  {
    name: "basis",
    type: "jsonb",
    value: ({ message }) => (message.charge ? JSON.stringify(message.charge.basis) : null),
  },
];

const ROWS = rowSource(COLUMNS);
const WRITTEN = COLUMNS.map(({ name }) => name).filter((name) => name !== "stored_at");
const IDENTITY = ["id", "message_id", "contact", "channel"];

const INSERT_MESSAGES = `
  insert into messages (organization_id, ${WRITTEN.join(", ")})
  select $${ROWS.parameterCount + 1}::integer, ${WRITTEN.join(", ")} from ${ROWS.sql} r`;

const [OF, FIRST, LAST] = [1, 2, 3].map((n) => `$${ROWS.parameterCount + n}`);

/** Each row is looked up by its whole key and then written where it was found: no plan can make a search of that. */
const UPDATE_MESSAGES = `
  update messages m
  set ${WRITTEN.filter((name) => !IDENTITY.includes(name))
    .map((name) => `${name} = r.${name}`)
    .join(", ")}
  from ${ROWS.sql} r cross join lateral (
    select ctid, tableoid from messages
    where organization_id = ${OF}::integer and occurred_at = r.stored_at and id = r.id
      and occurred_at between ${FIRST}::timestamptz and ${LAST}::timestamptz offset 0) stored
  where m.ctid = stored.ctid and m.tableoid = stored.tableoid
    and m.occurred_at between ${FIRST}::timestamptz and ${LAST}::timestamptz`;

const LOCATED_KEYS = rowSource<PlacedMessage>([
  { name: "id", type: "bigint", value: ({ message }) => message.id },
  { name: "message_id", type: "text", value: ({ message }) => message.messageId },
  { name: "contact", type: "text", value: ({ message }) => message.contact },
  { name: "occurred_at", type: "timestamptz", value: ({ occurredAt }) => iso(occurredAt) },
]);

const INSERT_KEYS = `
  insert into message_keys (organization_id, message_id, contact, id, occurred_at)
  select $${LOCATED_KEYS.parameterCount + 1}::integer, message_id, contact, id, occurred_at from ${LOCATED_KEYS.sql} r`;

const MOVE_KEYS = `
  update message_keys k set occurred_at = r.occurred_at from ${LOCATED_KEYS.sql} r cross join lateral (
    select ctid from message_keys
    where organization_id = $${LOCATED_KEYS.parameterCount + 1}::integer and message_id = r.message_id
      and contact = r.contact offset 0) stored
  where k.ctid = stored.ctid`;

const PREPARED = { prepare: true };

export async function insertMessages(
  tx: Transaction,
  organizationId: number,
  placed: readonly PlacedMessage[],
): Promise<void> {
  const sql = rawSql(tx);
  await Promise.all([
    sql.unsafe(INSERT_KEYS, [...LOCATED_KEYS.parameters(placed), organizationId], PREPARED),
    sql.unsafe(INSERT_MESSAGES, [...ROWS.parameters(placed), organizationId], PREPARED),
  ]);
}

export async function updateMessages(
  tx: Transaction,
  organizationId: number,
  placed: readonly PlacedMessage[],
): Promise<void> {
  const sql = rawSql(tx);
  const stored = placed.map(({ message, occurredAt }) => message.storedAt ?? occurredAt);
  const first = iso(stored.reduce((a, b) => Math.min(a, b)));
  const last = iso(stored.reduce((a, b) => Math.max(a, b)));
  const moved = placed.filter(({ message, occurredAt }) => message.storedAt !== occurredAt);
  await Promise.all([
    sql.unsafe(UPDATE_MESSAGES, [...ROWS.parameters(placed), organizationId, first, last], PREPARED),
    moved.length > 0 && sql.unsafe(MOVE_KEYS, [...LOCATED_KEYS.parameters(moved), organizationId], PREPARED),
  ]);
}

/** Locations of messages that wait for a price, oldest first. */
export async function selectUnpriced(
  tx: Transaction,
  organizationId: number,
  limit: number,
  after: MessageLocation | null,
): Promise<MessageLocation[]> {
  const rows = await rawSql(tx)<{ occurred_at: string; id: string }[]>`
    select occurred_at, id from messages
    where organization_id = ${organizationId} and paid_from = 'unpriced'
      and (occurred_at, id) > (${after?.occurredAt ?? "-infinity"}::timestamptz, ${after?.id ?? 0}::bigint)
    order by occurred_at, id limit ${limit}`;
  return rows.map((row) => ({ occurredAt: row.occurred_at, id: Number(row.id) }));
}
