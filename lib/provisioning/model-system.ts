import { acrossOrganizations, inOrganization, rawSql } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { invariant, Refusal } from "@/lib/errors";
import { openAccount, placeHold, releaseHold } from "@/lib/holds/holds";
import { holdRequest } from "@/lib/holds/input";
import { saveBook } from "@/lib/ledger/ledger";
import { move, settle } from "@/lib/ledger/rules";
import { parseCloudEvent } from "@/lib/metering/cloudevents";
import { recordOwnEvents } from "@/lib/metering/metering";
import type { Balance } from "@/lib/metering/model/balance";
import { isoOf } from "@/lib/metering/model/calendar";
import type { FreeReason } from "@/lib/metering/model/charging";
import type { UsageEvent } from "@/lib/metering/model/facts";
import type { Snapshot, System } from "@/lib/metering/model/history";
import type { HoldAnswer } from "@/lib/metering/model/holds";
import type { OrganizationSetup, Receipt } from "@/lib/metering/model/model";
import type { Package } from "@/lib/metering/model/months";
import type { PriceVersion } from "@/lib/metering/model/prices";
import type { ChargeLine, UsageDay } from "@/lib/metering/model/usage";
import type { Visitor } from "@/lib/metering/model/visitors";
import { toDecimal } from "@/lib/money/money";
import { readOrganization } from "@/lib/organizations/organizations";
import { loadQuotas, saveQuotas } from "@/lib/quotas/quotas";
import { coverageOf } from "@/lib/quotas/rules";
import { readBalance } from "@/lib/reports/balance";
import { organizationNow } from "@/lib/time/clock";
import { monthOf, nextMonth } from "@/lib/time/period";
import { adjust } from "./adjustments";
import { assignPackage } from "./assignments";
import { putOrganization } from "./organizations";
import { putPriceVersion } from "./provisioning";
import { moveClock } from "./test-clock";
import { newPackage, platform, uniqueSlug } from "./testing";

/** The product, as something that the reference model's histories can be played to. Each gets a book of its own. */
export async function productSystem(
  setup: OrganizationSetup,
): Promise<System & { slug: string; id: number }> {
  const book = uniqueSlug("book");
  for (const version of setup.priceBook) await putPriceVersion(platform, publication(book, version));
  const slug = uniqueSlug("org");
  if (setup.priceBook.length === 0) await putPriceVersion(platform, { ...EMPTY, slug: book });
  const { provisioned } = await putOrganization(platform, slug, {
    name: "History",
    mode: "test",
    time_zone: setup.timeZone,
    clock: new Date(setup.clock),
    price_book: book,
    package: await packageOf(setup.package),
    starts_on: `${setup.startsOn}-01`,
    authentication_international: setup.authenticationInternational,
  });
  const { id } = provisioned.organization;
  const holds = new Map<string, string>();
  return {
    slug,
    id,
    receive: (events) => receive(id, events, holds),
    advanceClock: (to) => orRefused(() => moveClock(platform, slug, new Date(to)), "moved"),
    adjust: (account, amount) =>
      amount === 0n
        ? Promise.resolve("refused")
        : orRefused(
            () => adjust(platform, slug, { account, amount, reason: "history" }, uniqueSlug("key")),
            "adjusted",
          ),
    topUp: (amount, visitors) => topUp(id, amount, visitors),
    changePackage: async (from, changed) => {
      const { month } = (await balanceOf(id)).period;
      const first = from > month ? from : nextMonth(month);
      await assignPackage(platform, slug, first, { package: await packageOf(changed) });
    },
    publishPrices: async (version) => {
      await putPriceVersion(platform, publication(book, version));
    },
    placeHold: (label, request) => place(id, label, request, holds),
    releaseHold: async (label) => {
      const hold = holds.get(label);
      if (hold === undefined) return "not_found";
      await releaseHold(systemScope("test", id, "holds:write"), hold);
      return "released";
    },
    balance: () => balanceOf(id),
    snapshot: () => snapshot(id),
  };
}

const EMPTY = { currency: "IDR", effectiveFrom: "2199-01-01", scheme: {}, prices: [] };

function publication(slug: string, version: PriceVersion) {
  return {
    slug,
    currency: "IDR",
    effectiveFrom: version.from,
    scheme: Object.fromEntries(
      Object.entries(version.scheme).map(([category, { unit, freeInWindow, freePerNumberAndMonth }]) => [
        category,
        { unit, free_in_window: freeInWindow, free_per_number_and_month: freePerNumberAndMonth },
      ]),
    ),
    prices: version.prices.map(({ market, category, unitPriceMicros, tiers }) => ({
      market,
      category,
      unitPrice: unitPriceMicros,
      tiers: tiers?.map((tier) => ({ above: tier.above, unitPrice: tier.unitPriceMicros })),
    })),
  };
}

async function packageOf(wanted: Package): Promise<string> {
  const { slug } = await newPackage({
    uniqueVisitors: wanted.uniqueVisitors,
    conversations: wanted.conversations,
    initialBalance: wanted.initialBalanceMicros,
    initialCarriesOver: wanted.initialCarriesOver,
  });
  return slug;
}

/** Webhooks may tell of a message without its category, which POST /events asks for: such events go in behind the door. */
async function receive(
  id: number,
  events: readonly UsageEvent[],
  holds: ReadonlyMap<string, string>,
): Promise<Receipt[]> {
  const parsed = events.map((event) => {
    const { hold, category } = event.data;
    const data = { category: "none", ...event.data, ...(hold && { hold: holds.get(hold) ?? hold }) };
    const read = parseCloudEvent({ specversion: "1.0", subject: "any", ...event, data });
    invariant(read.ok, `the door takes ${JSON.stringify(event)}`);
    return category === undefined ? { ...read.event, category: null } : read.event;
  });
  const outcomes = await recordOwnEvents(systemScope("test", id, "events:write"), parsed);
  return outcomes.map((outcome) =>
    outcome === "accepted" || outcome === "duplicate" ? outcome : { rejected: "in_the_future" },
  );
}

async function orRefused<Done extends string>(
  work: () => Promise<unknown>,
  done: Done,
): Promise<Done | "refused"> {
  try {
    await work();
    return done;
  } catch (error) {
    if (error instanceof Refusal) return "refused";
    throw error;
  }
}

async function topUp(id: number, amount: bigint, visitors: number): Promise<void> {
  await inOrganization(id, async (tx) => {
    const organization = await readOrganization(tx, id);
    const now = organizationNow(organization.clock);
    const book = await openAccount(tx, organization, now);
    const cause = uniqueSlug("purchase");
    if (amount > 0n) {
      move(book, { kind: "top_up", from: "purchases", to: "additional", amount, occurredAt: now, cause });
    }
    settle(book, now, cause);
    const quotas = await loadQuotas(tx, id, [monthOf(now, organization.timeZone)]);
    for (const quota of quotas.values()) quota.visitorsTopUp += visitors;
    await saveQuotas(tx, id, quotas.values());
    await saveBook(tx, book);
  });
}

async function place(
  id: number,
  label: string,
  request: Parameters<System["placeHold"]>[1],
  holds: Map<string, string>,
): Promise<HoldAnswer> {
  const body = holdRequest.parse({
    lines: request.lines,
    group: request.groupMembers && { members: request.groupMembers },
    expires_in: request.expiresInSeconds,
  });
  try {
    const hold = await placeHold(systemScope("test", id, "holds:write"), body, uniqueSlug("key"));
    holds.set(label, hold.id);
    return { granted: true, amount: toDecimal(hold.amount), availableAfter: toDecimal(hold.availableAfter) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { required, available, shortfall } = error.extras.members ?? {};
    if (error.code === "insufficient_balance") {
      return {
        granted: false,
        code: error.code,
        required: String(required),
        available: String(available),
        shortfall: String(shortfall),
      };
    }
    if (error.code === "group_too_large" || error.code === "no_price")
      return { granted: false, code: error.code };
    throw error;
  }
}

async function balanceOf(id: number): Promise<Balance> {
  const balance = await readBalance(systemScope("test", id, "balance:read"));
  const { visitors, conversations, whatsapp } = {
    ...balance,
    visitors: balance.uniqueVisitors,
    whatsapp: balance.whatsappBalance,
  };
  return {
    as_of: isoOf(balance.asOf.getTime()),
    time_zone: balance.timeZone,
    period: { month: balance.period.month, resets_at: isoOf(balance.period.resetsAt.getTime()) },
    unique_visitors: {
      package: visitors.package,
      top_up: visitors.topUp,
      used: visitors.used,
      remaining: visitors.remaining,
      over_quota: visitors.overQuota,
    },
    conversations: conversations && {
      package: conversations.package,
      used: conversations.used,
      remaining: conversations.remaining,
    },
    whatsapp_balance: {
      initial: toDecimal(whatsapp.initial),
      additional: toDecimal(whatsapp.additional),
      on_hold: toDecimal(whatsapp.onHold),
      available: toDecimal(whatsapp.available),
    },
  };
}

async function snapshot(id: number): Promise<Snapshot> {
  const balance = await balanceOf(id);
  return acrossOrganizations(async (tx) => {
    const sql = rawSql(tx);
    const messages = await sql`
      select m.*, v.effective_from from messages m left join price_versions v on v.id = m.price_version_id
      where organization_id = ${id} and channel = 'whatsapp'`;
    const days = await sql`select * from daily_usage where organization_id = ${id} order by day`;
    const totals = await sql`
      select kind || ' ' || from_account || '>' || to_account as key, sum(amount_micros)::text as amount
      from ledger_transfers where organization_id = ${id} group by 1`;
    const visitors = await sql`
      select v.*, q.visitors_package, q.visitors_top_up from unique_visitors v
      join month_quotas q using (organization_id, month) where organization_id = ${id}`;
    const organization = await readOrganization(tx, id);
    return {
      balance,
      charges: messages.map((row) => chargeLine(row, organization.authenticationInternational)),
      usageByDay: days
        .map(usageDay)
        .filter(({ day: _, ...rest }) => Object.values(rest).some((value) => value !== 0 && value !== 0n)),
      ledgerTotals: Object.fromEntries(totals.map(({ key, amount }) => [key, BigInt(amount)])),
      visitors: visitors.map(
        (row): Visitor => ({
          month: row.month,
          channel: row.channel,
          contact: row.contact,
          firstSeenAt: isoOf(Date.parse(row.first_seen_at)),
          coveredBy: coverageOf(row.ordinal, {
            visitorsPackage: row.visitors_package,
            visitorsTopUp: row.visitors_top_up,
          }),
        }),
      ),
    };
  });
}

type Row = Record<string, unknown>;

const REASONS: { [reason: string]: FreeReason } = {
  free_customer_service: "window",
  free_group_customer_service: "window",
  free_entry_point: "entry_point",
  free_number: "free_number",
  open_conversation: "open_conversation",
};

function pendingCategory(row: Row, international: boolean): string {
  const known = String(row.category_billed ?? row.category_sent ?? "");
  return known === "authentication-international" && !international ? "authentication" : known;
}

function chargeLine(row: Row, international: boolean): ChargeLine {
  const delivered = row.paid_from !== "pending";
  const decided = delivered && row.paid_from !== "unpriced";
  const isFree =
    row.paid_from === "covered" || (row.paid_from === "free" && row.free_reason !== "zero_price");
  const state = delivered ? (decided ? (isFree ? "free" : "charged") : "unpriced") : "pending";
  return {
    messageId: String(row.message_id),
    contact: String(row.contact),
    group: row.group_id !== null,
    occurredAt: delivered ? isoOf(Date.parse(String(row.occurred_at))) : null,
    state,
    category: delivered ? String(row.category ?? "") : pendingCategory(row, international),
    market: delivered ? String(row.market) : null,
    unit: decided ? (row.unit as ChargeLine["unit"]) : null,
    units: Number(row.units),
    unitPriceMicros: row.unit_price_micros === null ? null : BigInt(String(row.unit_price_micros)),
    amountMicros: BigInt(String(row.amount_micros)),
    paidFromQuota: row.paid_from === "quota" ? Number(row.units) : 0,
    paidFromInitialMicros: BigInt(String(row.paid_initial_micros)),
    paidFromAdditionalMicros: BigInt(String(row.paid_additional_micros)),
    freeReason: isFree ? (REASONS[String(row.free_reason)] ?? null) : null,
    priceVersion: decided ? String(row.effective_from).slice(0, 10) : null,
  };
}

function usageDay(row: Row): UsageDay {
  return {
    day: String(row.day),
    service: Number(row.service),
    marketing: Number(row.marketing),
    utility: Number(row.utility),
    authentication: Number(row.authentication),
    authentication_international: Number(row.authentication_international),
    group: Number(row.group),
    other: Number(row.other),
    unique_visitors: Number(row.unique_visitors),
    amountMicros: BigInt(String(row.amount_micros)),
  };
}
