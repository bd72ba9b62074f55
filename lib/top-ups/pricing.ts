import { Refusal } from "@/lib/errors";
import { divideRounded, type Micros, max } from "@/lib/money/money";

/** What can be bought in one currency, and how it is taxed (T1). Amounts are net. */
export type Products = {
  readonly currency: string;
  readonly visitorsPerBlock: number;
  readonly blockPrice: Micros;
  readonly blockPresets: readonly number[];
  readonly mostBlocks: number;
  readonly minimumBalance: Micros;
  readonly largestBalance: Micros;
  readonly balancePresets: readonly Micros[];
  readonly taxName: string;
  /** Hundredths of a percent: 1100 is 11 %. */
  readonly taxBasisPoints: number;
  /** Everything charged is a whole multiple of it. */
  readonly chargeStep: Micros;
};

/** What somebody wants to buy, as asked for. */
export type Wish = { readonly visitorBlocks: number; readonly balance: Micros };

/** What a wish comes to. */
export type Quote = {
  readonly visitorBlocks: number;
  readonly visitors: number;
  readonly visitorsNet: Micros;
  readonly balance: Micros;
  readonly net: Micros;
  readonly tax: Micros;
  readonly total: Micros;
  /** What was asked for, where that was less than the minimum and was raised to it; otherwise null. */
  readonly raisedFrom: Micros | null;
};

export type ProductsProblem = "uneven" | "minimum" | "balance_preset" | "block_preset";

/** Why products cannot be offered as they are; null when they can. */
export function productsProblem(products: Products): ProductsProblem | null {
  const { chargeStep, blockPrice, minimumBalance, largestBalance, balancePresets } = products;
  const amounts = [blockPrice, minimumBalance, largestBalance, ...balancePresets];
  if (chargeStep <= 0n || amounts.some((amount) => amount <= 0n || amount % chargeStep !== 0n))
    return "uneven";
  if (largestBalance < minimumBalance) return "minimum";
  if (balancePresets.some((preset) => preset < minimumBalance || preset > largestBalance))
    return "balance_preset";
  return products.blockPresets.some((preset) => preset < 1 || preset > products.mostBlocks)
    ? "block_preset"
    : null;
}

export type WishProblem = "nothing" | "too_many_visitors" | "too_much_balance";

/** Why a wish cannot be bought; null when it can. */
export function wishProblem({ visitorBlocks, balance }: Wish, products: Products): WishProblem | null {
  if (visitorBlocks > products.mostBlocks) return "too_many_visitors";
  if (balance > products.largestBalance) return "too_much_balance";
  return visitorBlocks <= 0 && balance <= 0n ? "nothing" : null;
}

const WISH_PROBLEMS: Record<WishProblem, string> = {
  nothing: "Choose unique visitors, an amount of WhatsApp balance, or both.",
  too_many_visitors: "That is more unique visitors than can be bought at once.",
  too_much_balance: "That is more WhatsApp balance than can be bought at once.",
};

/** @throws Refusal invalid_input for a wish that cannot be bought */
export function refuseWish(wish: Wish, products: Products): void {
  const problem = wishProblem(wish, products);
  if (problem) throw new Refusal("invalid_input", WISH_PROBLEMS[problem]);
}

/**
 * Net, tax and total of a wish (T1). A balance below the minimum is raised to it, a finer one to the next whole step;
 * no balance at all stays none. The tax is computed on the whole net and rounded once, to a whole step, half away
 * from zero.
 */
export function quote(wish: Wish, products: Products): Quote {
  const { chargeStep: step, minimumBalance } = products;
  const asked = raiseToStep(wish.balance, step);
  const balance = asked > 0n ? max(asked, raiseToStep(minimumBalance, step)) : 0n;
  const visitorsNet = products.blockPrice * BigInt(wish.visitorBlocks);
  const net = visitorsNet + balance;
  const tax = divideRounded(net * BigInt(products.taxBasisPoints), 10_000n * step) * step;
  return {
    visitorBlocks: wish.visitorBlocks,
    visitors: wish.visitorBlocks * products.visitorsPerBlock,
    visitorsNet,
    balance,
    net,
    tax,
    total: net + tax,
    raisedFrom: asked > 0n && asked < balance ? asked : null,
  };
}

/** The next whole multiple of the step, for amounts from outside such as a shortfall. */
export function raiseToStep(amount: Micros, step: Micros): Micros {
  return amount <= 0n ? 0n : ((amount + step - 1n) / step) * step;
}
