import { zoneName } from "@/lib/i18n/format";
import { addDays, type DayRange, daysOf, startOfDay } from "@/lib/time/period";

/** No zone keeps an offset for less than a week. */
const DAYS_BETWEEN_LOOKS = 7;

/**
 * How people of a zone call its time within a range of days: "WIB", or "GMT-3:30, GMT-2:30" where the clocks change in
 * it. The times of a report are those of its days, not of today.
 */
export function zoneNames({ from, to }: DayRange, zone: string): string {
  const looks = daysOf({ from, to }).filter((_, index) => index % DAYS_BETWEEN_LOOKS === 0);
  const names = [...looks, addDays(to, 1)].map((day) => zoneName(startOfDay(day, zone), zone));
  return [...new Set(names)].join(", ");
}
