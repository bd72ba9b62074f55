import { newId } from "./identifiers";
import type { BalanceTransaction } from "./objects";
import type { World } from "./world";

const feePerMille = 29;
const settlementSeconds = 2 * 24 * 3600;

/**
 * Books a movement of the account's Stripe balance, in the currency of the payment.
 * @param amount minor units; negative when money leaves
 * @param source the charge, refund or dispute behind it
 */
export function bookBalance(
  world: World,
  type: "charge" | "payment" | "refund" | "refund_failure" | "adjustment",
  amount: number,
  currency: string,
  source: string,
): BalanceTransaction {
  const paid = type === "charge" || type === "payment";
  const fee = paid ? Math.round((amount * feePerMille) / 1000) : 0;
  const booked: BalanceTransaction = {
    id: newId("balance_transaction"),
    object: "balance_transaction",
    amount,
    available_on: world.now() + settlementSeconds,
    balance_type: "payments",
    created: world.now(),
    currency,
    description: null,
    exchange_rate: null,
    fee,
    fee_details: paid
      ? [
          {
            amount: fee,
            application: null,
            currency,
            description: "Stripe processing fees",
            type: "stripe_fee",
          },
        ]
      : [],
    net: amount - fee,
    reporting_category:
      type === "adjustment" ? (amount < 0 ? "dispute" : "dispute_reversal") : paid ? "charge" : type,
    source,
    status: "pending",
    type,
  };
  world.tables.balance_transactions.set(booked.id, booked);
  return booked;
}
