import { type Micros, toDecimal } from "@/lib/money/money";

/** The form with a choice filled in. */
export function topUpAddress(
  path: string,
  wish: { readonly balance: Micros; readonly blocks: number },
): string {
  return `${path}?balance=${toDecimal(wish.balance)}&blocks=${wish.blocks}`;
}
