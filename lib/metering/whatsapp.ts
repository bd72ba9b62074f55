import { createHash } from "node:crypto";
import { z } from "zod";
import { normalizeContact } from "@/lib/contact/contact";
import { canonicalCategory } from "@/lib/rating/rules";
import type { StatusKind, UsageEvent } from "./message";

/** What one webhook body tells of one business number. */
export type NumberReport = { readonly phoneNumberId: string; readonly events: readonly UsageEvent[] };

// Meta adds fields at any time and leaves others out: everything is optional, whatever is not understood is passed by.
const loose = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .transform((value) => value.replaceAll("\0", "").toWellFormed().slice(0, 500))
  .optional()
  .catch(undefined);
const list = <Item extends z.ZodType>(item: Item) =>
  z.array(item.nullable().catch(null)).optional().catch(undefined);
const part = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).nullish().catch(null);

const pricing = part({ type: loose, category: loose });
const status = z.object({
  id: loose,
  status: loose,
  timestamp: loose,
  recipient_id: loose,
  recipient_type: loose,
  recipient_participant_id: loose,
  participant_recipient_id: loose,
  recipient_user_id: loose,
  user_id: loose,
  pricing,
  conversation: part({ id: loose, expiration_timestamp: loose, origin: part({ type: loose }), pricing }),
  errors: list(z.object({ code: loose, title: loose })),
  biz_opaque_callback_data: loose,
});
const message = z.object({
  id: loose,
  from: loose,
  user_id: loose,
  from_user_id: loose,
  timestamp: loose,
  type: loose,
  group_id: loose,
  referral: part({ source_type: loose }),
  system: part({ type: loose, wa_id: loose, new_wa_id: loose, user_id: loose }),
});
const call = z.object({ id: loose, from: loose, timestamp: loose, direction: loose, event: loose });
const value = z.object({
  metadata: part({ phone_number_id: loose }),
  contacts: list(z.object({ wa_id: loose, user_id: loose })),
  messages: list(message),
  statuses: list(status),
  calls: list(call),
});
const body = z.object({
  entry: list(z.object({ changes: list(z.object({ value: value.nullish().catch(null) })) })),
});

type Status = z.infer<typeof status>;
type Message = z.infer<typeof message>;

/**
 * Reads a body of Meta's WhatsApp webhook. Account, template and other updates carry nothing to meter and give no
 * report. Null: not a webhook body at all.
 *
 * @param receivedAt stands in for a time that the body does not tell
 */
export function readWebhook(json: unknown, receivedAt: Date): NumberReport[] | null {
  const parsed = body.safeParse(json);
  if (!parsed.success) return null;
  const reports: NumberReport[] = [];
  for (const entry of parsed.data.entry ?? []) {
    for (const change of entry?.changes ?? []) {
      const content = change?.value;
      const phoneNumberId = content?.metadata?.phone_number_id;
      if (!content || !phoneNumberId) continue;
      const known = { source: `whatsapp:${phoneNumberId}`, businessNumber: phoneNumberId, receivedAt };
      const events = [
        ...(content.messages ?? []).flatMap((item, index) => {
          const contact = content.contacts?.[index] ?? content.contacts?.[0];
          return item ? (readMessage(item, contact?.wa_id || contact?.user_id, known) ?? []) : [];
        }),
        ...(content.calls ?? []).flatMap((item) => (item ? (readCall(item, known) ?? []) : [])),
        ...(content.statuses ?? []).flatMap((item, index) => {
          const contacts = content.contacts ?? [];
          const contact = contacts[index] ?? (contacts.length === 1 ? contacts[0] : undefined);
          return item ? (readStatus(item, contact?.wa_id || contact?.user_id, known) ?? []) : [];
        }),
      ];
      if (events.length > 0) reports.push({ phoneNumberId, events });
    }
  }
  return reports;
}

type Known = { readonly source: string; readonly businessNumber: string; readonly receivedAt: Date };

function blank(known: Known, id: string, timestamp: string | undefined, contact: string) {
  return {
    source: known.source,
    id,
    at: seconds(timestamp) ?? known.receivedAt.getTime(),
    channel: "whatsapp",
    messageId: id,
    contact: normalizeContact("whatsapp", contact),
    businessNumber: known.businessNumber,
    groupId: null,
    category: null,
    template: null,
    broadcast: null,
    pricing: null,
    conversation: null,
    hold: null,
    error: null,
    fromAd: false,
    formerContact: null,
  } satisfies Omit<UsageEvent, "kind">;
}

/** The customer's phone number; since 2026 perhaps only a user id, with empty phone fields. */
function readMessage(item: Message, fallback: string | undefined, known: Known): UsageEvent | null {
  const from = item.from || item.user_id || item.from_user_id || fallback;
  if (!from || !item.id) return null;
  const event = {
    ...blank(known, `message:${item.id}`, item.timestamp, from),
    messageId: item.id,
    kind: "received" as const,
  };
  if (item.type !== "system") {
    return { ...event, groupId: item.group_id || null, fromAd: item.referral?.source_type === "ad" };
  }
  const changed =
    item.system?.type === "user_changed_number" ? item.system.wa_id || item.system.new_wa_id : undefined;
  return changed
    ? { ...event, contact: normalizeContact("whatsapp", changed), formerContact: event.contact }
    : null;
}

function readCall(item: z.infer<typeof call>, known: Known): UsageEvent | null {
  if (!item.id || !item.from || item.direction === "BUSINESS_INITIATED") return null;
  return {
    ...blank(known, `call:${item.id}:${item.event ?? ""}`, item.timestamp, item.from),
    kind: "called",
  };
}

const KINDS: ReadonlyMap<string, StatusKind> = new Map([
  ["sent", "sent"],
  ["delivered", "delivered"],
  ["read", "read"],
  // A voice message that was played was read.
  ["played", "read"],
  ["failed", "failed"],
]);

/** The recipient's phone number or user id; where a status leaves both out, who the body says it is about. */
function readStatus(item: Status, fallback: string | undefined, known: Known): UsageEvent | null {
  const kind = KINDS.get(item.status?.toLowerCase() ?? "");
  if (!kind || !item.id) return null;
  const member = item.recipient_participant_id || item.participant_recipient_id;
  const isGroup = item.recipient_type === "group" || Boolean(member);
  const person = item.recipient_id || item.recipient_user_id || item.user_id || fallback;
  const digest = createHash("sha256").update(JSON.stringify(item)).digest("base64url");
  const said = item.pricing ?? item.conversation?.pricing;
  const error = item.errors?.[0];
  return {
    ...blank(known, `status:${digest}`, item.timestamp, (isGroup ? member : person) ?? ""),
    kind,
    messageId: item.id,
    groupId: isGroup ? item.recipient_id || "unknown" : null,
    pricing: said ? { type: said.type || null, category: category(said.category) } : null,
    conversation: item.conversation
      ? {
          id: item.conversation.id || null,
          expiresAt: seconds(item.conversation.expiration_timestamp),
          origin: category(item.conversation.origin?.type),
        }
      : null,
    error: error?.code ? { code: error.code, title: error.title ?? "" } : null,
    ...readCallbackData(item.biz_opaque_callback_data),
  };
}

function category(text: string | undefined): string | null {
  return text ? canonicalCategory(text) : null;
}

/** Unix seconds, as text or number. Null for anything else. */
function seconds(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,11}$/.test(text)) return null;
  return Number(text) * 1_000;
}

const named = z.object({ id: z.string().min(1).max(500), name: z.string().max(500).optional() });
const callbackData = z.object({
  broadcast: z
    .union([named, z.string().min(1).max(500)])
    .optional()
    .catch(undefined),
  hold: z.string().min(1).max(100).optional().catch(undefined),
  template: z.string().min(1).max(600).optional().catch(undefined),
});

/**
 * The string that the sender gave with the message and Meta echoes: JSON with `broadcast` (an id, or id and name),
 * `hold` and `template`, or the bare id of a hold. Anything else is the sender's own business.
 */
export function readCallbackData(
  text: string | undefined,
): Pick<UsageEvent, "broadcast" | "hold" | "template"> {
  const nothing = { broadcast: null, hold: null, template: null };
  if (!text) return nothing;
  if (text.startsWith("hold_")) return { ...nothing, hold: text };
  const data = callbackData.safeParse(parseJson(text));
  if (!data.success) return nothing;
  const { broadcast, hold, template } = data.data;
  const named = typeof broadcast === "string" ? { id: broadcast, name: broadcast } : broadcast;
  return {
    broadcast: named ? { id: named.id, name: named.name ?? named.id } : null,
    hold: hold ?? null,
    template: template ?? null,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
