import { Accounts, type Micros } from "@/lib/metering/model/accounts";
import { type Balance, readBalance } from "@/lib/metering/model/balance";
import {
  dayOf,
  type Instant,
  instantOf,
  isoOf,
  MINUTE,
  type Month,
  monthOf,
  SECOND,
} from "@/lib/metering/model/calendar";
import { Charging, type KeptCharge, keyOf } from "@/lib/metering/model/charging";
import { Inbox, type Pair } from "@/lib/metering/model/conversations";
import {
  categoryNormalForm,
  contactNormalForm,
  decisiveFacts,
  learn,
  type MessageFacts,
  occurrenceOf,
  type StatusType,
  type UsageEvent,
  unknownMessage,
} from "@/lib/metering/model/facts";
import {
  HOLD_LONG,
  type HoldAnswer,
  type HoldRequest,
  Holds,
  type PriceList,
  requestedLines,
} from "@/lib/metering/model/holds";
import { Months, type Package } from "@/lib/metering/model/months";
import {
  type MarketPrefix,
  marketOf,
  type PriceVersion,
  priceOf,
  versionInForce,
} from "@/lib/metering/model/prices";
import { type ChargeLine, type UsageDay, usageByDay } from "@/lib/metering/model/usage";
import { type Visitor, Visitors } from "@/lib/metering/model/visitors";

export type OrganizationSetup = {
  timeZone: string;
  package: Package;
  startsOn: Month;
  priceBook: PriceVersion[];
  markets: MarketPrefix[];
  authenticationInternational: boolean;
  /** RFC 3339. */
  clock: string;
};

/** What became of one event. */
export type Receipt = "accepted" | "duplicate" | { rejected: "in_the_future" };

/** How far ahead of the organization's clock an event may be. */
const AHEAD = 5 * MINUTE;
const GROUP_LIMIT = 8;

type Message = { facts: MessageFacts; charge: KeptCharge; holdFreed: boolean };

/**
 * One organization by the rules of money and quotas, slow and plain: every question is answered by going through all
 * that happened. Written from the documents, so that the product can be compared with it.
 *
 * Events are taken one by one in order of arrival. The outcome of a message is decided when it is first known to
 * have reached its contact, with what is known then, and decided anew when a later status changes a decisive fact.
 */
export class ReferenceOrganization {
  readonly #setup: OrganizationSetup;
  #now: Instant;
  #versions: PriceVersion[];
  readonly #accounts = new Accounts();
  readonly #months: Months;
  readonly #holds = new Holds();
  readonly #inbox = new Inbox();
  readonly #visitors = new Visitors();
  readonly #eventsSeen = new Set<string>();
  readonly #messages = new Map<string, Message>();
  readonly #charging: Charging;

  constructor(setup: OrganizationSetup) {
    this.#setup = setup;
    this.#now = instantOf(setup.clock);
    this.#versions = [...setup.priceBook];
    this.#months = new Months(setup.startsOn, setup.package, this.#accounts);
    this.#charging = new Charging({
      timeZone: setup.timeZone,
      authenticationInternational: setup.authenticationInternational,
      markets: setup.markets,
      versions: () => this.#versions,
      inbox: this.#inbox,
      accounts: this.#accounts,
      months: this.#months,
      delivered: (pair) => this.#deliveredTo(pair),
    });
    this.#months.openUntil(this.#month());
  }

  /** Takes events in order of arrival. (`source`, `id`) counts once for ever; a rejected event does not burn its id. */
  receive(events: readonly UsageEvent[]): Receipt[] {
    return events.map((event) => {
      const id = JSON.stringify([event.source, event.id]);
      if (this.#eventsSeen.has(id)) return "duplicate";
      if (instantOf(event.time) > this.#now + AHEAD) return { rejected: "in_the_future" };
      this.#eventsSeen.add(id);
      const contact = contactNormalForm(event.data.channel, event.data.contact);
      if (event.type === "message.received") this.#recordInbound(event, contact);
      else if (event.data.channel === "whatsapp") this.#recordStatus(event, event.type, contact);
      return "accepted";
    });
  }

  /** Moves the clock forwards and opens every month in between. */
  advanceClock(to: string): "moved" | "refused" {
    if (instantOf(to) < this.#now) return "refused";
    this.#now = instantOf(to);
    this.#months.openUntil(this.#month());
    return "moved";
  }

  /** Corrects a balance by a signed amount. Initial never becomes negative: that is refused. */
  adjust(account: "initial" | "additional", amount: Micros): "adjusted" | "refused" {
    if (amount === 0n) return "refused";
    if (account === "initial" && this.#accounts.balanceOf("initial") + amount < 0n) return "refused";
    if (amount > 0n) this.#accounts.transfer("adjustment", "adjustments", account, amount);
    else this.#accounts.transfer("adjustment", account, "adjustments", -amount);
    this.#accounts.settle();
    return "adjusted";
  }

  /** Credits a paid purchase: balance for good, visitors for the month of the clock. */
  topUp(amount: Micros, visitors: number): void {
    this.#accounts.transfer("top_up", "purchases", "additional", amount);
    this.#accounts.settle();
    this.#months.addVisitors(this.#month(), visitors);
  }

  /** Another package from a month on; what was already granted stays. */
  changePackage(from: Month, changed: Package): void {
    this.#months.changePackage(from, changed);
  }

  /**
   * Adds a version to the price book, or replaces the one of that day, and charges what waited for its prices. What is
   * parked because nobody knows its category waits on.
   */
  publishPrices(version: PriceVersion): void {
    this.#versions = [...this.#versions.filter(({ from }) => from !== version.from), version];
    const waiting = [...this.#messages.values()].filter(
      ({ charge, facts }) => charge.state === "unpriced" && (charge.category || facts.isGroup),
    );
    for (const message of waiting.sort(byOccurrence)) {
      this.#charging.giveBack(message.facts, message.charge);
      message.charge = this.#charging.charge(message.facts);
      this.#accounts.settle();
      this.#freeHold(message);
    }
  }

  /** Reserves recipients × price of now, or members × utility price for a group. `label` names the hold afterwards. */
  placeHold(label: string, request: HoldRequest): HoldAnswer {
    if ((request.groupMembers?.length ?? 0) > GROUP_LIMIT) return { granted: false, code: "group_too_large" };
    const lines = requestedLines(request, this.#priceList());
    if (lines === null) return { granted: false, code: "no_price" };
    const long = request.expiresInSeconds === undefined ? HOLD_LONG : request.expiresInSeconds * SECOND;
    return this.#holds.place(label, lines, this.#now + long, this.#available());
  }

  releaseHold(label: string): "released" | "not_found" {
    return this.#holds.release(label);
  }

  balance(): Balance {
    const month = this.#month();
    return readBalance({
      now: this.#now,
      timeZone: this.#setup.timeZone,
      month,
      grants: this.#months.grantsOf(month),
      visitorsUsed: this.#visitors.countOf(month),
      initial: this.#accounts.balanceOf("initial"),
      additional: this.#accounts.balanceOf("additional"),
      onHold: this.#holds.onHold(this.#now),
    });
  }

  /** The days on which something occurred, in order; amounts are what the WhatsApp balance paid. */
  usageByDay(): UsageDay[] {
    return usageByDay(this.#setup.timeZone, this.charges(), this.visitors());
  }

  /** Every message to every contact, in order of arrival. */
  charges(): ChargeLine[] {
    return [...this.#messages.values()].map(({ facts, charge: { counted: _, ...charge } }) => {
      const at = occurrenceOf(facts);
      const occurredAt = at === null ? null : isoOf(at);
      return {
        messageId: facts.messageId,
        contact: facts.contact,
        group: facts.isGroup,
        occurredAt,
        ...charge,
      };
    });
  }

  /** The sum of the transfers per `kind from>to`. */
  ledgerTotals(): Record<string, Micros> {
    return this.#accounts.totals();
  }

  /** Who was counted in which month, in order of counting. */
  visitors(): Visitor[] {
    return this.#visitors.list((month) => this.#months.grantsOf(month));
  }

  #recordInbound({ time, data }: UsageEvent, contact: string): void {
    const at = instantOf(time);
    this.#visitors.record(monthOf(at, this.#setup.timeZone), data.channel, contact, at);
    if (data.channel !== "whatsapp" || data.group) return;
    const fromAd = data.referral?.source_type === "ad";
    this.#inbox.record({ businessNumber: data.business_number ?? "", contact, at, fromAd });
  }

  #recordStatus({ time, data }: UsageEvent, type: StatusType, contact: string): void {
    const key = keyOf({ messageId: data.message_id, contact });
    const known = this.#messages.get(key);
    const facts = known?.facts ?? unknownMessage(data.message_id, contact);
    const before = decisiveFacts(facts);
    learn(facts, type, time, data);
    const message = known ?? { facts, charge: this.#charging.uncharged(facts), holdFreed: false };
    this.#messages.set(key, message);
    if (occurrenceOf(facts) === null) message.charge = this.#charging.uncharged(facts);
    else if (decisiveFacts(facts) !== before) {
      this.#charging.giveBack(facts, message.charge);
      message.charge = this.#charging.charge(facts);
      this.#accounts.settle();
    }
    this.#freeHold(message);
  }

  /** A charge that names a hold frees one recipient's part of it, and so does a failure; once per message. */
  #freeHold(message: Message): void {
    const { facts, charge } = message;
    const failedAt = facts.seen["message.failed"];
    const at = occurrenceOf(facts) ?? failedAt;
    const isDone = charge.state === "charged" || charge.state === "free" || failedAt !== undefined;
    if (message.holdFreed || facts.hold === null || at === undefined || !isDone) return;
    message.holdFreed = true;
    const sent = facts.isGroup
      ? "utility"
      : facts.categorySent && this.#charging.foldedCategory(facts.categorySent);
    const market = marketOf(facts.contact, dayOf(at, this.#setup.timeZone), this.#setup.markets);
    this.#holds.freeOne(facts.hold, market, sent ?? charge.category, this.#now);
  }

  /** What holds are priced by: the markets and prices of today, tiers left out of account. */
  #priceList(): PriceList {
    const today = dayOf(this.#now, this.#setup.timeZone);
    const version = versionInForce(this.#versions, today);
    return {
      marketOf: (recipient) => marketOf(contactNormalForm("whatsapp", recipient), today, this.#setup.markets),
      categoryOf: (named) => this.#charging.foldedCategory(categoryNormalForm(named)),
      priceOf: (market, category) => version && priceOf(version, market, category)?.unitPriceMicros,
    };
  }

  /** When each message known to have reached a contact from a business number did; groups apart. */
  #deliveredTo(pair: Pair): Instant[] {
    return [...this.#messages.values()]
      .map(({ facts }) => facts)
      .filter(
        (facts) =>
          !facts.isGroup && facts.businessNumber === pair.businessNumber && facts.contact === pair.contact,
      )
      .map(occurrenceOf)
      .filter((at) => at !== null);
  }

  #available(): Micros {
    const total = this.#accounts.balanceOf("initial") + this.#accounts.balanceOf("additional");
    return total - this.#holds.onHold(this.#now);
  }

  #month(): Month {
    return monthOf(this.#now, this.#setup.timeZone);
  }
}

/** Messages parked as unpriced are charged in the order in which they occurred, those of one instant as they arrived. */
function byOccurrence({ facts: a }: Message, { facts: b }: Message): number {
  return (occurrenceOf(a) ?? 0) - (occurrenceOf(b) ?? 0);
}
