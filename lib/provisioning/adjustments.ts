import "server-only";
import { createHash } from "node:crypto";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { writeAudit } from "@/lib/audit/audit";
import { Refusal } from "@/lib/errors";
import { openAccount } from "@/lib/holds/holds";
import { saveBook } from "@/lib/ledger/ledger";
import { available, type Book, move, refuseHugeBalance, settle } from "@/lib/ledger/rules";
import { toDecimal } from "@/lib/money/money";
import { organizationNow } from "@/lib/time/clock";
import type { AdjustmentInput } from "./input";
import { organizationFor, type Provisioner } from "./provisioning";
import { insertAnswer, selectAnswer } from "./store";

/** What an adjustment did, in its shown form: kept as it is and given again to every repeat. */
export type Adjustment = {
  /** Number of the ledger transfer. */
  readonly id: number;
  readonly account: "initial" | "additional";
  readonly amount: string;
  readonly reason: string;
  readonly occurred_at: string;
  readonly balances_after: {
    readonly initial: string;
    readonly additional: string;
    readonly on_hold: string;
    readonly available: string;
  };
};

const OPERATION = "adjustment";

/**
 * Corrects a balance by hand, with a reason, exactly once per key (A4). A positive amount gives, a negative one
 * takes. Ends with the settlement of a debt where both balances would otherwise stand against each other.
 *
 * @throws Refusal initial_below_zero when it would take more than the initial balance has; idempotency_conflict when
 * the key was used for another adjustment; invalid_input beyond what a balance can be; organization_not_found
 */
export async function adjust(
  provisioner: Provisioner,
  slug: string,
  input: AdjustmentInput,
  idempotencyKey: string,
): Promise<Adjustment> {
  return acrossOrganizations(async (tx) => {
    const organization = await organizationFor(tx, provisioner, slug);
    const now = organizationNow(organization.clock);
    const book = await openAccount(tx, organization, now);
    const requestHash = hashOf(input);
    const earlier = await selectAnswer(tx, organization.id, OPERATION, idempotencyKey);
    if (earlier) {
      await saveBook(tx, book);
      return repeatedAnswer(earlier, requestHash);
    }
    const before = balances(book);
    const id = book.nextTransferId;
    moveByHand(book, input, idempotencyKey, now);
    const adjustment: Adjustment = {
      id,
      account: input.account,
      amount: toDecimal(input.amount),
      reason: input.reason,
      occurred_at: now.toISOString(),
      balances_after: balances(book),
    };
    await saveBook(tx, book);
    const response = JSON.stringify(adjustment);
    await insertAnswer(tx, organization.id, OPERATION, idempotencyKey, { requestHash, response });
    await audit(tx, provisioner, organization.id, adjustment, before);
    return adjustment;
  });
}

function moveByHand(book: Book, { account, amount, reason }: AdjustmentInput, key: string, now: Date): void {
  if (account === "initial" && book.balances.initial + amount < 0n) {
    throw new Refusal(
      "initial_below_zero",
      `The initial balance is ${toDecimal(book.balances.initial)}: it can not go below 0. Adjust the additional balance.`,
      { errors: [{ pointer: "/amount", detail: "takes more than the initial balance has" }] },
    );
  }
  const cause = `${OPERATION}:${key}`;
  const common = { kind: "adjustment", occurredAt: now, cause, reason } as const;
  if (amount > 0n) move(book, { ...common, from: "adjustments", to: account, amount });
  else move(book, { ...common, from: account, to: "adjustments", amount: -amount });
  settle(book, now, cause);
  refuseHugeBalance(book);
}

function repeatedAnswer(
  earlier: { readonly requestHash: string; readonly response: string },
  requestHash: string,
): Adjustment {
  if (earlier.requestHash !== requestHash) {
    throw new Refusal("idempotency_conflict", "This Idempotency-Key was used for another adjustment.");
  }
  const adjustment: Adjustment = JSON.parse(earlier.response);
  return adjustment;
}

async function audit(
  tx: Transaction,
  provisioner: Provisioner,
  organizationId: number,
  adjustment: Adjustment,
  before: Adjustment["balances_after"],
): Promise<void> {
  await writeAudit(tx, {
    actor: provisioner.actor,
    organizationId,
    action: "balance.adjusted",
    subject: `transfer:${adjustment.id}`,
    reason: adjustment.reason,
    before,
    after: { ...adjustment.balances_after, account: adjustment.account, amount: adjustment.amount },
  });
}

function balances(book: Book): Adjustment["balances_after"] {
  return {
    initial: toDecimal(book.balances.initial),
    additional: toDecimal(book.balances.additional),
    on_hold: toDecimal(book.onHold),
    available: toDecimal(available(book)),
  };
}

function hashOf({ account, amount, reason }: AdjustmentInput): string {
  return createHash("sha256")
    .update(JSON.stringify([account, toDecimal(amount), reason]))
    .digest("hex");
}
