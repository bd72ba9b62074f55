import type { Accounts, Micros } from "@/lib/metering/model/accounts";
import { type Day, dayOf, type Instant, type Month } from "@/lib/metering/model/calendar";
import { Conversations, type Inbox } from "@/lib/metering/model/conversations";
import { categoryOf, type MessageFacts, occurrenceOf, pricingTypeOf } from "@/lib/metering/model/facts";
import type { Months } from "@/lib/metering/model/months";
import {
  bandPrice,
  type CategoryRule,
  type MarketPrefix,
  marketOf,
  type Price,
  type PriceVersion,
  priceOf,
  versionInForce,
} from "@/lib/metering/model/prices";

export type FreeReason = "window" | "entry_point" | "free_number" | "open_conversation";

/** What one message to one contact came to. */
export type Charge = {
  state: "pending" | "charged" | "free" | "unpriced";
  /** The category charged; `""` while none is known. */
  category: string;
  market: string | null;
  unit: CategoryRule["unit"] | null;
  units: number;
  /** Null unless a price was applied, by quota or by money. */
  unitPriceMicros: Micros | null;
  /** What the WhatsApp balance paid: the sum of the two parts. */
  amountMicros: Micros;
  /** In units. */
  paidFromQuota: number;
  paidFromInitialMicros: Micros;
  paidFromAdditionalMicros: Micros;
  freeReason: FreeReason | null;
  /** The first day of the price version that decided. */
  priceVersion: Day | null;
};

/** A charge with the counters that it moved, so that it can be given back. */
export type KeptCharge = Charge & {
  counted: { quotaOf: Month | null; freeNumber: string | null; tier: string | null };
};

/** What the rest of the organization knows and the charging of a message asks for. */
export type Surroundings = {
  timeZone: string;
  authenticationInternational: boolean;
  markets: readonly MarketPrefix[];
  versions(): readonly PriceVersion[];
  inbox: Inbox;
  accounts: Accounts;
  months: Months;
  /** When each message known to have reached that contact did. */
  delivered(pair: { businessNumber: string; contact: string }): readonly Instant[];
};

const NOTHING: KeptCharge = {
  state: "pending",
  category: "",
  market: null,
  unit: null,
  units: 0,
  unitPriceMicros: null,
  amountMicros: 0n,
  paidFromQuota: 0,
  paidFromInitialMicros: 0n,
  paidFromAdditionalMicros: 0n,
  freeReason: null,
  priceVersion: null,
  counted: { quotaOf: null, freeNumber: null, tier: null },
};

/** A message in the course of being charged. */
type Unit = {
  message: MessageFacts;
  category: string;
  market: string;
  at: Instant;
  month: Month;
  version: PriceVersion;
  rule: CategoryRule;
  /** Null when the version has none: then nothing can be taken from the balance. */
  price: Price | null;
};

/** Turns the facts of a message into a charge, and a charge back into nothing. */
export class Charging {
  readonly #conversations = new Conversations();
  readonly #freeNumbersTaken = new Map<string, number>();
  readonly #unitsPriced = new Map<string, number>();

  constructor(private readonly around: Surroundings) {}

  /**
   * Charges a message as of now. First: is a price version in force (else it is parked as unpriced)? Then: is it a new
   * unit, or covered by an open conversation? Then: is the unit free by rule? Then who pays: the quota, or the balance,
   * which needs a price (else it is parked).
   */
  charge(message: MessageFacts): KeptCharge {
    const at = occurrenceOf(message);
    if (at === null) return this.uncharged(message);
    const day = dayOf(at, this.around.timeZone);
    const market = marketOf(message.contact, day, this.around.markets);
    const category = this.#categoryCharged(message, at);
    const parked: KeptCharge = { ...NOTHING, state: "unpriced", category: category ?? "", market, units: 1 };
    if (category === null && !message.isGroup) return parked;

    const version = versionInForce(this.around.versions(), day);
    if (!version) return parked;
    const price = priceOf(version, market, message.isGroup ? "utility" : parked.category) ?? null;
    const rule = (message.isGroup ? null : version.scheme[parked.category]) ?? { unit: "message" };
    const unit = {
      message,
      category: parked.category,
      market,
      at,
      month: day.slice(0, 7),
      version,
      rule,
      price,
    };
    if (message.isGroup) return this.#payFromBalance(unit);
    if (rule.unit === "conversation" && this.#conversations.cover(message, unit.category, at)) {
      return { ...free(unit, "open_conversation"), units: 0 };
    }
    if (rule.unit === "conversation") {
      this.#conversations.open(pairOf(message), unit.category, at, keyOf(message));
    }
    return this.#payUnit(unit);
  }

  /** A message that has not reached its contact. */
  uncharged(message: MessageFacts): KeptCharge {
    return { ...NOTHING, category: this.#categoryKnown(message) ?? "" };
  }

  /** Gives a charge back exactly to what paid it, and the conversation, free number and tier place with it. */
  giveBack(message: MessageFacts, charge: KeptCharge): void {
    const { quotaOf, freeNumber, tier } = charge.counted;
    this.#conversations.withdraw(keyOf(message));
    if (quotaOf) this.around.months.returnConversation(quotaOf);
    if (freeNumber) add(this.#freeNumbersTaken, freeNumber, -1);
    if (tier) add(this.#unitsPriced, tier, -1);
    this.around.accounts.giveBack({
      initial: charge.paidFromInitialMicros,
      additional: charge.paidFromAdditionalMicros,
    });
  }

  /** Without the organization's flag, authentication-international is plain authentication. */
  foldedCategory(category: string): string {
    const folds = category === "authentication-international" && !this.around.authenticationInternational;
    return folds ? "authentication" : category;
  }

  #categoryKnown(message: MessageFacts): string | null {
    const known = categoryOf(message);
    return known === null ? null : this.foldedCategory(known);
  }

  /** The category known; failing that, service inside an open window. */
  #categoryCharged(message: MessageFacts, at: Instant): string | null {
    const known = this.#categoryKnown(message);
    if (known !== null || message.isGroup) return known;
    return this.around.inbox.windowIsOpen(message, at) ? "service" : null;
  }

  #payUnit(unit: Unit): KeptCharge {
    const reason = this.#freeByPricing(unit) ?? this.#freeByOwnRules(unit);
    if (reason) return free(unit, reason);
    const freeNumber = this.#takeFreeNumber(unit);
    if (freeNumber) return { ...free(unit, "free_number"), counted: { ...NOTHING.counted, freeNumber } };
    if (unit.category === "service" && this.around.months.takeConversation(unit.month)) {
      const counted = { ...NOTHING.counted, quotaOf: unit.month };
      return {
        ...charged(unit),
        unitPriceMicros: unit.price?.unitPriceMicros ?? null,
        paidFromQuota: 1,
        counted,
      };
    }
    return this.#payFromBalance(unit);
  }

  #freeByPricing({ message }: Unit): FreeReason | null {
    switch (pricingTypeOf(message)) {
      case "free_customer_service":
      case "free_group_customer_service":
        return "window";
      case "free_entry_point":
        return "entry_point";
      default:
        return null;
    }
  }

  /** Meta's `regular` means charged: then neither a window nor an entry point makes it free. */
  #freeByOwnRules({ message, rule, at }: Unit): FreeReason | null {
    const { inbox, delivered } = this.around;
    if (pricingTypeOf(message) === "regular") return null;
    if (rule.freeInWindow && inbox.windowIsOpen(message, at)) return "window";
    return inbox.entryPointIsOpen(message, at, delivered(message)) ? "entry_point" : null;
  }

  /** The first so many units per business number and month of occurrence, by order of arrival. */
  #takeFreeNumber({ message, category, month, rule }: Unit): string | null {
    const key = JSON.stringify([category, message.businessNumber, month]);
    const taken = this.#freeNumbersTaken.get(key) ?? 0;
    if (taken >= (rule.freePerNumberAndMonth ?? 0)) return null;
    add(this.#freeNumbersTaken, key, 1);
    return key;
  }

  /** The price of the next unit of that market, category and month; a group message is a utility unit. */
  #applyPrice(price: Price, { market, month }: Unit): { tier: string; unitPriceMicros: Micros } {
    const tier = JSON.stringify([market, price.category, month]);
    add(this.#unitsPriced, tier, 1);
    return { tier, unitPriceMicros: bandPrice(price, this.#unitsPriced.get(tier) ?? 0) };
  }

  #payFromBalance(unit: Unit): KeptCharge {
    if (!unit.price) {
      return { ...NOTHING, state: "unpriced", category: unit.category, market: unit.market, units: 1 };
    }
    const { tier, unitPriceMicros } = this.#applyPrice(unit.price, unit);
    const { initial, additional } = this.around.accounts.spend(unitPriceMicros);
    return {
      ...charged(unit),
      unitPriceMicros,
      amountMicros: unitPriceMicros,
      paidFromInitialMicros: initial,
      paidFromAdditionalMicros: additional,
      counted: { ...NOTHING.counted, tier },
    };
  }
}

/** The name of a message to one contact. */
export function keyOf({ messageId, contact }: { messageId: string; contact: string }): string {
  return JSON.stringify([messageId, contact]);
}

function pairOf({ businessNumber, contact }: MessageFacts) {
  return { businessNumber, contact };
}

function charged({ category, market, rule, version }: Unit): KeptCharge {
  return {
    ...NOTHING,
    state: "charged",
    category,
    market,
    unit: rule.unit,
    units: 1,
    priceVersion: version.from,
  };
}

function free(unit: Unit, freeReason: FreeReason): KeptCharge {
  return { ...charged(unit), state: "free", freeReason };
}

function add(counter: Map<string, number>, key: string, count: number): void {
  counter.set(key, (counter.get(key) ?? 0) + count);
}
