import { refused } from "../api/refusals";

/** What goes wrong on the way of webhooks. */
export type DeliverySwitches = {
  /** Further copies of each event, sent at the same time. */
  duplicate: number;
  /** Events of one step are sent last first, each after the answer to the one before. */
  reorder: boolean;
  /** Milliseconds before an event is sent; the hosted page does not wait for it. */
  delayMs: number;
  /** Events are not sent at all. */
  lose: boolean;
  /** So many answers are taken for lost, even good ones, and the event is sent again. */
  retry: number;
  /** Events are kept back until they are released. */
  hold: boolean;
  /** The event types concerned; empty: all. */
  types: string[];
  /** For so many events, then as usual; null: until it is changed. */
  times: number | null;
};

/** Nothing goes wrong: each event is sent once, at once. */
export const usualDelivery: DeliverySwitches = {
  duplicate: 0,
  reorder: false,
  delayMs: 0,
  lose: false,
  retry: 0,
  hold: false,
  types: [],
  times: null,
};

/** @throws StripeRefusal naming the switch that is unknown or has a value of the wrong kind */
export function checkedSwitches(wanted: Record<string, unknown>): Partial<DeliverySwitches> {
  for (const [name, value] of Object.entries(wanted)) {
    if (!Object.hasOwn(usualDelivery, name)) {
      throw refused(`unknown switch ${name}; there are ${Object.keys(usualDelivery).join(", ")}`);
    }
    if (!fits(name as keyof DeliverySwitches, value)) {
      throw refused(`${name} cannot be ${JSON.stringify(value)}`);
    }
  }
  return wanted;
}

function fits(name: keyof DeliverySwitches, value: unknown): boolean {
  if (name === "types") return Array.isArray(value) && value.every((type) => typeof type === "string");
  if (name === "times" && value === null) return true;
  if (typeof usualDelivery[name] === "boolean") return typeof value === "boolean";
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

/** The switches that hold for one event; counts it when they hold for so many events only. */
export function switchesFor(switches: DeliverySwitches, type: string): DeliverySwitches {
  const concerned = switches.types.length === 0 || switches.types.includes(type);
  if (!concerned || switches.times === 0) return usualDelivery;
  if (switches.times !== null) switches.times -= 1;
  return switches;
}
