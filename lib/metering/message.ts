import type { ChargeBasis } from "@/db/schema/metering";
import type { Micros } from "@/lib/money/money";

/** Milliseconds since the epoch: the hot path compares and copies times 25,000 times a second. */
export type Instant = number;

export type StatusKind = "sent" | "delivered" | "read" | "failed";

/** What either door (events, webhooks) makes of what it was told. Texts are checked, contacts in normal form. */
export type UsageEvent = {
  readonly source: string;
  readonly id: string;
  /** `called`: a customer's call opens the window like a message, but counts no visitor. */
  readonly kind: "received" | "called" | StatusKind;
  readonly at: Instant;
  readonly channel: string;
  readonly messageId: string;
  readonly contact: string;
  /** "" when the sender did not say. */
  readonly businessNumber: string;
  readonly groupId: string | null;
  readonly category: string | null;
  readonly template: string | null;
  readonly broadcast: { readonly id: string; readonly name: string } | null;
  readonly pricing: { readonly type: string | null; readonly category: string | null } | null;
  readonly conversation: {
    readonly id: string | null;
    readonly expiresAt: Instant | null;
    readonly origin: string | null;
  } | null;
  readonly hold: string | null;
  readonly error: { readonly code: string; readonly title: string } | null;
  /** The customer came through a click-to-WhatsApp ad. */
  readonly fromAd: boolean;
  /** `user_changed_number`: who the customer was before. The event opens no window and counts no visitor. */
  readonly formerContact: string | null;
};

/** An item that says which event it is and nothing that could be recorded: a repeat of that event, or refused. */
export type UnreadableEvent = { readonly kind: "unreadable"; readonly source: string; readonly id: string };

export type PaidFrom =
  | "quota"
  | "initial"
  | "additional"
  | "initial_and_additional"
  | "free"
  | "covered"
  | "unpriced"
  | "none";

/** What a delivered message cost and what paid: decided once, decided anew only when a late status changes the facts. */
export type Charge = {
  readonly occurredAt: Instant;
  readonly bookedAt: Instant;
  readonly category: string | null;
  readonly market: string | null;
  readonly unit: "message" | "conversation" | null;
  readonly units: number;
  readonly versionId: number | null;
  readonly unitPrice: Micros | null;
  readonly amount: Micros;
  readonly paidFrom: PaidFrom;
  readonly fromInitial: Micros;
  readonly fromAdditional: Micros;
  readonly freeReason: string | null;
  readonly initialAfter: Micros;
  readonly additionalAfter: Micros;
  readonly basis: ChargeBasis;
};

/** A message to one recipient: the facts known of it, and its charge once it was delivered. */
export type Message = {
  readonly id: number;
  /** `occurred_at` of its row; null while it has none. */
  readonly storedAt: Instant | null;
  readonly messageId: string;
  readonly channel: string;
  readonly contact: string;
  businessNumber: string;
  groupId: string | null;
  broadcastId: string | null;
  broadcastName: string | null;
  template: string | null;
  holdId: string | null;
  holdFreed: boolean;
  sentAt: Instant | null;
  deliveredAt: Instant | null;
  readAt: Instant | null;
  failedAt: Instant | null;
  errorCode: string | null;
  errorTitle: string | null;
  categorySent: string | null;
  categorySentAt: Instant | null;
  categoryBilled: string | null;
  /** Null while only the conversation's origin told it. */
  categoryBilledAt: Instant | null;
  pricingType: string | null;
  pricingTypeAt: Instant | null;
  conversationId: string | null;
  conversationExpiresAt: Instant | null;
  charge: Charge | null;
  /** The posting that decided the charge last. */
  posting: number | null;
};

export function newMessage(id: number, event: UsageEvent): Message {
  return {
    id,
    storedAt: null,
    messageId: event.messageId,
    channel: event.channel,
    contact: event.contact,
    businessNumber: "",
    groupId: null,
    broadcastId: null,
    broadcastName: null,
    template: null,
    holdId: null,
    holdFreed: false,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    failedAt: null,
    errorCode: null,
    errorTitle: null,
    categorySent: null,
    categorySentAt: null,
    categoryBilled: null,
    categoryBilledAt: null,
    pricingType: null,
    pricingTypeAt: null,
    conversationId: null,
    conversationExpiresAt: null,
    charge: null,
    posting: null,
  };
}

/** Delivered is the first of `delivered` and `read`: `delivered` may never come. Null before either. */
export function deliveryOf(message: Message): Instant | null {
  if (message.deliveredAt === null) return message.readAt;
  return message.readAt === null ? message.deliveredAt : Math.min(message.deliveredAt, message.readAt);
}

/** Where the message stands in time: its delivery, before that its first status. */
export function occurrenceOf(message: Message): Instant {
  const delivery = deliveryOf(message);
  if (delivery !== null) return delivery;
  return Math.min(message.sentAt ?? Number.MAX_SAFE_INTEGER, message.failedAt ?? Number.MAX_SAFE_INTEGER);
}

/** Everything the charge is decided by. A message whose decisive facts change after its charge is charged anew. */
export type DecisiveFacts = readonly [
  Instant | null,
  string | null,
  string | null,
  string | null,
  Instant | null,
];

export function decisiveFacts(message: Message): DecisiveFacts {
  return [
    deliveryOf(message),
    message.categoryBilled ?? message.categorySent,
    message.pricingType,
    message.groupId,
    message.conversationExpiresAt,
  ];
}

export function sameFacts(a: DecisiveFacts, b: DecisiveFacts): boolean {
  return a.every((fact, index) => fact === b[index]);
}

/**
 * Adds what an event tells to what is known. The result is the same in whatever order the statuses of a message
 * arrive: of each status the earliest time counts, of the category at send the earliest, of the pricing the latest.
 */
export function learn(message: Message, event: UsageEvent): void {
  learnStatus(message, event);
  message.businessNumber ||= event.businessNumber;
  message.groupId ??= event.groupId;
  message.template ??= event.template;
  message.holdId ??= event.hold;
  if (event.broadcast) {
    message.broadcastId ??= event.broadcast.id;
    if (message.broadcastId === event.broadcast.id) message.broadcastName = event.broadcast.name;
  }
  if (
    event.category !== null &&
    isEarlier(event.at, event.category, message.categorySentAt, message.categorySent)
  ) {
    message.categorySent = event.category;
    message.categorySentAt = event.at;
  }
  learnPricing(message, event);
}

function learnStatus(message: Message, event: UsageEvent): void {
  switch (event.kind) {
    case "sent":
      message.sentAt = earliest(message.sentAt, event.at);
      break;
    case "delivered":
      message.deliveredAt = earliest(message.deliveredAt, event.at);
      break;
    case "read":
      message.readAt = earliest(message.readAt, event.at);
      break;
    case "failed":
      if (message.failedAt === null || event.at < message.failedAt) {
        message.failedAt = event.at;
        message.errorCode = event.error?.code ?? message.errorCode;
        message.errorTitle = event.error?.title ?? message.errorTitle;
      }
      break;
    case "received":
    case "called":
      break;
  }
}

function learnPricing(message: Message, event: UsageEvent): void {
  const { pricing, conversation } = event;
  const { category = null, type = null } = pricing ?? {};
  if (category !== null && isLater(event.at, category, message.categoryBilledAt, message.categoryBilled)) {
    message.categoryBilled = category;
    message.categoryBilledAt = event.at;
  }
  if (type !== null && isLater(event.at, type, message.pricingTypeAt, message.pricingType)) {
    message.pricingType = type;
    message.pricingTypeAt = event.at;
  }
  if (conversation) {
    message.categoryBilled ??= conversation.origin;
    message.conversationId ??= conversation.id;
    // Meta repeats the same expiry; should two differ, the longer one is to the client's good in any order.
    if (conversation.expiresAt !== null) {
      message.conversationExpiresAt = Math.max(message.conversationExpiresAt ?? 0, conversation.expiresAt);
    }
  }
}

function earliest(known: Instant | null, at: Instant): Instant {
  return known === null ? at : Math.min(known, at);
}

/** Earlier in time; at the same time smaller in text, so that ties do not hang on the order of arrival. */
function isEarlier(at: Instant, said: string, knownAt: Instant | null, known: string | null): boolean {
  if (knownAt === null || known === null) return true;
  return at < knownAt || (at === knownAt && said < known);
}

/** Later in time; at the same time greater in text. */
function isLater(at: Instant, said: string, knownAt: Instant | null, known: string | null): boolean {
  if (knownAt === null || known === null) return true;
  return at > knownAt || (at === knownAt && said > known);
}
