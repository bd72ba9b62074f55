import type { Book } from "@/lib/ledger/rules";
import { type Micros, min } from "@/lib/money/money";

/** A WhatsApp group has at most this many members besides the business (whatsapp.md). */
export const LARGEST_GROUP = 8;

/** Units of one category in one market at one price. */
export type PricedLine = {
  readonly market: string;
  readonly category: string;
  readonly quantity: number;
  readonly unitPrice: Micros;
};

export type HoldLine = PricedLine & { readonly line: number; remainingQuantity: number };

/** A hold while a transaction works on it; written back by `saveHolds`. */
export type Hold = {
  readonly id: string;
  readonly amount: Micros;
  remaining: Micros;
  state: "open" | "used" | "released" | "expired";
  readonly expiresAt: Date;
  closedAt: Date | null;
  readonly lines: HoldLine[];
};

export function lineAmount(line: PricedLine): Micros {
  return line.unitPrice * BigInt(line.quantity);
}

/**
 * Frees one recipient's part of a hold: its message was charged, went free or failed. The part is the unit price of
 * the line with that market and category, else of the first line with units left. A closed hold has nothing to give.
 */
export function freePart(book: Book, hold: Hold, market: string, category: string | null, at: Date): void {
  if (hold.state !== "open") return;
  const left = hold.lines.filter((line) => line.remainingQuantity > 0);
  const line =
    left.find((candidate) => candidate.market === market && candidate.category === category) ?? left[0];
  if (!line) return;
  line.remainingQuantity -= 1;
  const part = min(line.unitPrice, hold.remaining);
  hold.remaining -= part;
  book.onHold -= part;
  if (hold.lines.every((candidate) => candidate.remainingQuantity === 0)) closeHold(book, hold, "used", at);
}

/** Ends a hold and gives back whatever it still reserves. */
export function closeHold(book: Book, hold: Hold, state: "used" | "released" | "expired", at: Date): void {
  book.onHold -= hold.remaining;
  hold.remaining = 0n;
  hold.state = state;
  hold.closedAt = at;
}
