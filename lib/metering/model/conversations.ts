import { HOUR, type Instant } from "@/lib/metering/model/calendar";

/** How long a customer's message keeps the service window open, and how long a conversation lasts. */
export const DAY_LONG = 24 * HOUR;
/** How long messages are free after the answer to a customer who came through an ad. */
export const ENTRY_POINT_LONG = 72 * HOUR;

/** A business number and a customer who write to each other. */
export type Pair = { businessNumber: string; contact: string };

type Inbound = Pair & { at: Instant; fromAd: boolean };

/** What customers wrote, and what that opens. Messages written in a group open nothing for one contact. */
export class Inbox {
  readonly #inbound: Inbound[] = [];

  record(inbound: Inbound): void {
    this.#inbound.push(inbound);
  }

  /** The customer service window: 24 h from a message of the customer to that number. */
  windowIsOpen(pair: Pair, at: Instant): boolean {
    return this.#from(pair).some((inbound) => inbound.at <= at && at < inbound.at + DAY_LONG);
  }

  /**
   * The free entry point: 72 h from the first message that was delivered to the customer within 24 h of the one
   * that came through an ad. `outbound` are the times of every message known to have reached the customer.
   */
  entryPointIsOpen(pair: Pair, at: Instant, outbound: readonly Instant[]): boolean {
    return this.#from(pair)
      .filter((inbound) => inbound.fromAd)
      .some((inbound) => {
        const inTime = outbound.filter((time) => inbound.at <= time && time <= inbound.at + DAY_LONG);
        const answer = Math.min(...inTime);
        return inTime.length > 0 && answer <= at && at < answer + ENTRY_POINT_LONG;
      });
  }

  #from(pair: Pair): Inbound[] {
    return this.#inbound.filter((inbound) => samePair(inbound, pair));
  }
}

type Conversation = Pair & { category: string; openedAt: Instant; openedBy: string };

/** The conversations opened while a version counted by conversation; each lasts 24 h. */
export class Conversations {
  #opened: Conversation[] = [];

  /**
   * Whether a message needs no conversation of its own: one is open, or one was opened less than 24 h later, as
   * happens when a message is reported late. That one then counts from this message on; of two opened at the same
   * instant, the one of the message's own category.
   *
   * A business category looks at its own conversations, service at those of any category.
   */
  cover(pair: Pair, category: string, at: Instant): boolean {
    const candidates = this.#opened.filter(
      (conversation) =>
        samePair(conversation, pair) && (category === "service" || conversation.category === category),
    );
    if (candidates.some(({ openedAt }) => openedAt <= at && at < openedAt + DAY_LONG)) return true;
    const rank = (conversation: Conversation) => (conversation.category === category ? 0 : 1);
    const [next] = candidates
      .filter(({ openedAt }) => at < openedAt && openedAt < at + DAY_LONG)
      .sort((a, b) => a.openedAt - b.openedAt || rank(a) - rank(b) || (a.category < b.category ? -1 : 1));
    if (next) next.openedAt = at;
    return next !== undefined;
  }

  open(pair: Pair, category: string, openedAt: Instant, openedBy: string): void {
    this.#opened.push({ ...pair, category, openedAt, openedBy });
  }

  /** Takes back the conversation that a message opened. Messages that it covered stay covered. */
  withdraw(openedBy: string): void {
    this.#opened = this.#opened.filter((conversation) => conversation.openedBy !== openedBy);
  }
}

function samePair(a: Pair, b: Pair): boolean {
  return a.businessNumber === b.businessNumber && a.contact === b.contact;
}
