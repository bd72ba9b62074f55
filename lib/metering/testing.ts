import { inOrganization, rawSql } from "@/db/client";
import { invariants } from "@/db/invariants";
import type { Scheme } from "@/db/schema/rating";
import { systemMachineScope } from "@/lib/auth/scope";
import { newBook } from "@/lib/ledger/testing";
import { micros, toDecimal } from "@/lib/money/money";
import type { Organization } from "@/lib/organizations/organizations";
import { emptyQuota, type MonthQuota } from "@/lib/quotas/rules";
import { indexMarkets, type Price, type PriceVersion, priceKey } from "@/lib/rating/rules";
import type { Charge, UsageEvent } from "./message";
import { applyEvents } from "./rules";
import { emptyTally } from "./tally";
import { messageKey, type Workbench } from "./workbench";

/** For tests: a customer in Indonesia, and the business number that writes to them. */
export const ANI = "6281200000001";
export const BUDI = "6281200000002";
export const NUMBER = "106540352242922";

/** Noon in Jakarta. */
export const NOON = Date.parse("2026-11-02T05:00:00Z");
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

let told = 0;

/** A delivered marketing message, each of its own, unless said otherwise. */
export function usageEvent(facts: Partial<UsageEvent> = {}): UsageEvent {
  told += 1;
  return {
    source: "test",
    id: `e${told}`,
    kind: "delivered",
    at: NOON,
    channel: "whatsapp",
    messageId: `m${told}`,
    contact: ANI,
    businessNumber: NUMBER,
    groupId: null,
    category: "marketing",
    template: null,
    broadcast: null,
    pricing: null,
    conversation: null,
    hold: null,
    error: null,
    fromAd: false,
    formerContact: null,
    ...facts,
  };
}

/** A message from the customer. */
export function inbound(facts: Partial<UsageEvent> = {}): UsageEvent {
  return usageEvent({ kind: "received", category: null, ...facts });
}

/** Meta's four schemes (whatsapp.md, Schemes by date), with round prices in rupiah. */
export const SCHEMES: Readonly<Record<string, Scheme>> = {
  "2023-06-01": {
    ...each("conversation"),
    service: { unit: "conversation", free_per_number_and_month: 2 },
  },
  "2024-11-01": each("conversation"),
  "2025-07-01": {
    ...each("message"),
    utility: { unit: "message", free_in_window: true },
    service: { unit: "conversation" },
  },
  "2026-10-01": { ...each("message"), service: { unit: "message", free_per_number_and_month: 2 } },
};

function each(unit: "conversation" | "message"): Scheme {
  const categories = ["marketing", "utility", "authentication", "authentication-international", "service"];
  return Object.fromEntries(categories.map((category) => [category, { unit }]));
}

export const PRICES: Readonly<Record<string, string>> = {
  marketing: "586.33",
  utility: "356.65",
  authentication: "300",
  "authentication-international": "1940.13",
  service: "271.10",
};

/** The version that begins on a day, with Indonesia's prices. */
export function priceVersion(effectiveFrom: string, prices: Record<string, Price> = {}): PriceVersion {
  const standard = Object.entries(PRICES).map(([category, unitPrice]): [string, Price] => [
    category,
    { unitPrice: micros(unitPrice), tiers: [] },
  ]);
  const all = [...standard, ...Object.entries(prices)];
  return {
    id: Number(effectiveFrom.replaceAll("-", "")),
    effectiveFrom,
    scheme: SCHEMES[effectiveFrom] ?? {},
    prices: new Map(all.map(([category, price]) => [priceKey("Indonesia", category), price])),
  };
}

type Money = { readonly initial?: string; readonly additional?: string };

/** A workbench in memory: an organization in Jakarta with money, quotas and prices, and nothing recorded. */
export function newBench(
  facts: Money & {
    readonly organization?: Partial<Organization>;
    readonly versions?: readonly PriceVersion[];
    readonly quotas?: readonly Partial<MonthQuota>[];
  } = {},
): Workbench {
  const versions = facts.versions ?? Object.keys(SCHEMES).map((day) => priceVersion(day));
  const balances = { initial: micros(facts.initial ?? "0"), additional: micros(facts.additional ?? "0") };
  const quotas = (facts.quotas ?? []).map((quota) => ({ ...emptyQuota("2026-11"), ...quota }));
  return {
    organization: newOrganization(facts.organization),
    book: newBook(balances),
    now: new Date(NOON),
    posting: 1,
    assignments: [{ fromDay: "2020-01-01", priceBookId: 1 }],
    priceBooks: new Map([[1, { id: 1, slug: "book", name: "Book", revision: 1, currency: "IDR", versions }]]),
    markets: indexMarkets([
      { callingPrefix: "62", effectiveFrom: "2020-01-01", country: "ID", market: "Indonesia" },
      { callingPrefix: "91", effectiveFrom: "2020-01-01", country: "IN", market: "India" },
    ]),
    quotas: new Map(quotas.map((quota) => [quota.month, quota])),
    touchedQuotas: new Set(),
    counters: new Map(),
    touchedCounters: new Set(),
    messages: new Map(),
    touchedMessages: new Set(),
    inbound: new Map(),
    newInbound: [],
    entryPoints: new Map(),
    storedDeliveries: new Map(),
    conversations: new Map(),
    visitors: new Map(),
    holds: new Map(),
    touchedHolds: new Set(),
    usedVersions: new Set(),
    ...balances,
    settled: 0n,
    tally: emptyTally(),
  };
}

function newOrganization(facts: Partial<Organization> = {}): Organization {
  return {
    id: 1,
    slug: "toko-melati",
    name: "Toko Melati",
    timeZone: "Asia/Jakarta",
    currency: "IDR",
    mode: "test",
    clock: new Date(NOON),
    startsOn: "2026-01",
    authenticationInternational: false,
    suspendedAt: null,
    createdAt: new Date(NOON),
    ...facts,
  };
}

/** The charge of the message that an event is about. */
export function chargeOf(bench: Workbench, event: UsageEvent): Charge {
  const charge = bench.messages.get(messageKey(event.messageId, event.contact))?.charge;
  if (!charge) throw new Error("the message was charged");
  return charge;
}

/** Applies events. @returns what each event's message came to: what paid, units, and the price of the unit or why it is free. */
export function outcomes(bench: Workbench, ...events: UsageEvent[]): string[] {
  applyEvents(bench, events);
  return events
    .filter(({ kind }) => kind !== "received" && kind !== "called")
    .map((event) => {
      const { paidFrom, units, freeReason, unitPrice, basis } = chargeOf(bench, event);
      const why = freeReason ?? basis.unpriced ?? (unitPrice === null ? "" : toDecimal(unitPrice));
      return `${paidFrom} ${units} ${why}`.trim();
    });
}

/** The platform's key, as the doors have it. */
export const sender = systemMachineScope("test", "events:write");

/** A delivered marketing message as POST /api/v1/events takes it; everything about it follows from the name. */
export function deliveredEvent(
  subject: string,
  name: string,
  data: object = {},
  time = "2026-11-02T04:00:00Z",
) {
  return {
    specversion: "1.0",
    id: name,
    source: "inbox-test",
    type: "message.delivered",
    subject,
    time,
    data: {
      channel: "whatsapp",
      message_id: `wamid.${name}`,
      business_number: NUMBER,
      contact: ANI,
      category: "marketing",
      ...data,
    },
  };
}

/** The accounts of an organization and how many messages were charged, as another connection sees them. */
export async function moneyOf(organizationId: number) {
  return inOrganization(organizationId, async (tx) => {
    const sql = rawSql(tx);
    const accounts = await sql<{ account: string; balance_micros: string }[]>`
      select account, balance_micros from ledger_accounts where organization_id = ${organizationId}`;
    const [counts] = await sql<{ messages: number; charged: number; events: number }[]>`
      select (select count(*) from messages where organization_id = ${organizationId})::int as messages,
        (select count(*) from messages where organization_id = ${organizationId} and amount_micros > 0)::int as charged,
        (select count(*) from event_keys where organization_id = ${organizationId})::int as events`;
    const balance = (name: string) =>
      BigInt(accounts.find(({ account }) => account === name)?.balance_micros ?? 0n);
    return {
      initial: balance("initial"),
      additional: balance("additional"),
      usage: balance("usage"),
      messages: counts?.messages ?? 0,
      charged: counts?.charged ?? 0,
      events: counts?.events ?? 0,
    };
  });
}

/** The invariants of the product that one organization breaks. Others at work on the same database do not disturb it. */
export async function brokenBy(organizationId: number): Promise<string[]> {
  return inOrganization(organizationId, async (tx) => {
    const broken: string[] = [];
    for (const { name, violations } of invariants) {
      const rows = await rawSql(tx).unsafe(violations);
      if (rows.some((row) => Number(row.organization_id) === organizationId)) broken.push(name);
    }
    return broken;
  });
}

/** The same list in another order, by a seed. */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const result = [...items];
  let state = seed;
  for (let index = result.length - 1; index > 0; index--) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const other = state % (index + 1);
    const [a, b] = [result[index], result[other]];
    if (a !== undefined && b !== undefined) [result[index], result[other]] = [b, a];
  }
  return result;
}

/** 20 batches, shuffled and overlapping: every item is in two of them. */
export function overlappingBatches<Item>(items: readonly Item[], seed: number): Item[][] {
  const twice = [...shuffled(items, seed), ...shuffled(items, seed + 1)];
  const size = Math.ceil(twice.length / 20);
  return Array.from({ length: 20 }, (_, n) => twice.slice(n * size, (n + 1) * size));
}
