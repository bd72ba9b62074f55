import type { Instant } from "./message";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A customer's message opens the service window for this long (whatsapp.md, Customer service window). */
export const SERVICE_WINDOW = DAY;
/** The business must answer an ad's customer within this time… */
export const ENTRY_ANSWER_WITHIN = DAY;
/** …and every message is then free for this long (whatsapp.md, Free entry point). */
export const ENTRY_FREE_FOR = 3 * DAY;
/** How long a conversation lasts (whatsapp.md, Conversation scheme). */
export const CONVERSATION_LASTS = DAY;
/** How far back the state reaches that decides one delivery. */
export const LOOK_BACK = ENTRY_ANSWER_WITHIN + ENTRY_FREE_FOR;

export type EntryPoint = {
  readonly businessNumber: string;
  readonly contact: string;
  readonly enteredAt: Instant;
  /** Deliveries to the customer within 24 h of entering, in order: the first is the answer. */
  readonly answers: Instant[];
  /** When Meta says that it ends; otherwise 72 h after the answer. */
  saidExpiry: Instant | null;
  changed: boolean;
};

export type Conversation = {
  readonly businessNumber: string;
  readonly contact: string;
  readonly category: string;
  openedAt: Instant;
  expiresAt: Instant;
  readonly openedBy: number;
  /** `openedAt` of its row; null while it has none. */
  storedAt: Instant | null;
  changed: boolean;
  closed: boolean;
};

/** Where the state of one customer (or group) at one business number is kept. */
export function peerKey(businessNumber: string, peer: string): string {
  return `${businessNumber}\0${peer}`;
}

/** Adds a customer's message to the sorted times of one peer. False when it was there. */
export function addInbound(times: Instant[], at: Instant): boolean {
  const index = times.findLastIndex((time) => time <= at);
  if (times[index] === at) return false;
  times.splice(index + 1, 0, at);
  return true;
}

/** The customer's message that holds the window open at an instant: the latest within 24 h before it. Null: closed. */
export function windowFrom(times: readonly Instant[] | undefined, at: Instant): Instant | null {
  const last = times?.findLast((time) => time <= at);
  return last !== undefined && at - last < SERVICE_WINDOW ? last : null;
}

/** Notes a delivery for every entry point that it may be the answer to. */
export function noteAnswer(
  entries: readonly EntryPoint[] | undefined,
  at: Instant,
  saidExpiry: Instant | null,
): void {
  for (const entry of entries ?? []) {
    if (at < entry.enteredAt || at - entry.enteredAt > ENTRY_ANSWER_WITHIN) continue;
    const index = entry.answers.findLastIndex((answer) => answer <= at);
    entry.answers.splice(index + 1, 0, at);
    entry.saidExpiry = saidExpiry ?? entry.saidExpiry;
    entry.changed = true;
  }
}

/** Takes a delivery back that turned out to have happened at another time. */
export function withdrawAnswer(entries: readonly EntryPoint[] | undefined, at: Instant): void {
  for (const entry of entries ?? []) {
    const index = entry.answers.indexOf(at);
    if (index < 0) continue;
    entry.answers.splice(index, 1);
    entry.changed = true;
  }
}

/** When the entry point was answered that makes a delivery free; null when none does. */
export function entryAnswered(entries: readonly EntryPoint[] | undefined, at: Instant): Instant | null {
  for (const { answers, saidExpiry } of entries ?? []) {
    const answered = answers[0];
    if (answered === undefined || at < answered) continue;
    if (at < (saidExpiry ?? answered + ENTRY_FREE_FOR)) return answered;
  }
  return null;
}

/**
 * The conversation that covers a delivery, if one does: it is open at that instant, or it was opened later within
 * 24 h by a message that should have come second. Then its opening moves back, so that the order in which statuses
 * arrive does not make two conversations of one.
 *
 * @param anyCategory a service reply opens a conversation only when none of any category is open
 */
export function coveringConversation(
  conversations: readonly Conversation[] | undefined,
  category: string,
  at: Instant,
  anyCategory: boolean,
): Conversation | null {
  const candidates = (conversations ?? []).filter(
    (conversation) => !conversation.closed && (anyCategory || conversation.category === category),
  );
  /** Of two that opened at the same instant, the one of the message's own category. */
  const rank = (conversation: Conversation) => (conversation.category === category ? 0 : 1);
  const open = candidates.find((conversation) => conversation.openedAt <= at && at < conversation.expiresAt);
  if (open) return open;
  const later = candidates
    .filter((conversation) => conversation.openedAt > at && conversation.openedAt - at < CONVERSATION_LASTS)
    .sort((a, b) => a.openedAt - b.openedAt || rank(a) - rank(b) || (a.category < b.category ? -1 : 1))[0];
  if (!later) return null;
  later.openedAt = at;
  later.expiresAt = at + CONVERSATION_LASTS;
  later.changed = true;
  return later;
}
