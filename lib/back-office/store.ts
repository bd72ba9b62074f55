import { rawSql, type Transaction } from "@/db/client";
import type { KeyScope, Role } from "@/db/schema/access";
import type { Micros } from "@/lib/money/money";
import type { Day, Month } from "@/lib/time/period";

/** Which organizations a list shows. */
export type OrganizationState = "all" | "debt" | "suspended" | "test";

/** The last one of the page before. */
export type OrganizationCursor = { readonly name: string; readonly id: number };

export type OrganizationRow = {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  /** What the list is sorted by, for the cursor. */
  readonly sortName: string;
  readonly currency: string;
  readonly mode: "live" | "test";
  readonly suspended: boolean;
  /** Null without a package this month. */
  readonly packageName: string | null;
  readonly initial: Micros;
  /** Below 0: a debt. */
  readonly additional: Micros;
  readonly onHold: Micros;
  /** Units counted and money charged for what occurred this month. */
  readonly units: number;
  readonly spent: Micros;
};

/** Organizations by name. `search` is part of a name or slug, or a business number. */
export async function selectOrganizations(
  tx: Transaction,
  wanted: { readonly search: string | null; readonly state: OrganizationState; readonly now: Date },
  after: OrganizationCursor | null,
  limit: number,
): Promise<OrganizationRow[]> {
  const { state, now } = wanted;
  const pattern = wanted.search === null ? null : `%${wanted.search.replace(/[\\%_]/g, "\\$&")}%`;
  const rows = await rawSql(tx)<
    {
      id: number;
      slug: string;
      name: string;
      sort_name: string;
      currency: string;
      mode: "live" | "test";
      suspended: boolean;
      package_name: string | null;
      initial_micros: string;
      additional_micros: string;
      on_hold_micros: string;
      units: string;
      spent_micros: string;
    }[]
  >`
    select o.id, o.slug, o.name, lower(o.name) as sort_name, o.currency, o.mode,
           o.suspended_at is not null as suspended, p.name as package_name,
           a.initial_micros, a.additional_micros, coalesce(l.on_hold_micros, 0) as on_hold_micros,
           u.units, u.spent_micros
    from organizations o
    left join ledgers l on l.organization_id = o.id
    cross join lateral (
      select (coalesce(o.clock, ${now.toISOString()}::timestamptz) at time zone o.time_zone)::date as today) d
    cross join lateral (
      select coalesce(sum(balance_micros) filter (where account = 'initial'), 0) as initial_micros,
             coalesce(sum(balance_micros) filter (where account = 'additional'), 0) as additional_micros
      from ledger_accounts where organization_id = o.id and account in ('initial', 'additional')) a
    left join lateral (
      select packages.name from package_assignments
      join packages on packages.id = package_assignments.package_id
      where organization_id = o.id and from_month <= to_char(d.today, 'YYYY-MM')
      order by from_month desc limit 1) p on true
    cross join lateral (
      select coalesce(sum(service + marketing + utility + authentication + authentication_international
                          + "group" + other), 0) as units,
             coalesce(sum(amount_micros), 0) as spent_micros
      from daily_usage
      where organization_id = o.id and day between date_trunc('month', d.today)::date and d.today) u
    where (${pattern}::text is null or o.name ilike ${pattern} or o.slug ilike ${pattern}
           or exists (select from business_numbers n where n.organization_id = o.id
                      and (n.phone_number_id ilike ${pattern} or n.display_phone_number ilike ${pattern})))
      and (${state} <> 'debt' or a.additional_micros < 0)
      and (${state} <> 'suspended' or o.suspended_at is not null)
      and (${state} <> 'test' or o.mode = 'test')
      and (${after?.name ?? null}::text is null
           or (lower(o.name), o.id) > (${after?.name ?? null}, ${after?.id ?? 0}::int))
    order by lower(o.name), o.id
    limit ${limit}`;
  return rows.map((row) => ({
    id: row.id,
    slug: row.slug,
    name: row.name,
    sortName: row.sort_name,
    currency: row.currency,
    mode: row.mode,
    suspended: row.suspended,
    packageName: row.package_name,
    initial: BigInt(row.initial_micros),
    additional: BigInt(row.additional_micros),
    onHold: BigInt(row.on_hold_micros),
    units: Number(row.units),
    spent: BigInt(row.spent_micros),
  }));
}

/** How many organizations have each package now or later, by the package's number. */
export async function selectPackageUse(tx: Transaction, now: Date): Promise<Map<number, number>> {
  const rows = await rawSql(tx)<{ package_id: number; organizations: string }[]>`
    select a.package_id, count(distinct a.organization_id) as organizations
    from package_assignments a
    join organizations o on o.id = a.organization_id
    where not exists (
      select from package_assignments later
      where later.organization_id = a.organization_id and later.from_month > a.from_month
        and later.from_month <= to_char(coalesce(o.clock, ${now.toISOString()}::timestamptz) at time zone o.time_zone, 'YYYY-MM'))
    group by a.package_id`;
  return new Map(rows.map((row) => [row.package_id, Number(row.organizations)]));
}

/** When each version of a price book was published, and whether charges exist that it priced. */
export async function selectVersionFacts(tx: Transaction, priceBookId: number) {
  const rows = await rawSql(tx)<{ effective_from: Day; used: boolean; published_at: string }[]>`
    select effective_from::text, used, extract(epoch from published_at) * 1000 as published_at
    from price_versions where price_book_id = ${priceBookId} order by effective_from desc`;
  return rows.map((row) => ({
    from: row.effective_from,
    used: row.used,
    publishedAt: new Date(Number(row.published_at)),
  }));
}

/** Every price book with its newest version that has begun, how many versions, and how many organizations use it. */
export async function selectBooks(tx: Transaction, today: Day) {
  const rows = await rawSql(tx)<
    {
      slug: string;
      name: string;
      currency: string;
      versions: string;
      in_force: Day | null;
      next_from: Day | null;
      organizations: string;
    }[]
  >`
    select b.slug, b.name, b.currency, v.versions, v.in_force::text, v.next_from::text, o.organizations
    from price_books b
    cross join lateral (
      select count(*) as versions, max(effective_from) filter (where effective_from <= ${today}) as in_force,
             min(effective_from) filter (where effective_from > ${today}) as next_from
      from price_versions where price_book_id = b.id) v
    cross join lateral (
      select count(distinct organization_id) as organizations from price_book_assignments a
      where a.price_book_id = b.id and not exists (
        select from price_book_assignments later
        where later.organization_id = a.organization_id and later.from_day > a.from_day
          and later.from_day <= ${today})) o
    order by b.slug`;
  return rows.map((row) => ({
    slug: row.slug,
    name: row.name,
    currency: row.currency,
    versions: Number(row.versions),
    inForce: row.in_force,
    next: row.next_from,
    organizations: Number(row.organizations),
  }));
}

/** Organizations that will be on a price book on a day, those with the most use lately first. */
export async function selectOrganizationsOnBook(tx: Transaction, priceBookId: number, day: Day) {
  return rawSql(tx)<
    { id: number; slug: string; name: string; currency: string; time_zone: string; clock: string | null }[]
  >`
    select o.id, o.slug, o.name, o.currency, o.time_zone, extract(epoch from o.clock) * 1000 as clock
    from organizations o
    where ${priceBookId} = coalesce(
      (select price_book_id from price_book_assignments a
       where a.organization_id = o.id and from_day <= ${day} order by from_day desc limit 1),
      (select price_book_id from price_book_assignments a
       where a.organization_id = o.id order by from_day limit 1))
    order by (select coalesce(sum(u.amount_micros), 0) from daily_usage u
              where u.organization_id = o.id and u.day > coalesce(o.clock, now())::date - 31) desc,
      lower(o.name), o.id`;
}

/** Gives the rest of a transaction so long; the database then ends it with `query_canceled`. */
export async function limitTime(tx: Transaction, milliseconds: number): Promise<void> {
  await rawSql(tx)`select set_config('statement_timeout', ${String(milliseconds)}, true)`;
}

/** Delivered WhatsApp messages that are alike to every price, and what they cost. */
export type DeliveredGroup = {
  readonly month: Month;
  /** Earlier in the month than what is rated: only fills free units and tiers. */
  readonly isBefore: boolean;
  readonly businessNumber: string;
  readonly category: string;
  readonly market: string;
  readonly isGroup: boolean;
  readonly paidFrom: string;
  readonly freeReason: string | null;
  readonly inWindow: boolean;
  readonly unit: "message" | "conversation" | null;
  readonly messages: number;
  readonly units: number;
  readonly amount: Micros;
};

/**
 * What an organization was delivered within some time, grouped by all that decides a price, in order of time.
 *
 * @param ratedFrom what was delivered before it is marked
 */
export async function selectDelivered(
  tx: Transaction,
  organizationId: number,
  period: { readonly start: Date; readonly end: Date },
  ratedFrom: Date,
  timeZone: string,
): Promise<DeliveredGroup[]> {
  const rows = await rawSql(tx)<
    {
      month: Month;
      is_before: boolean;
      business_number: string;
      category: string;
      market: string;
      is_group: boolean;
      paid_from: string;
      free_reason: string | null;
      in_window: boolean;
      unit: "message" | "conversation" | null;
      messages: string;
      units: string;
      amount_micros: string;
    }[]
  >`
    select to_char(occurred_at at time zone ${timeZone}, 'YYYY-MM') as month,
           occurred_at < ${ratedFrom.toISOString()}::timestamptz as is_before, business_number,
           coalesce(category, '') as category, coalesce(market, '') as market, group_id is not null as is_group,
           paid_from, free_reason, coalesce(basis ? 'window_from', false) as in_window, unit,
           count(*) as messages, sum(units) as units, sum(amount_micros) as amount_micros
    from messages
    where organization_id = ${organizationId} and occurred_at >= ${period.start.toISOString()}
      and occurred_at < ${period.end.toISOString()} and paid_from not in ('pending', 'none')
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    order by 1, 2 desc, 3, 4, 5, 6, 7, 8, 9, 10`;
  return rows.map((row) => ({
    month: row.month,
    isBefore: row.is_before,
    businessNumber: row.business_number,
    category: row.category,
    market: row.market,
    isGroup: row.is_group,
    paidFrom: row.paid_from,
    freeReason: row.free_reason,
    inWindow: row.in_window,
    unit: row.unit,
    messages: Number(row.messages),
    units: Number(row.units),
    amount: BigInt(row.amount_micros),
  }));
}

/** Names of people by their numbers, and whether they are the vendor's. */
export async function selectPeople(tx: Transaction, userIds: readonly number[]) {
  if (userIds.length === 0) return [];
  return rawSql(tx)<{ id: number; name: string; email: string; is_staff: boolean }[]>`
    select id, name, email, staff_role is not null as is_staff from users where id = any(${[...userIds]}::int[])`;
}

/** Names of keys by their ids. */
export async function selectKeyNames(tx: Transaction, keyIds: readonly string[]) {
  if (keyIds.length === 0) return [];
  return rawSql(tx)<{ id: string; name: string; prefix: string }[]>`
    select id, name, prefix from api_keys where id = any(${[...keyIds]}::uuid[])`;
}

/** Numbers of purchases by their ids. */
export async function selectPurchaseNumbers(
  tx: Transaction,
  organizationIds: readonly number[],
  purchaseIds: readonly string[],
) {
  if (purchaseIds.length === 0) return [];
  return rawSql(tx)<{ id: string; number: number }[]>`
    select id, number::int as number from purchases
    where organization_id = any(${[...organizationIds]}::int[]) and id = any(${[...purchaseIds]}::uuid[])`;
}

/** Organizations by their numbers. */
export async function selectOrganizationNames(tx: Transaction, ids: readonly number[]) {
  if (ids.length === 0) return [];
  return rawSql(tx)<{ id: number; slug: string; name: string }[]>`
    select id, slug, name from organizations where id = any(${[...ids]}::int[])`;
}

export async function selectMembersOf(tx: Transaction, organizationId: number) {
  const rows = await rawSql(tx)<
    {
      user_id: number;
      name: string;
      email: string;
      role: Role;
      since: string;
      has_second_factor: boolean;
    }[]
  >`
    select u.id as user_id, u.name, u.email, m.role, extract(epoch from m.created_at) * 1000 as since,
           u.totp_secret is not null as has_second_factor
    from memberships m join users u on u.id = m.user_id
    where m.organization_id = ${organizationId} order by lower(u.name), u.id`;
  return rows.map(({ user_id, since, has_second_factor, ...row }) => ({
    ...row,
    userId: user_id,
    hasSecondFactor: has_second_factor,
    since: new Date(Number(since)),
  }));
}

export async function selectOpenInvitationsOf(tx: Transaction, organizationId: number) {
  const rows = await rawSql(tx)<{ id: string; email: string; role: Role; expires_at: string }[]>`
    select id, email, role, extract(epoch from expires_at) * 1000 as expires_at from invitations
    where organization_id = ${organizationId} and accepted_at is null and revoked_at is null
      and expires_at > now()
    order by created_at desc, id`;
  return rows.map(({ expires_at, ...row }) => ({ ...row, expiresAt: new Date(Number(expires_at)) }));
}

export async function selectKeysOf(tx: Transaction, organizationId: number) {
  const rows = await rawSql(tx)<
    {
      id: string;
      name: string;
      prefix: string;
      scopes: KeyScope[];
      created_at: string;
      last_used_at: string | null;
      revoked_at: string | null;
    }[]
  >`
    select id, name, prefix, scopes, extract(epoch from created_at) * 1000 as created_at,
           extract(epoch from last_used_at) * 1000 as last_used_at, extract(epoch from revoked_at) * 1000 as revoked_at
    from api_keys where organization_id = ${organizationId} order by created_at desc, id`;
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdAt: new Date(Number(row.created_at)),
    lastUsedAt: row.last_used_at === null ? null : new Date(Number(row.last_used_at)),
    revokedAt: row.revoked_at === null ? null : new Date(Number(row.revoked_at)),
  }));
}
