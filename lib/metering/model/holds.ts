import { amountText, type Micros } from "@/lib/metering/model/accounts";
import { HOUR, type Instant } from "@/lib/metering/model/calendar";

/** How long a hold lasts unless it says otherwise. */
export const HOLD_LONG = 30 * 24 * HOUR;

/** What a sender asks to reserve: recipients, or a number of them in a market; or the members of one group. */
export type HoldRequest = {
  lines: ({ category: string; to: string[] } | { category: string; market: string; quantity: number })[];
  groupMembers?: string[];
  expiresInSeconds?: number;
};

export type HoldLine = { market: string; category: string; quantity: number; unitPriceMicros: Micros };

/** The answer to a request for a hold. */
export type HoldAnswer =
  | { granted: true; amount: string; availableAfter: string }
  | { granted: false; code: "insufficient_balance"; required: string; available: string; shortfall: string }
  | { granted: false; code: "group_too_large" | "no_price" };

type Hold = { label: string; lines: HoldLine[]; expiresAt: Instant; released: boolean };

/** The reservations of one organization. A line's `quantity` is what is still reserved. */
export class Holds {
  readonly #holds: Hold[] = [];

  /** Reserves the lines if `available` covers them. */
  place(label: string, lines: HoldLine[], expiresAt: Instant, available: Micros): HoldAnswer {
    const required = reservedBy(lines);
    if (required > available) {
      return {
        granted: false,
        code: "insufficient_balance",
        required: amountText(required),
        available: amountText(available),
        shortfall: amountText(required - available),
      };
    }
    this.#holds.push({ label, lines, expiresAt, released: false });
    return { granted: true, amount: amountText(required), availableAfter: amountText(available - required) };
  }

  /** Gives back what is left of a hold; again changes nothing. */
  release(label: string): "released" | "not_found" {
    const hold = this.#holds.find((candidate) => candidate.label === label);
    if (!hold) return "not_found";
    hold.released = true;
    return "released";
  }

  /** What all open holds reserve at a time. */
  onHold(now: Instant): Micros {
    return this.#open(now).reduce((sum, hold) => sum + reservedBy(hold.lines), 0n);
  }

  /**
   * Frees the part of one recipient: of the line with the same market and category, else of the first line with
   * anything left. A hold that is unknown, released, expired or used up frees nothing.
   */
  freeOne(label: string, market: string, category: string, now: Instant): void {
    const hold = this.#open(now).find((candidate) => candidate.label === label);
    const left = hold?.lines.filter((line) => line.quantity > 0) ?? [];
    const line = left.find((each) => each.market === market && each.category === category) ?? left[0];
    if (line) line.quantity -= 1;
  }

  #open(now: Instant): Hold[] {
    return this.#holds.filter((hold) => !hold.released && now < hold.expiresAt);
  }
}

function reservedBy(lines: readonly HoldLine[]): Micros {
  return lines.reduce((sum, line) => sum + line.unitPriceMicros * BigInt(line.quantity), 0n);
}

/** What a request is priced by: the markets, categories and prices of its day. */
export type PriceList = {
  marketOf(recipient: string): string;
  categoryOf(named: string): string;
  priceOf(market: string, category: string): Micros | undefined;
};

/**
 * The lines of a request, for every recipient of his own market; a group is its members at the utility price. Null
 * when a price is missing.
 */
export function requestedLines({ lines, groupMembers }: HoldRequest, list: PriceList): HoldLine[] | null {
  const group = groupMembers ? [{ category: "utility", to: groupMembers }] : [];
  const asked = [...lines, ...group].flatMap((line) => {
    const category = list.categoryOf(line.category);
    if ("market" in line) return [{ market: line.market, category, quantity: line.quantity }];
    return line.to.map((recipient) => ({ market: list.marketOf(recipient), category, quantity: 1 }));
  });
  const priced = asked.map((line) => ({
    ...line,
    unitPriceMicros: list.priceOf(line.market, line.category),
  }));
  return priced.every(hasPrice) ? merged(priced) : null;
}

function hasPrice<Line extends { unitPriceMicros: Micros | undefined }>(
  line: Line,
): line is Line & { unitPriceMicros: Micros } {
  return line.unitPriceMicros !== undefined;
}

/** One line per market and category, in the order in which they were first asked for. */
function merged(lines: readonly HoldLine[]): HoldLine[] {
  const result: HoldLine[] = [];
  for (const line of lines) {
    const same = result.find((each) => each.market === line.market && each.category === line.category);
    if (same) same.quantity += line.quantity;
    else result.push({ ...line });
  }
  return result;
}
