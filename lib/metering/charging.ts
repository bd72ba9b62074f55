import type { ChargeBasis } from "@/db/schema/metering";
import { invariant } from "@/lib/errors";
import { type Micros, min } from "@/lib/money/money";
import type { FoundMarket, PriceVersion } from "@/lib/rating/rules";
import { marketOf, priceOf, schemeOf, tieredPrice } from "@/lib/rating/rules";
import { isoOf, type Month } from "@/lib/time/period";
import type { Charge, Instant, Message, PaidFrom } from "./message";
import { deliveryOf } from "./message";
import {
  CONVERSATION_LASTS,
  type Conversation,
  coveringConversation,
  entryAnswered,
  noteAnswer,
  peerKey,
  windowFrom,
  withdrawAnswer,
} from "./windows";
import { count, counted, dayOfInstant, touchQuota, versionOn, type Workbench } from "./workbench";

/** What is known of a delivery while its charge is being decided. */
type Delivery = {
  readonly message: Message;
  readonly at: Instant;
  readonly month: Month;
  readonly peer: string;
  readonly market: FoundMarket;
  readonly category: string | null;
  readonly basis: Basis;
};

type Basis = { -readonly [Key in keyof ChargeBasis]: ChargeBasis[Key] };

/**
 * Decides what a delivered message costs and what pays, and takes it: from the quota of the month in which it
 * occurred, from the initial and then the additional balance of now (money-and-quotas.md, What pays). Without a
 * price the charge is parked as unpriced.
 */
export function charge(bench: Workbench, message: Message): void {
  const at = deliveryOf(message);
  invariant(at !== null && message.charge === null, "only a delivered message without a charge is charged");
  message.posting = bench.posting;
  message.charge =
    message.channel === "whatsapp" ? decide(bench, message, at) : notCharged(bench, message, at);
}

/** Gives everything that a charge took back to where it came from, so that the message can be charged anew. */
export function giveBack(bench: Workbench, message: Message): void {
  const { charge: given } = message;
  invariant(given, "the message was charged");
  const month = dayOfInstant(bench, given.occurredAt).slice(0, 7);
  if (given.paidFrom === "quota") touchQuota(bench, month).conversationsUsed -= given.units;
  if (given.basis.free_number) count(bench, month, freeCounter(message, given.category ?? ""), -1);
  if (given.basis.tier) count(bench, month, given.basis.tier, -1);
  bench.initial += given.fromInitial;
  bench.additional += given.fromAdditional;
  if (given.basis.opened_conversation) closeConversationOf(bench, message);
  if (message.groupId === null) {
    withdrawAnswer(bench.entryPoints.get(peerKey(message.businessNumber, message.contact)), given.occurredAt);
  }
  message.charge = null;
}

function closeConversationOf(bench: Workbench, message: Message): void {
  const peer = peerKey(message.businessNumber, message.contact);
  for (const conversation of bench.conversations.get(peer) ?? []) {
    if (conversation.openedBy === message.id) conversation.closed = true;
  }
}

function notCharged(bench: Workbench, message: Message, at: Instant): Charge {
  return closed(bench, at, {
    category: message.categoryBilled ?? message.categorySent,
    market: null,
    unit: null,
    units: 0,
    paidFrom: "none",
    basis: {},
  });
}

function decide(bench: Workbench, message: Message, at: Instant): Charge {
  const day = dayOfInstant(bench, at);
  const peer = peerKey(message.businessNumber, message.contact);
  const market = marketOf(message.contact, day, bench.markets);
  const basis: Basis = market.prefix === "" ? {} : { prefix: market.prefix };
  // In a group any member's message opens the window for all.
  const window = windowFrom(
    bench.inbound.get(peerKey(message.businessNumber, message.groupId ?? message.contact)),
    at,
  );
  if (window !== null) basis.window_from = isoOf(window);
  const repliesInWindow = window !== null && message.groupId === null;
  const known = message.categoryBilled ?? message.categorySent ?? (repliesInWindow ? "service" : null);
  const category = known === null ? null : chargedCategory(bench, known);
  const delivery = { message, at, month: day.slice(0, 7), peer, market, category, basis };
  const version = versionOn(bench, day);
  if (message.groupId !== null) return decideGroup(bench, delivery, version);
  const entries = bench.entryPoints.get(peer);
  noteAnswer(entries, at, saidEntryExpiry(message));
  const answered = entryAnswered(entries, at);
  if (answered !== null) basis.entry_answered = isoOf(answered);
  if (category === null) return unpriced(bench, delivery, version, "no_category");
  if (!version) return unpriced(bench, delivery, version, "no_version");
  return decideSingle(bench, delivery, version, category);
}

/** Group messages: per member, at the utility price of the member's market, whatever Meta's pricing says. */
function decideGroup(bench: Workbench, delivery: Delivery, version: PriceVersion | undefined): Charge {
  if (!version) return unpriced(bench, delivery, version, "no_version");
  return payFromBalance(bench, delivery, version, "utility", "message");
}

function decideSingle(bench: Workbench, delivery: Delivery, version: PriceVersion, category: string): Charge {
  const scheme = schemeOf(version, category);
  bench.usedVersions.add(version.id);
  if (scheme.unit === "conversation") {
    const covered = coverOrOpen(bench, delivery, version, category);
    if (covered) return covered;
  }
  const priced = {
    category,
    market: delivery.market.market,
    unit: scheme.unit,
    units: 1,
    versionId: version.id,
    basis: delivery.basis,
  };
  const freeReason = whyFree(delivery, scheme.free_in_window ?? false, category);
  if (freeReason !== null) return closed(bench, delivery.at, { ...priced, paidFrom: "free", freeReason });
  if (takesFreeNumber(bench, delivery, category, scheme.free_per_number_and_month ?? 0)) {
    return closed(bench, delivery.at, { ...priced, paidFrom: "free", freeReason: "free_number" });
  }
  if (category === "service" && takesQuota(bench, delivery.month)) {
    const price = priceOf(version, delivery.market.market, category);
    return closed(bench, delivery.at, { ...priced, paidFrom: "quota", unitPrice: price?.unitPrice ?? null });
  }
  return payFromBalance(bench, delivery, version, category, scheme.unit);
}

/** In the conversation scheme: nothing to pay inside an open conversation; otherwise this message opens one. */
function coverOrOpen(
  bench: Workbench,
  delivery: Delivery,
  version: PriceVersion,
  category: string,
): Charge | null {
  const { message, at, peer, basis } = delivery;
  const known = bench.conversations.get(peer) ?? [];
  const cover = coveringConversation(known, category, at, category === "service");
  if (cover) {
    basis.conversation = { category: cover.category, opened_at: isoOf(cover.openedAt) };
    return closed(bench, at, {
      category,
      market: delivery.market.market,
      unit: "conversation",
      units: 0,
      versionId: version.id,
      paidFrom: "covered",
      freeReason: "open_conversation",
      basis,
    });
  }
  const expiry = message.conversationExpiresAt;
  const opened: Conversation = {
    businessNumber: message.businessNumber,
    contact: message.contact,
    category,
    openedAt: at,
    expiresAt: expiry !== null && expiry > at ? expiry : at + CONVERSATION_LASTS,
    openedBy: message.id,
    storedAt: null,
    changed: true,
    closed: false,
  };
  bench.conversations.set(peer, [...known, opened]);
  basis.conversation = { category, opened_at: isoOf(at) };
  basis.opened_conversation = true;
  return null;
}

/** Meta's word decides where there is one; without it, or with one unheard of, our own window and entry point rules do. */
function whyFree(delivery: Delivery, freeInWindow: boolean, category: string): string | null {
  const { pricingType } = delivery.message;
  if (pricingType === "regular") return null;
  if (pricingType?.startsWith("free")) return pricingType;
  if (freeInWindow && delivery.basis.window_from !== undefined) return "free_customer_service";
  if (delivery.basis.entry_answered !== undefined) return "free_entry_point";
  return saysEntryPoint(delivery, category) ? "free_entry_point" : null;
}

/** When a status carries the expiry of a free-entry-point conversation, that decides. */
function saidEntryExpiry(message: Message): Instant | null {
  return message.categoryBilled === "referral_conversion" ? message.conversationExpiresAt : null;
}

/** A free-entry-point conversation that Meta still counts as open, though we never saw the ad's customer. */
function saysEntryPoint({ message, at }: Delivery, category: string): boolean {
  return category === "referral_conversion" && (message.conversationExpiresAt ?? 0) > at;
}

function takesFreeNumber(bench: Workbench, delivery: Delivery, category: string, free: number): boolean {
  const counter = freeCounter(delivery.message, category);
  if (free === 0 || counted(bench, delivery.month, counter) >= free) return false;
  count(bench, delivery.month, counter, 1);
  delivery.basis.free_number = true;
  return true;
}

function freeCounter(message: Message, category: string): string {
  return `free:${message.businessNumber}:${category}`;
}

function takesQuota(bench: Workbench, month: Month): boolean {
  const quota = bench.quotas.get(month);
  if (!quota || quota.conversationsUsed >= (quota.conversationsPackage ?? 0)) return false;
  touchQuota(bench, month).conversationsUsed += 1;
  return true;
}

/** Without the organization's flag, authentication-international is plain authentication. */
export function chargedCategory(bench: Workbench, category: string): string {
  const international = category === "authentication-international";
  return international && !bench.organization.authenticationInternational ? "authentication" : category;
}

function payFromBalance(
  bench: Workbench,
  delivery: Delivery,
  version: PriceVersion,
  priced: string,
  unit: "message" | "conversation",
): Charge {
  const { market, month, at, basis } = delivery;
  const price = priceOf(version, market.market, priced);
  if (!price) return unpriced(bench, delivery, version, "no_price");
  // Counted whether or not this version has tiers: the next one of the month may.
  basis.tier = `tier:${market.market}:${priced}`;
  const unitPrice = tieredPrice(price, count(bench, month, basis.tier, 1));
  bench.usedVersions.add(version.id);
  const fromInitial = min(unitPrice, bench.initial);
  const fromAdditional = unitPrice - fromInitial;
  bench.initial -= fromInitial;
  bench.additional -= fromAdditional;
  return closed(bench, at, {
    category: delivery.category,
    market: market.market,
    unit,
    units: 1,
    versionId: version.id,
    unitPrice,
    paidFrom: whatPaid(fromInitial, fromAdditional),
    fromInitial,
    fromAdditional,
    freeReason: unitPrice === 0n ? "zero_price" : null,
    basis,
  });
}

function whatPaid(fromInitial: Micros, fromAdditional: Micros): PaidFrom {
  if (fromInitial > 0n) return fromAdditional > 0n ? "initial_and_additional" : "initial";
  return fromAdditional > 0n ? "additional" : "free";
}

/** Parked: counted and shown, charged when a price for its date is published. */
function unpriced(
  bench: Workbench,
  delivery: Delivery,
  version: PriceVersion | undefined,
  why: "no_category" | "no_version" | "no_price",
): Charge {
  delivery.basis.unpriced = why;
  return closed(bench, delivery.at, {
    category: delivery.category,
    market: delivery.market.market,
    unit: version && delivery.category !== null ? schemeOf(version, delivery.category).unit : "message",
    units: 1,
    versionId: version?.id ?? null,
    paidFrom: "unpriced",
    basis: delivery.basis,
  });
}

type Decision = Pick<Charge, "category" | "market" | "unit" | "units" | "paidFrom" | "basis"> &
  Partial<Pick<Charge, "versionId" | "unitPrice" | "fromInitial" | "fromAdditional" | "freeReason">>;

function closed(bench: Workbench, occurredAt: Instant, decision: Decision): Charge {
  const fromInitial = decision.fromInitial ?? 0n;
  const fromAdditional = decision.fromAdditional ?? 0n;
  return {
    occurredAt,
    bookedAt: bench.now.getTime(),
    category: decision.category,
    market: decision.market,
    unit: decision.unit,
    units: decision.units,
    versionId: decision.versionId ?? null,
    unitPrice: decision.unitPrice ?? null,
    amount: fromInitial + fromAdditional,
    paidFrom: decision.paidFrom,
    fromInitial,
    fromAdditional,
    freeReason: decision.freeReason ?? null,
    initialAfter: bench.initial,
    additionalAfter: bench.additional,
    basis: decision.basis,
  };
}
