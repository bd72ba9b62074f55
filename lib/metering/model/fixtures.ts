import type { UsageEvent } from "@/lib/metering/model/facts";
import { type OrganizationSetup, ReferenceOrganization } from "@/lib/metering/model/model";
import type { Package } from "@/lib/metering/model/months";
import { MARKETS, standardPriceBook } from "@/lib/metering/model/standard-prices";

/** A customer in Indonesia. */
export const ANI = "6281200000001";
export const BUDI = "6281200000002";
export const NUMBER = "106540000000001";

/** A package that grants nothing. */
export const NO_GRANTS: Package = {
  uniqueVisitors: 0,
  conversations: 0,
  initialBalanceMicros: 0n,
  initialCarriesOver: false,
};

/** An organization in Jakarta at noon of 15 November 2026, by Meta's list, with no quota and no money. */
export function organization(changes: Partial<OrganizationSetup> = {}): ReferenceOrganization {
  return new ReferenceOrganization({
    timeZone: "Asia/Jakarta",
    package: NO_GRANTS,
    startsOn: "2026-11",
    priceBook: standardPriceBook(0),
    markets: MARKETS,
    authenticationInternational: false,
    clock: "2026-11-15T12:00:00+07:00",
    ...changes,
  });
}

/** An organization whose clock stands in the years of one of Meta's schemes. */
export function inScheme(clock: string, conversations = 0, freeServiceUnits = 0): ReferenceOrganization {
  return organization({
    clock,
    startsOn: clock.slice(0, 7),
    package: { ...NO_GRANTS, conversations },
    priceBook: standardPriceBook(freeServiceUnits),
  });
}

type Said = { at: string; to?: string; message?: string; id?: string } & Partial<
  Omit<UsageEvent["data"], "message_id" | "contact" | "group">
> & { group?: string };

/** The events of a test: each gets an id of its own, each message too unless it is named. */
export class Events {
  #count = 0;

  sent(said: Said): UsageEvent {
    return this.#event("message.sent", said);
  }

  delivered(said: Said): UsageEvent {
    return this.#event("message.delivered", said);
  }

  read(said: Said): UsageEvent {
    return this.#event("message.read", said);
  }

  failed(said: Said): UsageEvent {
    return this.#event("message.failed", said);
  }

  /** A message from the customer named by `to`. */
  received(said: Said): UsageEvent {
    return this.#event("message.received", said);
  }

  #event(type: UsageEvent["type"], { at, to = ANI, message, id, group, ...data }: Said): UsageEvent {
    this.#count += 1;
    return {
      source: "test",
      id: id ?? `e${this.#count}`,
      type,
      time: at,
      data: {
        channel: "whatsapp",
        business_number: NUMBER,
        message_id: message ?? `m${this.#count}`,
        contact: to,
        ...(group ? { group: { id: group } } : {}),
        ...data,
      },
    };
  }
}
