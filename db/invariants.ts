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
          sum(units) filter (where group_id is not null or category = 'group') as groups,
          sum(units) filter (where group_id is null and coalesce(category, '') not in
            ('service', 'marketing', 'utility', 'authentication', 'authentication-international', 'group')) as other,
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
  {
    name: "a purchase is credited at most once, with exactly its balance",
    figure: "select count(*) || ' purchases credited' from purchases where credited_at is not null",
    violations: `
      with credited as (
        select organization_id, substring(cause from 10)::uuid as id, count(*) as transfers, sum(amount_micros) as amount
        from ledger_transfers where kind = 'top_up' and cause ~ '^purchase:[0-9a-f-]{36}$' group by 1, 2
      )
      select organization_id, id, p.status, p.balance_micros, c.amount
      from purchases p full join credited c using (organization_id, id)
      where coalesce(c.transfers, 0) <> case when p.credited_at is not null and p.balance_micros > 0 then 1 else 0 end
        or coalesce(c.amount, 0) <> case when p.credited_at is not null then p.balance_micros else 0 end`,
  },
  {
    name: "what was paid back or is withheld is the sum of the refunds and disputes",
    figure: "select count(*) || ' refunds and disputes' from purchase_reversals",
    violations: `
      with summed as (
        select organization_id, purchase_id as id,
          sum(amount_micros) filter (where kind = 'refund' and state in ('reserved', 'pending', 'succeeded')) as refunded,
          sum(amount_micros) filter (where kind = 'dispute' and state in ('open', 'lost')) as disputed
        from purchase_reversals group by 1, 2
      )
      select organization_id, id, p.refunded_micros, s.refunded, p.disputed_micros, s.disputed
      from purchases p full join summed s using (organization_id, id)
      where p.refunded_micros is distinct from coalesce(s.refunded, 0)
        or p.disputed_micros is distinct from coalesce(s.disputed, 0)`,
  },
  {
    name: "what refunds and disputes took back is their share of the purchase, and equals their transfers",
    figure: "select coalesce(sum(balance_taken_micros), 0) / 1000000.0 || ' taken back' from purchases",
    violations: `
      with moved as (
        select t.organization_id, r.purchase_id as id,
          sum(case when from_account = 'additional' then t.amount_micros else -t.amount_micros end) as amount
        from ledger_transfers t left join purchase_reversals r
          on r.organization_id = t.organization_id and t.cause like r.kind || ':' || r.id || ':%'
        where t.kind in ('refund', 'dispute', 'dispute_reversal') group by 1, 2
      ), due as (
        select organization_id, id, balance_taken_micros, visitors_taken, balance_micros, visitors, total_micros,
          charge_step_micros, case when credited_at is null then 0
            else least(refunded_micros + disputed_micros, total_micros) end as paid_back
        from purchases
      )
      select organization_id, id, d.balance_taken_micros, d.visitors_taken, m.amount, d.paid_back
      from due d full join moved m using (organization_id, id)
      where d.balance_taken_micros is distinct from coalesce(m.amount, 0)
        or d.balance_taken_micros <> case when paid_back = total_micros then balance_micros
          else div(balance_micros::numeric * paid_back, total_micros::numeric * charge_step_micros) * charge_step_micros end
        or d.visitors_taken <> case when paid_back = total_micros then visitors
          else div(visitors::numeric * paid_back, total_micros) end`,
  },
  {
    name: "the unique visitors of every month's top-ups equal the purchases",
    figure:
      "select coalesce(sum(visitors - visitors_taken), 0) || ' visitors topped up' from purchases where credited_at is not null",
    violations: `
      with bought as (
        select organization_id, visitors_month as month, sum(visitors - visitors_taken) as visitors
        from purchases where visitors_month is not null group by 1, 2
      ), granted as (
        select organization_id, month, visitors_top_up from month_quotas
        where organization_id in (select organization_id from purchases)
      )
      select organization_id, month, g.visitors_top_up, b.visitors
      from granted g full join bought b using (organization_id, month)
      where coalesce(g.visitors_top_up, 0) <> coalesce(b.visitors, 0)`,
  },
  {
    name: "every credited purchase has one receipt",
    figure: "select count(*) || ' receipts' from receipts",
    violations: `
      select p.organization_id, p.id, r.organization_id, r.purchase_id
      from (select organization_id, id from purchases where credited_at is not null) p
      full join receipts r on r.organization_id = p.organization_id and r.purchase_id = p.id
      where p.id is null or r.purchase_id is null`,
  },
  {
    name: "receipts are numbered without gaps per series and year",
    figure: "select count(*) || ' series' from receipt_series",
    violations: `
      with counted as (
        select series, year, count(distinct number) as numbers, count(*) as receipts, min(number) as first, max(number) as last
        from receipts group by 1, 2
      )
      select series, year, s.last_number, c.receipts, c.first, c.last
      from receipt_series s full join counted c using (series, year)
      where s.last_number is distinct from c.last or c.first is distinct from 1
        or c.receipts is distinct from c.last or c.numbers is distinct from c.last`,
  },
  {
    name: "the open disputes of every ledger are those of its purchases",
    figure: "select count(*) || ' open disputes' from purchase_reversals where state = 'open'",
    violations: `
      with open as (
        select organization_id, count(*) as disputes from purchase_reversals where state = 'open' group by 1
      )
      select organization_id, l.open_disputes, o.disputes from ledgers l full join open o using (organization_id)
      where l.open_disputes is distinct from coalesce(o.disputes, 0)`,
  },
];
