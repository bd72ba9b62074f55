import type { Micros } from "@/lib/money/money";
import { type Day, dayOf } from "@/lib/time/period";
import { deliveryOf, type Message, occurrenceOf } from "./message";

type UsageColumn =
  | "service"
  | "marketing"
  | "utility"
  | "authentication"
  | "authentication_international"
  | "group"
  | "other";

export type DayMeasures = { [Column in UsageColumn]: number } & { unique_visitors: number; amount: Micros };

export type DetailMeasures = {
  readonly day: Day;
  readonly category: string;
  readonly market: string;
  readonly paidFrom: string;
  uses: number;
  units: number;
  quotaUnits: number;
  amount: Micros;
  initial: Micros;
  additional: Micros;
};

export type BroadcastMeasures = {
  readonly broadcastId: string;
  name: string | null;
  template: string | null;
  category: string | null;
  startedAt: number;
  recipients: number;
  sent: number;
  delivered: number;
  read: number;
  failed: number;
  amount: Micros;
};

/**
 * What a transaction adds to the roll-ups and the ledger. Every message contributes a fixed sum, worked out from its
 * row alone; a changed message first takes its old contribution back. So the roll-ups always equal the messages.
 */
export type Tally = {
  readonly days: Map<Day, DayMeasures>;
  readonly details: Map<string, DetailMeasures>;
  readonly broadcasts: Map<string, BroadcastMeasures>;
  /** Keys are day and channel. */
  readonly visitors: Map<string, { readonly day: Day; readonly channel: string; visitors: number }>;
  /** What usage takes from each balance, by the day it occurred on. Negative: given back. */
  readonly draws: Map<Day, { initial: Micros; additional: Micros; occurredAt: number }>;
};

export function emptyTally(): Tally {
  return {
    days: new Map(),
    details: new Map(),
    broadcasts: new Map(),
    visitors: new Map(),
    draws: new Map(),
  };
}

const COLUMNS: ReadonlyMap<string, UsageColumn> = new Map([
  ["service", "service"],
  ["marketing", "marketing"],
  ["utility", "utility"],
  ["authentication", "authentication"],
  ["authentication-international", "authentication_international"],
]);

/**
 * The category that roll-ups and charts count a message under: groups stand apart. A category that the platform itself
 * calls "group" counts with them, in every roll-up, report and download.
 */
export function usageCategory(message: Pick<Message, "groupId" | "charge">): string {
  return message.groupId === null ? (message.charge?.category ?? "") : "group";
}

/** The daily column of a usage category; what has none of its own is "other". */
export function usageColumn(category: string): UsageColumn {
  return category === "group" ? "group" : (COLUMNS.get(category) ?? "other");
}

/** Adds (or, with -1, takes back) everything that a message's row stands for. */
export function tallyMessage(tally: Tally, message: Message, zone: string, sign: 1 | -1): void {
  if (message.charge) tallyCharge(tally, message, message.charge, zone, sign);
  if (message.broadcastId !== null) tallyBroadcast(tally, message, message.broadcastId, sign);
}

function tallyCharge(
  tally: Tally,
  message: Message,
  charge: NonNullable<Message["charge"]>,
  zone: string,
  sign: 1 | -1,
): void {
  if (charge.paidFrom === "none") return;
  const day = dayOf(charge.occurredAt, zone);
  const category = usageCategory(message);
  const amount = sign === 1 ? charge.amount : -charge.amount;
  const initial = sign === 1 ? charge.fromInitial : -charge.fromInitial;
  const additional = sign === 1 ? charge.fromAdditional : -charge.fromAdditional;

  const measures = dayMeasures(tally, day);
  measures[usageColumn(category)] += sign * charge.units;
  measures.amount += amount;

  const detail = detailMeasures(tally, day, category, charge.market ?? "", charge.paidFrom);
  detail.uses += sign;
  detail.units += sign * charge.units;
  if (charge.paidFrom === "quota") detail.quotaUnits += sign * charge.units;
  detail.amount += amount;
  detail.initial += initial;
  detail.additional += additional;

  if (initial !== 0n || additional !== 0n) tallyDraw(tally, day, initial, additional, charge.occurredAt);
}

function tallyDraw(tally: Tally, day: Day, initial: Micros, additional: Micros, occurredAt: number): void {
  const draw = tally.draws.get(day);
  if (draw) {
    draw.initial += initial;
    draw.additional += additional;
    draw.occurredAt = Math.max(draw.occurredAt, occurredAt);
  } else {
    tally.draws.set(day, { initial, additional, occurredAt });
  }
}

function tallyBroadcast(tally: Tally, message: Message, broadcastId: string, sign: 1 | -1): void {
  const delivered = deliveryOf(message) !== null;
  const startedAt = occurrenceOf(message);
  let measures = tally.broadcasts.get(broadcastId);
  if (!measures) {
    measures = {
      broadcastId,
      name: null,
      template: null,
      category: null,
      startedAt,
      recipients: 0,
      sent: 0,
      delivered: 0,
      read: 0,
      failed: 0,
      amount: 0n,
    };
    tally.broadcasts.set(broadcastId, measures);
  }
  measures.name = message.broadcastName ?? measures.name;
  measures.template = message.template ?? measures.template;
  measures.category =
    message.charge?.category ?? message.categoryBilled ?? message.categorySent ?? measures.category;
  measures.startedAt = Math.min(measures.startedAt, message.sentAt ?? startedAt, startedAt);
  measures.recipients += sign;
  if (message.sentAt !== null || delivered) measures.sent += sign;
  if (delivered) measures.delivered += sign;
  if (message.readAt !== null) measures.read += sign;
  if (message.failedAt !== null && !delivered) measures.failed += sign;
  const amount = message.charge?.amount ?? 0n;
  measures.amount += sign === 1 ? amount : -amount;
}

/** Counts a visitor on the day of its first message (or takes it off the day it was counted on before). */
export function tallyVisitor(tally: Tally, day: Day, channel: string, sign: 1 | -1): void {
  dayMeasures(tally, day).unique_visitors += sign;
  const key = `${day}\0${channel}`;
  const known = tally.visitors.get(key);
  if (known) known.visitors += sign;
  else tally.visitors.set(key, { day, channel, visitors: sign });
}

function dayMeasures(tally: Tally, day: Day): DayMeasures {
  let measures = tally.days.get(day);
  if (!measures) {
    measures = {
      service: 0,
      marketing: 0,
      utility: 0,
      authentication: 0,
      authentication_international: 0,
      group: 0,
      other: 0,
      unique_visitors: 0,
      amount: 0n,
    };
    tally.days.set(day, measures);
  }
  return measures;
}

function detailMeasures(
  tally: Tally,
  day: Day,
  category: string,
  market: string,
  paidFrom: string,
): DetailMeasures {
  const key = `${day}\0${category}\0${market}\0${paidFrom}`;
  let detail = tally.details.get(key);
  if (!detail) {
    detail = {
      day,
      category,
      market,
      paidFrom,
      uses: 0,
      units: 0,
      quotaUnits: 0,
      amount: 0n,
      initial: 0n,
      additional: 0n,
    };
    tally.details.set(key, detail);
  }
  return detail;
}
