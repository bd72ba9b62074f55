import type { Micros } from "@/lib/metering/model/accounts";
import { type Day, dayOf, instantOf } from "@/lib/metering/model/calendar";
import type { Charge } from "@/lib/metering/model/charging";
import type { Visitor } from "@/lib/metering/model/visitors";

/** One day of `GET …/usage`: units per column, visitors first seen, and what the WhatsApp balance paid. */
export type UsageDay = { day: Day; unique_visitors: number; amountMicros: Micros } & Record<Column, number>;

type Column =
  | "service"
  | "marketing"
  | "utility"
  | "authentication"
  | "authentication_international"
  | "group"
  | "other";

/** A message to one contact and what it came to. */
export type ChargeLine = {
  messageId: string;
  contact: string;
  group: boolean;
  occurredAt: string | null;
} & Charge;

/** The days on which something occurred, in order. */
export function usageByDay(timeZone: string, charges: ChargeLine[], visitors: Visitor[]): UsageDay[] {
  const days = new Map<Day, UsageDay>();
  const dayFor = (time: string): UsageDay => {
    const day = dayOf(instantOf(time), timeZone);
    const row = days.get(day) ?? emptyDay(day);
    days.set(day, row);
    return row;
  };
  for (const charge of charges) {
    if (charge.occurredAt === null) continue;
    const row = dayFor(charge.occurredAt);
    row[columnOf(charge)] += charge.units;
    row.amountMicros += charge.amountMicros;
  }
  for (const visitor of visitors) dayFor(visitor.firstSeenAt).unique_visitors += 1;
  return [...days.values()].filter(showsSomething).sort((a, b) => (a.day < b.day ? -1 : 1));
}

function columnOf({ group, category }: ChargeLine): Column {
  if (group) return "group";
  switch (category) {
    case "service":
    case "marketing":
    case "utility":
    case "authentication":
      return category;
    case "authentication-international":
      return "authentication_international";
    default:
      return "other";
  }
}

function emptyDay(day: Day): UsageDay {
  return {
    day,
    service: 0,
    marketing: 0,
    utility: 0,
    authentication: 0,
    authentication_international: 0,
    group: 0,
    other: 0,
    unique_visitors: 0,
    amountMicros: 0n,
  };
}

/** A day that saw only messages inside open conversations is a day of zeros. */
function showsSomething({ day: _, amountMicros, ...counts }: UsageDay): boolean {
  return amountMicros !== 0n || Object.values(counts).some((count) => count !== 0);
}
