/** Something that must always be true of a database (money-and-quotas.md, The ledger). Checked by `npm run verify`. */
export type Invariant = {
  readonly name: string;
  /** Yields one row with one column: what was looked at, as text. */
  readonly figure: string;
  /** Yields a row per violation; none is right. */
  readonly violations: string;
};

const USES = "paid_from not in ('pending', 'none')";

export const invariants: readonly Invariant[] = [
  {
    name: "the balances of every organization add up to 0",
    figure: "select count(distinct organization_id) || ' organizations' from ledger_accounts",
    violations:
      "select organization_id, sum(balance_micros) from ledger_accounts group by 1 having sum(balance_micros) <> 0",
  },
  {
    name: "each running balance equals the sum of its transfers",
    figure: "select count(*) || ' transfers' from ledger_transfers",
    violations: `
      with moved as (
        select organization_id, account, sum(amount) as amount from (
          select organization_id, from_account as account, -amount_micros as amount from ledger_transfers
          union all
          select organization_id, to_account, amount_micros from ledger_transfers
        ) m group by 1, 2
      )
      select a.organization_id, a.account, a.balance_micros, coalesce(m.amount, 0)
      from ledger_accounts a left join moved m using (organization_id, account)
      where a.balance_micros <> coalesce(m.amount, 0)`,
  },
  {
    name: "balances after each transfer follow from those before it",
    figure: "select coalesce(max(id), 0) || ' transfers in the longest ledger' from ledger_transfers",
    violations: `
      select * from (
        select organization_id, id, initial_after_micros, additional_after_micros,
          coalesce(lag(initial_after_micros) over ledger, 0)
            + case when to_account = 'initial' then amount_micros when from_account = 'initial' then -amount_micros else 0 end
            as initial_expected,
          coalesce(lag(additional_after_micros) over ledger, 0)
            + case when to_account = 'additional' then amount_micros when from_account = 'additional' then -amount_micros else 0 end
            as additional_expected,
          id - coalesce(lag(id) over ledger, 0) as step
        from ledger_transfers window ledger as (partition by organization_id order by id)
      ) t where initial_after_micros <> initial_expected or additional_after_micros <> additional_expected or step <> 1`,
  },
  {
    name: "an initial balance and a debt never stand together, and the initial balance is never negative",
    figure:
      "select count(*) || ' with a debt' from ledger_accounts where account = 'additional' and balance_micros < 0",
    violations: `
      select i.organization_id, i.balance_micros, a.balance_micros
      from ledger_accounts i join ledger_accounts a using (organization_id)
      where i.account = 'initial' and a.account = 'additional'
        and (i.balance_micros < 0 or (i.balance_micros > 0 and a.balance_micros < 0))`,
  },
  {
    name: "usage transfers equal the charges on the messages, split by what paid",
    figure: "select coalesce(sum(amount_micros), 0) / 1000000.0 || ' charged' from messages",
    violations: `
      with charged as (
        select organization_id, sum(paid_initial_micros) as initial, sum(paid_additional_micros) as additional
        from messages group by 1
      ), booked as (
        select organization_id,
          sum(case when from_account = 'initial' then amount_micros when to_account = 'initial' then -amount_micros else 0 end) as initial,
          sum(case when from_account = 'additional' then amount_micros when to_account = 'additional' then -amount_micros else 0 end) as additional
        from ledger_transfers where kind = 'usage' group by 1
      )
      select organization_id, c.initial, b.initial, c.additional, b.additional
      from charged c full join booked b using (organization_id)
      where coalesce(c.initial, 0) <> coalesce(b.initial, 0) or coalesce(c.additional, 0) <> coalesce(b.additional, 0)`,
  },
  {
    name: "the amount of every message is what paid it",
    figure: "select count(*) || ' messages' from messages",
    violations: `
      select organization_id, id, amount_micros, paid_initial_micros, paid_additional_micros, paid_from from messages
      where amount_micros <> paid_initial_micros + paid_additional_micros
        or (paid_from in ('quota', 'free', 'covered', 'unpriced', 'none', 'pending') and amount_micros <> 0)
        or (paid_from in ('initial', 'additional', 'initial_and_additional') and (amount_micros <= 0 or amount_micros <> unit_price_micros * units))`,
  },
  {
    name: "the quota used equals the messages it paid for",
    figure: "select coalesce(sum(conversations_used), 0) || ' units of quota' from month_quotas",
    violations: `
      with used as (
        select m.organization_id, to_char(m.occurred_at at time zone o.time_zone, 'YYYY-MM') as month, sum(m.units) as units
        from messages m join organizations o on o.id = m.organization_id where m.paid_from = 'quota' group by 1, 2
      )
      select organization_id, month, q.conversations_used, u.units
      from month_quotas q full join used u using (organization_id, month)
      where coalesce(q.conversations_used, 0) <> coalesce(u.units, 0)`,
  },
  {
    name: "a message and recipient has one row, and its key leads there",
    figure: "select count(*) || ' keys' from message_keys",
    violations: `
      select organization_id, k.message_id, k.contact, k.id, m.id
      from message_keys k full join messages m using (organization_id, message_id, contact)
      where k.id is distinct from m.id or k.occurred_at is distinct from m.occurred_at`,
  },
  {
    name: "daily usage equals the messages it sums up",
    figure: "select count(*) || ' days' from daily_usage",
    violations: `
      with counted as (
        select m.organization_id, (m.occurred_at at time zone o.time_zone)::date as day,
          sum(units) filter (where group_id is null and category = 'service') as service,
          sum(units) filter (where group_id is null and category = 'marketing') as marketing,
          sum(units) filter (where group_id is null and category = 'utility') as utility,
          sum(units) filter (where group_id is null and category = 'authentication') as authentication,
          sum(units) filter (where group_id is null and category = 'authentication-international') as international,
          sum(units) filter (where group_id is not null) as groups,
          sum(units) filter (where group_id is null and coalesce(category, '') not in
            ('service', 'marketing', 'utility', 'authentication', 'authentication-international')) as other,
          sum(amount_micros) as amount
        from messages m join organizations o on o.id = m.organization_id where ${USES} group by 1, 2
      )
      select organization_id, day from daily_usage d full join counted c using (organization_id, day)
      where (coalesce(d.service, 0), coalesce(d.marketing, 0), coalesce(d.utility, 0), coalesce(d.authentication, 0),
             coalesce(d.authentication_international, 0), coalesce(d."group", 0), coalesce(d.other, 0), coalesce(d.amount_micros, 0))
        is distinct from
            (coalesce(c.service, 0), coalesce(c.marketing, 0), coalesce(c.utility, 0), coalesce(c.authentication, 0),
             coalesce(c.international, 0), coalesce(c.groups, 0), coalesce(c.other, 0), coalesce(c.amount, 0))`,
  },
  {
    name: "the break-down of daily usage equals the messages it sums up",
    figure: "select count(*) || ' rows' from daily_usage_details",
    violations: `
      with counted as (
        select m.organization_id, (m.occurred_at at time zone o.time_zone)::date as day,
          case when group_id is not null then 'group' else coalesce(category, '') end as category,
          coalesce(market, '') as market, paid_from, count(*) as uses, sum(units) as units,
          coalesce(sum(units) filter (where paid_from = 'quota'), 0) as quota_units, sum(amount_micros) as amount,
          sum(paid_initial_micros) as initial, sum(paid_additional_micros) as additional
        from messages m join organizations o on o.id = m.organization_id where ${USES} group by 1, 2, 3, 4, 5
      )
      select organization_id, day, category, market, paid_from
      from daily_usage_details d full join counted c using (organization_id, day, category, market, paid_from)
      where (coalesce(d.uses, 0), coalesce(d.units, 0), coalesce(d.quota_units, 0), coalesce(d.amount_micros, 0),
             coalesce(d.initial_micros, 0), coalesce(d.additional_micros, 0))
        is distinct from
            (coalesce(c.uses, 0), coalesce(c.units, 0), coalesce(c.quota_units, 0), coalesce(c.amount, 0),
             coalesce(c.initial, 0), coalesce(c.additional, 0))`,
  },
  {
    name: "unique visitors equal their counters, numbered without gaps",
    figure: "select count(*) || ' visitors' from unique_visitors",
    violations: `
      with counted as (
        select organization_id, month, count(*) as visitors, max(ordinal) as last, count(distinct ordinal) as ordinals
        from unique_visitors group by 1, 2
      )
      select organization_id, month, q.visitors_used, c.visitors
      from month_quotas q full join counted c using (organization_id, month)
      where coalesce(q.visitors_used, 0) <> coalesce(c.visitors, 0)
        or coalesce(c.last, 0) <> coalesce(c.visitors, 0) or coalesce(c.ordinals, 0) <> coalesce(c.visitors, 0)`,
  },
  {
    name: "daily visitors equal the visitors first seen that day",
    figure: "select coalesce(sum(visitors), 0) || ' visitors' from daily_visitors",
    violations: `
      with counted as (
        select v.organization_id, (v.first_seen_at at time zone o.time_zone)::date as day, v.channel, count(*) as visitors
        from unique_visitors v join organizations o on o.id = v.organization_id group by 1, 2, 3
      ), by_channel as (
        select organization_id, day, channel from daily_visitors d full join counted c using (organization_id, day, channel)
        where coalesce(d.visitors, 0) <> coalesce(c.visitors, 0)
      ), by_day as (
        select organization_id, day, 'all' as channel
        from (select organization_id, day, sum(visitors) as visitors from daily_visitors group by 1, 2) d
        full join daily_usage u using (organization_id, day)
        where coalesce(d.visitors, 0) <> coalesce(u.unique_visitors, 0)
      )
      select * from by_channel union all select * from by_day`,
  },
  {
    name: "broadcasts equal their messages",
    figure: "select count(*) || ' broadcasts' from broadcasts",
    violations: `
      with counted as (
        select organization_id, broadcast_id, count(*) as recipients,
          count(*) filter (where coalesce(sent_at, delivered_at, read_at) is not null) as sent,
          count(*) filter (where coalesce(delivered_at, read_at) is not null) as delivered,
          count(read_at) as read,
          count(*) filter (where failed_at is not null and coalesce(delivered_at, read_at) is null) as failed,
          sum(amount_micros) as amount
        from messages where broadcast_id is not null group by 1, 2
      )
      select organization_id, broadcast_id from broadcasts b full join counted c using (organization_id, broadcast_id)
      where (coalesce(b.recipients, 0), coalesce(b.sent, 0), coalesce(b.delivered, 0), coalesce(b.read, 0),
             coalesce(b.failed, 0), coalesce(b.amount_micros, 0))
        is distinct from
            (coalesce(c.recipients, 0), coalesce(c.sent, 0), coalesce(c.delivered, 0), coalesce(c.read, 0),
             coalesce(c.failed, 0), coalesce(c.amount, 0))`,
  },
  {
    name: "what is on hold equals the open holds",
    figure: "select count(*) || ' open holds' from holds where state = 'open'",
    violations: `
      select l.organization_id, l.on_hold_micros, h.remaining
      from ledgers l left join (
        select organization_id, sum(remaining_micros) as remaining from holds where state = 'open' group by 1
      ) h using (organization_id)
      where l.on_hold_micros <> coalesce(h.remaining, 0)`,
  },
  {
    name: "every opened month was granted once",
    figure: "select count(*) || ' months' from month_quotas where opened_at is not null",
    violations: `
      with granted as (
        select organization_id, substring(cause from '\\d{4}-\\d{2}$') as month, sum(amount_micros) as amount, count(*) as grants
        from ledger_transfers where kind = 'grant' and cause ~ '^(month|first_grant):' group by 1, 2
      )
      select organization_id, month, q.initial_granted_micros, g.amount
      from (select * from month_quotas where opened_at is not null) q full join granted g using (organization_id, month)
      where coalesce(q.initial_granted_micros, 0) <> coalesce(g.amount, 0) or g.grants > 1`,
  },
];
