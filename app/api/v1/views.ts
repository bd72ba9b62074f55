import type { PlacedHold } from "@/lib/holds/holds";
import { lineAmount, type PricedLine } from "@/lib/holds/rules";
import type { WaitingBody } from "@/lib/inbox/inbox";
import type { Transfer } from "@/lib/ledger/rules";
import { toDecimal } from "@/lib/money/money";
import type { PackageFacts } from "@/lib/packages/packages";
import type { Provisioned } from "@/lib/provisioning/organizations";
import type { Outcome, ParkedMessages } from "@/lib/provisioning/provisioning";
import type { Publication } from "@/lib/rating/rating";
import type { Balance } from "@/lib/reports/balance";
import type { DailyUsage } from "@/lib/reports/usage/usage";

/** 201 for what is new, 200 for what was changed or found as asked for. */
export function statusOf(outcome: Outcome): number {
  return outcome === "created" ? 201 : 200;
}

export function organizationView({ organization, package: bought, priceBook }: Provisioned) {
  return {
    slug: organization.slug,
    name: organization.name,
    time_zone: organization.timeZone,
    currency: organization.currency,
    mode: organization.mode,
    price_book: priceBook,
    package: bought,
    starts_on: `${organization.startsOn}-01`,
    clock: organization.clock?.toISOString() ?? null,
    authentication_international: organization.authenticationInternational,
    suspended: organization.suspendedAt !== null,
  };
}

export function packageView(facts: PackageFacts) {
  return {
    slug: facts.slug,
    name: facts.name,
    seats: facts.seats,
    unique_visitors: facts.uniqueVisitors,
    conversations: facts.conversations,
    initial_balance: toDecimal(facts.initialBalance),
    currency: facts.currency,
    initial_carries_over: facts.initialCarriesOver,
  };
}

export function versionView(publication: Publication) {
  return {
    price_book: publication.slug,
    from: publication.effectiveFrom,
    currency: publication.currency,
    scheme: publication.scheme,
    prices: publication.prices.map(({ market, category, unitPrice, tiers }) => ({
      market,
      category,
      unit_price: toDecimal(unitPrice),
      ...(tiers
        ? { tiers: tiers.map((tier) => ({ above: tier.above, unit_price: toDecimal(tier.unitPrice) })) }
        : {}),
    })),
  };
}

export function balanceView(balance: Balance) {
  const { uniqueVisitors, whatsappBalance } = balance;
  return {
    as_of: balance.asOf.toISOString(),
    time_zone: balance.timeZone,
    currency: balance.currency,
    period: { month: balance.period.month, resets_at: balance.period.resetsAt.toISOString() },
    users: balance.users,
    unique_visitors: {
      package: uniqueVisitors.package,
      top_up: uniqueVisitors.topUp,
      used: uniqueVisitors.used,
      remaining: uniqueVisitors.remaining,
      over_quota: uniqueVisitors.overQuota,
    },
    conversations: balance.conversations,
    whatsapp_balance: {
      initial: toDecimal(whatsappBalance.initial),
      additional: toDecimal(whatsappBalance.additional),
      on_hold: toDecimal(whatsappBalance.onHold),
      available: toDecimal(whatsappBalance.available),
    },
  };
}

export function usageDayView(day: DailyUsage) {
  return {
    day: day.day,
    service: day.service,
    marketing: day.marketing,
    utility: day.utility,
    authentication: day.authentication,
    authentication_international: day.authenticationInternational,
    group: day.group,
    other: day.other,
    unique_visitors: day.uniqueVisitors,
    amount: toDecimal(day.amount),
  };
}

export function transferView(transfer: Transfer) {
  return {
    id: transfer.id,
    kind: transfer.kind,
    from: transfer.from,
    to: transfer.to,
    amount: toDecimal(transfer.amount),
    occurred_at: transfer.occurredAt.toISOString(),
    booked_at: transfer.bookedAt.toISOString(),
    cause: transfer.cause,
    reason: transfer.reason,
    balances_after: {
      initial: toDecimal(transfer.initialAfter),
      additional: toDecimal(transfer.additionalAfter),
    },
  };
}

export function lineView(line: PricedLine) {
  return {
    market: line.market,
    category: line.category,
    quantity: line.quantity,
    unit_price: toDecimal(line.unitPrice),
    amount: toDecimal(lineAmount(line)),
  };
}

export function holdView(hold: PlacedHold) {
  return {
    id: hold.id,
    state: hold.state,
    amount: toDecimal(hold.amount),
    remaining: toDecimal(hold.remaining),
    lines: hold.lines.map(lineView),
    created_at: hold.createdAt.toISOString(),
    expires_at: hold.expiresAt.toISOString(),
    available_after: toDecimal(hold.availableAfter),
  };
}

export function waitingBodyView(body: WaitingBody) {
  return {
    id: body.id,
    received_at: body.receivedAt.toISOString(),
    attempts: body.attempts,
    next_attempt_at: body.nextAttemptAt?.toISOString() ?? null,
    reason: body.reason,
    waits_for: body.waitsFor,
  };
}

export function parkedView(parked: ParkedMessages) {
  return { ...parked, oldest: parked.oldest.toISOString(), newest: parked.newest.toISOString() };
}
