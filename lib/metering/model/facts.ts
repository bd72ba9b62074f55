import { type Instant, instantOf } from "@/lib/metering/model/calendar";

/** What `POST /api/v1/events` takes: a CloudEvent about one message. */
export type UsageEvent = {
  source: string;
  id: string;
  type: "message.received" | StatusType;
  /** RFC 3339, any offset. */
  time: string;
  data: {
    channel: string;
    message_id: string;
    contact: string;
    business_number?: string;
    category?: string;
    pricing?: { type?: string; category?: string; billable?: boolean; pricing_model?: string };
    group?: { id: string };
    referral?: { source_type: string };
    hold?: string;
  };
};

export type StatusType = "message.sent" | "message.delivered" | "message.read" | "message.failed";

/** What is known of one message to one contact, in whatever order it became known. */
export type MessageFacts = {
  messageId: string;
  contact: string;
  /** `""` when no event named one. */
  businessNumber: string;
  isGroup: boolean;
  hold: string | null;
  /** The earliest time seen of each status. */
  seen: Partial<Record<StatusType, Instant>>;
  /** By the earliest event that named one. */
  categorySent: string | null;
  categorySentAt: Instant | null;
  /** Every category and type that a `pricing` gave, in order of arrival. */
  billedCategories: Reported[];
  pricingTypes: Reported[];
};

type Reported = { at: Instant; value: string };

/**
 * One spelling per person. On WhatsApp a text that looks like a phone number becomes its digits, without a leading
 * 00; everything else (a user id, an account of another channel) stays as it is, trimmed.
 */
export function contactNormalForm(channel: string, contact: string): string {
  const text = contact.trim();
  const looksLikePhone = /^\+?[\d\s().-]*$/.test(text) && /\d/.test(text);
  return channel === "whatsapp" && looksLikePhone ? text.replace(/\D/g, "").replace(/^00/, "") : text;
}

/** Lower case; Meta's two spellings of authentication-international are one. */
export function categoryNormalForm(category: string): string {
  const lower = category.toLowerCase();
  return lower === "authentication_international" ? "authentication-international" : lower;
}

/** What is known of a message before its first event. */
export function unknownMessage(messageId: string, contact: string): MessageFacts {
  return {
    messageId,
    contact,
    businessNumber: "",
    isGroup: false,
    hold: null,
    seen: {},
    categorySent: null,
    categorySentAt: null,
    billedCategories: [],
    pricingTypes: [],
  };
}

/** Adds what one status says. What was named first (number, group, hold, category sent) stays. */
export function learn(message: MessageFacts, type: StatusType, time: string, data: UsageEvent["data"]): void {
  const at = instantOf(time);
  message.seen[type] = Math.min(at, message.seen[type] ?? at);
  message.businessNumber ||= data.business_number ?? "";
  message.isGroup ||= data.group !== undefined;
  message.hold ??= data.hold ?? null;
  const sent = data.category ? categoryNormalForm(data.category) : null;
  const sentAt = message.categorySentAt ?? Number.POSITIVE_INFINITY;
  if (sent !== null && (at < sentAt || (at === sentAt && sent < (message.categorySent ?? sent)))) {
    message.categorySent = sent;
    message.categorySentAt = at;
  }
  const { category, type: pricingType } = data.pricing ?? {};
  if (category) message.billedCategories.push({ at, value: categoryNormalForm(category) });
  if (pricingType) message.pricingTypes.push({ at, value: pricingType });
}

/** When the message is charged: the first it was seen delivered or read, or null while it is not. */
export function occurrenceOf({ seen }: MessageFacts): Instant | null {
  const times = [seen["message.delivered"], seen["message.read"]].filter((time) => time !== undefined);
  return times.length > 0 ? Math.min(...times) : null;
}

/** The category that Meta bills, else the one at send, else null. */
export function categoryOf(message: MessageFacts): string | null {
  return latest(message.billedCategories) ?? message.categorySent;
}

/** Meta's own verdict (`regular`, `free_customer_service`, …), or null when no status gave one. */
export function pricingTypeOf(message: MessageFacts): string | null {
  return latest(message.pricingTypes);
}

/** The facts that decide a charge; when one of them changes, the message is charged anew. */
export function decisiveFacts(message: MessageFacts): string {
  return JSON.stringify([
    occurrenceOf(message),
    message.businessNumber,
    categoryOf(message),
    pricingTypeOf(message),
    message.isGroup,
  ]);
}

/** The newest report by event time; of two at the same time the one whose text is the greater, in any order. */
function latest(reports: readonly Reported[]): string | null {
  let newest: Reported | null = null;
  for (const report of reports) {
    const isNewer =
      newest === null || report.at > newest.at || (report.at === newest.at && report.value > newest.value);
    if (isNewer) newest = report;
  }
  return newest?.value ?? null;
}
