import type { CategoryScheme } from "@/db/schema/rating";
import type { Micros } from "@/lib/money/money";
import { type Price, type PriceVersion, priceOf, schemeOf, tieredPrice } from "@/lib/rating/rules";
import type { DeliveredGroup } from "./store";

/** What some messages cost, and what they would have cost by other prices. */
export type Rerated = {
  /** What was charged to the balance. */
  readonly before: Micros;
  readonly after: Micros;
  /** Units that the other prices have no price for. */
  readonly unpriced: number;
  /** True where a category is counted by message now and by conversation then: how many there would be is not known. */
  readonly approximate: boolean;
};

/** Free whatever the price says: Meta's own reasons. Those that a scheme or a price decides are decided anew. */
const DECIDED_BY_PRICES = new Set(["free_customer_service", "free_number", "zero_price"]);

/**
 * What delivered messages would have cost by a version (A3). What the package's quota paid stays paid by it, and what
 * Meta gave for free stays free; windows, free numbers and volume tiers are those of the version.
 *
 * @param groups in order of time, from the beginning of the first month on
 */
export function rerate(groups: readonly DeliveredGroup[], version: PriceVersion): Rerated {
  const counters = new Map<string, number>();
  let [before, after, unpriced, approximate] = [0n, 0n, 0, false];
  for (const group of groups) {
    if (!group.isBefore) before += group.amount;
    if (staysFree(group)) continue;
    const category = group.isGroup ? "utility" : group.category;
    const scheme = schemeOf(version, category);
    approximate ||= scheme.unit === "conversation" && group.unit === "message" && !group.isGroup;
    const units = billedUnits(group, scheme, counters);
    if (units === 0) continue;
    const price = priceOf(version, group.market, category);
    const cost = price && costOf(price, units, counters, `tier:${group.month}:${group.market}:${category}`);
    if (group.isBefore) continue;
    if (cost === undefined) unpriced += units;
    else after += cost;
  }
  return { before, after, unpriced, approximate };
}

function staysFree({ paidFrom, freeReason }: DeliveredGroup): boolean {
  if (paidFrom === "quota") return true;
  return paidFrom === "free" && !DECIDED_BY_PRICES.has(freeReason ?? "");
}

function billedUnits(group: DeliveredGroup, scheme: CategoryScheme, counters: Map<string, number>): number {
  if (group.isGroup) return group.messages;
  if (scheme.free_in_window && group.inWindow) return 0;
  const counted = scheme.unit === "conversation" ? group.units : group.messages;
  const free = scheme.free_per_number_and_month ?? 0;
  if (free === 0) return counted;
  const counter = `free:${group.month}:${group.businessNumber}:${group.category}`;
  const taken = counters.get(counter) ?? 0;
  counters.set(counter, taken + counted);
  return Math.max(0, counted - Math.max(0, free - taken));
}

/** Band by band, as the units of a month fill the tiers. */
function costOf(price: Price, units: number, counters: Map<string, number>, counter: string): Micros {
  let counted = counters.get(counter) ?? 0;
  const end = counted + units;
  counters.set(counter, end);
  let cost = 0n;
  while (counted < end) {
    const next = price.tiers.find(({ above }) => above > counted)?.above ?? end;
    const inBand = Math.min(next, end) - counted;
    cost += tieredPrice(price, counted) * BigInt(inBand);
    counted += inBand;
  }
  return cost;
}
