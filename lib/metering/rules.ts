import { freePart } from "@/lib/holds/rules";
import { min } from "@/lib/money/money";
import { marketOf } from "@/lib/rating/rules";
import { charge, chargedCategory, giveBack } from "./charging";
import {
  decisiveFacts,
  deliveryOf,
  learn,
  type Message,
  newMessage,
  occurrenceOf,
  sameFacts,
  type UsageEvent,
} from "./message";
import { tallyMessage, tallyVisitor } from "./tally";
import { addInbound, ENTRY_ANSWER_WITHIN, type EntryPoint, noteAnswer, peerKey } from "./windows";
import { dayOfInstant, messageKey, touchQuota, visitorKey, type Workbench } from "./workbench";

/**
 * Applies accepted events in the order of their arrival, one by one: where the outcome hangs on the order at all
 * (who took the last unit of a quota), arrival decides, and the borders of batches never do.
 */
export function applyEvents(bench: Workbench, events: readonly UsageEvent[]): void {
  for (const event of events) {
    if (event.kind === "received" || event.kind === "called") receive(bench, event);
    else update(bench, event);
  }
  tallyChanges(bench);
}

/** Charges messages whose price was missing until now; those still without one stay parked. */
export function reprice(bench: Workbench, messages: readonly Message[]): void {
  for (const message of messages) {
    touchMessage(bench, message);
    giveBack(bench, message);
    charge(bench, message);
    settleRunning(bench);
    freeHold(bench, message);
  }
  tallyChanges(bench);
}

function receive(bench: Workbench, event: UsageEvent): void {
  if (event.formerContact !== null) {
    renameVisitor(bench, event, event.formerContact);
    return;
  }
  if (event.kind === "received") countVisitor(bench, event);
  if (event.channel !== "whatsapp") return;
  const peer = event.groupId ?? event.contact;
  const key = peerKey(event.businessNumber, peer);
  const times = bench.inbound.get(key) ?? [];
  bench.inbound.set(key, times);
  if (addInbound(times, event.at))
    bench.newInbound.push({ businessNumber: event.businessNumber, peer, at: event.at });
  if (event.fromAd && event.groupId === null) enter(bench, event, key);
}

function enter(bench: Workbench, event: UsageEvent, key: string): void {
  const entries = bench.entryPoints.get(key) ?? [];
  bench.entryPoints.set(key, entries);
  if (entries.some((entry) => entry.enteredAt === event.at)) return;
  const entry: EntryPoint = {
    businessNumber: event.businessNumber,
    contact: event.contact,
    enteredAt: event.at,
    answers: [],
    saidExpiry: null,
    changed: true,
  };
  entries.push(entry);
  // The answer may have been told of before the customer's message was.
  for (const at of deliveriesTo(bench, event, key)) noteAnswer([entry], at, null);
}

function deliveriesTo(bench: Workbench, event: UsageEvent, key: string): number[] {
  const stored = bench.storedDeliveries.get(key) ?? [];
  const changed = [...bench.touchedMessages].filter(
    (message) =>
      message.channel === "whatsapp" &&
      message.groupId === null &&
      message.contact === event.contact &&
      message.businessNumber === event.businessNumber,
  );
  const superseded = new Set(changed.map(({ id }) => id));
  return [
    ...stored.filter(({ id }) => !superseded.has(id)).map(({ at }) => at),
    ...changed.flatMap((message) => deliveryOf(message) ?? []),
  ].filter((at) => at >= event.at && at - event.at <= ENTRY_ANSWER_WITHIN);
}

/** One customer identity on one channel in one month, however often it writes (money-and-quotas.md, S9). */
function countVisitor(bench: Workbench, event: UsageEvent): void {
  const day = dayOfInstant(bench, event.at);
  const month = day.slice(0, 7);
  const key = visitorKey(month, event.channel, event.contact);
  const known = bench.visitors.get(key);
  if (!known) {
    const quota = touchQuota(bench, month);
    quota.visitorsUsed += 1;
    bench.visitors.set(key, {
      month,
      channel: event.channel,
      contact: event.contact,
      ordinal: quota.visitorsUsed,
      firstSeenAt: event.at,
      storedAs: null,
      changed: true,
    });
    tallyVisitor(bench.tally, day, event.channel, 1);
    return;
  }
  if (event.at >= known.firstSeenAt) return;
  tallyVisitor(bench.tally, dayOfInstant(bench, known.firstSeenAt), event.channel, -1);
  tallyVisitor(bench.tally, day, event.channel, 1);
  known.firstSeenAt = event.at;
  known.changed = true;
}

/** A customer with a new number stays the same visitor of the month. */
function renameVisitor(bench: Workbench, event: UsageEvent, formerContact: string): void {
  const month = dayOfInstant(bench, event.at).slice(0, 7);
  const former = visitorKey(month, event.channel, formerContact);
  const renamed = visitorKey(month, event.channel, event.contact);
  const visitor = bench.visitors.get(former);
  if (!visitor || bench.visitors.has(renamed)) return;
  visitor.contact = event.contact;
  visitor.changed = true;
  bench.visitors.delete(former);
  bench.visitors.set(renamed, visitor);
}

function update(bench: Workbench, event: UsageEvent): void {
  const key = messageKey(event.messageId, event.contact);
  let message = bench.messages.get(key);
  if (message) {
    touchMessage(bench, message);
  } else {
    message = newMessage(bench.book.nextMessageId++, event);
    bench.messages.set(key, message);
    bench.touchedMessages.add(message);
  }
  const before = decisiveFacts(message);
  // What is kept by business number and customer is given back while the message still stands where it was charged.
  if (message.charge && learnsPlace(message, event)) giveBack(bench, message);
  learn(message, event);
  if (deliveryOf(message) !== null) settleCharge(bench, message, before);
  if (deliveryOf(message) !== null || message.failedAt !== null) freeHold(bench, message);
}

/** Whether an event is the first to name the message's business number, or to say that it went to a group. */
function learnsPlace({ businessNumber, groupId }: Message, event: UsageEvent): boolean {
  return (
    (businessNumber === "" && event.businessNumber !== "") || (groupId === null && event.groupId !== null)
  );
}

function settleCharge(bench: Workbench, message: Message, before: ReturnType<typeof decisiveFacts>): void {
  if (message.charge) {
    if (sameFacts(before, decisiveFacts(message))) return;
    giveBack(bench, message);
  }
  charge(bench, message);
  settleRunning(bench);
}

/** What a charge gave back may stand beside a debt: settled at once, as if each event had its own transaction. */
function settleRunning(bench: Workbench): void {
  const amount = min(bench.initial, -bench.additional);
  if (amount <= 0n) return;
  bench.initial -= amount;
  bench.additional += amount;
  bench.settled += amount;
}

/** A message frees its part of the hold it names once, when it is charged, goes free or fails. */
function freeHold(bench: Workbench, message: Message): void {
  if (message.holdFreed || message.holdId === null) return;
  if (message.charge?.paidFrom === "unpriced" && message.failedAt === null) return;
  const hold = bench.holds.get(message.holdId);
  if (!hold) return;
  const day = dayOfInstant(bench, occurrenceOf(message));
  const market = message.charge?.market ?? marketOf(message.contact, day, bench.markets).market;
  const told = message.categorySent ?? message.categoryBilled ?? message.charge?.category ?? null;
  const category = message.groupId === null ? told : "utility";
  freePart(bench.book, hold, market, category === null ? null : chargedCategory(bench, category), bench.now);
  message.holdFreed = true;
  bench.touchedHolds.add(hold);
}

/** Before a stored message changes for the first time, what it stood for is taken back; `tallyChanges` adds the new. */
function touchMessage(bench: Workbench, message: Message): void {
  if (bench.touchedMessages.has(message)) return;
  bench.touchedMessages.add(message);
  tallyMessage(bench.tally, message, bench.organization.timeZone, -1);
}

function tallyChanges(bench: Workbench): void {
  for (const message of bench.touchedMessages)
    tallyMessage(bench.tally, message, bench.organization.timeZone, 1);
}
