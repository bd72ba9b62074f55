/** Money in millionths of a currency unit. */
export type Micros = bigint;

/** The accounts of one organization: the client's two, and the other side of every movement. */
export type Account =
  | "initial"
  | "additional"
  | "package"
  | "purchases"
  | "usage"
  | "expired"
  | "adjustments";

/** Why money moved. Refunds and disputes belong to purchases, which this model leaves out. */
export type TransferKind = "grant" | "expiry" | "top_up" | "usage" | "settlement" | "adjustment";

/** How one amount was shared between the two balances. */
export type Split = { initial: Micros; additional: Micros };

type Transfer = { kind: TransferKind; from: Account; to: Account; amount: Micros };

/**
 * The double-entry ledger of one organization.
 *
 * Initial is never negative; additional may be. Two movements never stand together: initial above zero and
 * additional below, which `settle` puts right.
 */
export class Accounts {
  readonly #transfers: Transfer[] = [];

  balanceOf(account: Account): Micros {
    let balance = 0n;
    for (const { from, to, amount } of this.#transfers) {
      if (to === account) balance += amount;
      if (from === account) balance -= amount;
    }
    return balance;
  }

  /** Moves a positive amount; moving nothing leaves no trace. */
  transfer(kind: TransferKind, from: Account, to: Account, amount: Micros): void {
    if (amount < 0n) throw new Error(`a transfer of ${amount}`);
    if (amount > 0n) this.#transfers.push({ kind, from, to, amount });
  }

  /** Takes a charge from initial first and from additional for the rest, below zero if need be. */
  spend(amount: Micros): Split {
    const initial = smaller(amount, this.balanceOf("initial"));
    const additional = amount - initial;
    this.transfer("usage", "initial", "usage", initial);
    this.transfer("usage", "additional", "usage", additional);
    return { initial, additional };
  }

  /** Returns a charge to exactly what paid it. */
  giveBack({ initial, additional }: Split): void {
    this.transfer("usage", "usage", "initial", initial);
    this.transfer("usage", "usage", "additional", additional);
  }

  /** Settlement: `min(initial, −additional)` moves from initial to a negative additional. */
  settle(): void {
    const initial = this.balanceOf("initial");
    const debt = -this.balanceOf("additional");
    if (initial > 0n && debt > 0n) {
      this.transfer("settlement", "initial", "additional", smaller(initial, debt));
    }
  }

  /** What was moved in all, per `kind from>to`. */
  totals(): Record<string, Micros> {
    const totals: Record<string, Micros> = {};
    for (const { kind, from, to, amount } of this.#transfers) {
      const key = `${kind} ${from}>${to}`;
      totals[key] = (totals[key] ?? 0n) + amount;
    }
    return totals;
  }
}

function smaller(a: Micros, b: Micros): Micros {
  return a < b ? a : b;
}

/** Reads an amount in currency units, such as `"-256.65"`. */
export function micros(text: string): Micros {
  const parts = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (!parts) throw new Error(`not an amount: ${text}`);
  const [, sign, whole = "0", fraction = ""] = parts;
  const value = BigInt(whole + fraction.padEnd(6, "0"));
  return sign ? -value : value;
}

/** Writes an amount in currency units with at least 2 and at most 6 decimals. */
export function amountText(amount: Micros): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(7, "0");
  const fraction = digits.slice(-6).replace(/0{1,4}$/, "");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -6)}.${fraction}`;
}
