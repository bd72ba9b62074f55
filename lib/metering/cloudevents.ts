import { z } from "zod";
import { normalizeContact } from "@/lib/contact/contact";
import { canonicalCategory } from "@/lib/rating/rules";
import { parseInstant } from "@/lib/time/period";
import type { UsageEvent } from "./message";

const text = (longest: number) =>
  z
    .string()
    .min(1, "must not be empty")
    .max(longest)
    .refine((value) => !value.includes("\0") && value.isWellFormed(), "must be plain text");

const id = text(500);
const contact = text(200).refine((value) => value.trim() !== "", "must not be empty");
const channel = text(50).transform((value) => value.trim().toLowerCase());
const category = text(100).transform(canonicalCategory);
const group = z.object({ id }).nullish();

const envelope = {
  specversion: z.literal("1.0"),
  id,
  source: id,
  subject: text(200),
  time: z
    .string()
    .transform(parseInstant)
    .refine((instant) => instant !== null, "must be an RFC 3339 time"),
};

const received = z.object({
  ...envelope,
  type: z.literal("message.received"),
  data: z.object({
    channel,
    contact,
    message_id: id,
    business_number: text(200).nullish(),
    referral: z.object({ source_type: text(100) }).nullish(),
    group,
  }),
});

const status = z.object({
  ...envelope,
  type: z.enum(["message.sent", "message.delivered", "message.read", "message.failed"]),
  data: z.object({
    channel,
    contact,
    message_id: id,
    business_number: text(200).nullish(),
    category,
    template: text(600).nullish(),
    broadcast: z.object({ id, name: text(500).nullish() }).nullish(),
    group,
    pricing: z.object({ type: text(100).nullish(), category: category.nullish() }).nullish(),
    hold: text(100).nullish(),
    error: z.object({ code: z.union([z.number(), text(100)]), title: text(1_000).nullish() }).nullish(),
  }),
});

/** One event as contracts.md describes it (POST /api/v1/events). */
export const cloudEvent = z.discriminatedUnion("type", [received, status]);

/** What tells an event from all others: enough to know a repeat, whatever else it says. */
const identity = z.object({ id, source: id, subject: text(200) });

export type ParsedEvent =
  | { readonly ok: true; readonly subject: string; readonly event: UsageEvent }
  | {
      readonly ok: false;
      readonly id: string | undefined;
      readonly code: string;
      readonly detail: string;
      /** Null where even that cannot be read. */
      readonly identity: z.infer<typeof identity> | null;
    };

const KINDS = {
  "message.received": "received",
  "message.sent": "sent",
  "message.delivered": "delivered",
  "message.read": "read",
  "message.failed": "failed",
} as const;

/**
 * Reads one item of a batch. Nothing about one item ever concerns another. The fields are written out: spreading one
 * object into another cost as much as all the rest of an event.
 */
export function parseCloudEvent(item: unknown): ParsedEvent {
  const result = cloudEvent.safeParse(item);
  if (!result.success) return refused(item, result.error);
  const { source, id: eventId, subject, time, type, data } = result.data;
  const told = "category" in data ? data : null;
  const { broadcast, pricing, error } = told ?? NOTHING_TOLD;
  return {
    ok: true,
    subject,
    event: {
      source,
      id: eventId,
      kind: KINDS[type],
      at: time?.getTime() ?? 0,
      channel: data.channel,
      messageId: data.message_id,
      contact: normalizeContact(data.channel, data.contact),
      businessNumber: data.business_number ?? "",
      groupId: data.group?.id ?? null,
      category: told?.category ?? null,
      template: told?.template ?? null,
      broadcast: broadcast ? { id: broadcast.id, name: broadcast.name ?? broadcast.id } : null,
      pricing: pricing ? { type: pricing.type ?? null, category: pricing.category ?? null } : null,
      conversation: null,
      hold: told?.hold ?? null,
      error: error ? { code: String(error.code), title: error.title ?? "" } : null,
      fromAd: "referral" in data && data.referral?.source_type === "ad",
      formerContact: null,
    },
  };
}

const NOTHING_TOLD = { broadcast: null, pricing: null, error: null };

function refused(item: unknown, error: z.ZodError): ParsedEvent {
  const id =
    typeof item === "object" && item !== null && "id" in item && typeof item.id === "string"
      ? item.id
      : undefined;
  const issue = error.issues[0];
  const field = issue?.path.join(".") ?? "";
  const unknownType = field === "type" && typeof item === "object" && item !== null && "type" in item;
  return {
    ok: false,
    id,
    code: unknownType ? "unknown_type" : "invalid_event",
    detail:
      field === ""
        ? "The item is not a CloudEvents 1.0 object."
        : `${field}: ${issue?.message ?? "is not valid"}`,
    identity: identity.safeParse(item).data ?? null,
  };
}
