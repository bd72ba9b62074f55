import { amountText, type Micros } from "@/lib/metering/model/accounts";
import { type Instant, isoOf, type Month, monthsAfter, startOfMonth } from "@/lib/metering/model/calendar";
import type { Grants } from "@/lib/metering/model/months";

/** `GET …/balance` without `users` and `currency`, which metering does not know. */
export type Balance = {
  as_of: string;
  time_zone: string;
  period: { month: Month; resets_at: string };
  unique_visitors: { package: number; top_up: number; used: number; remaining: number; over_quota: number };
  conversations: { package: number; used: number; remaining: number } | null;
  whatsapp_balance: { initial: string; additional: string; on_hold: string; available: string };
};

/** What the balance is read from. */
export type BalanceSheet = {
  now: Instant;
  timeZone: string;
  month: Month;
  grants: Grants;
  visitorsUsed: number;
  initial: Micros;
  additional: Micros;
  onHold: Micros;
};

/** The balance of the current month; a debt and an overdrawn hold are shown as they are, below zero. */
export function readBalance(sheet: BalanceSheet): Balance {
  const { now, timeZone, month, grants, visitorsUsed, initial, additional, onHold } = sheet;
  const { visitors, visitorsToppedUp, conversations, conversationsUsed } = grants;
  const visitorsLeft = visitors + visitorsToppedUp - visitorsUsed;
  return {
    as_of: isoOf(now),
    time_zone: timeZone,
    period: { month, resets_at: isoOf(startOfMonth(monthsAfter(month, 1), timeZone)) },
    unique_visitors: {
      package: visitors,
      top_up: visitorsToppedUp,
      used: visitorsUsed,
      remaining: Math.max(0, visitorsLeft),
      over_quota: Math.max(0, -visitorsLeft),
    },
    conversations:
      conversations === null
        ? null
        : { package: conversations, used: conversationsUsed, remaining: conversations - conversationsUsed },
    whatsapp_balance: {
      initial: amountText(initial),
      additional: amountText(additional),
      on_hold: amountText(onHold),
      available: amountText(initial + additional - onHold),
    },
  };
}
