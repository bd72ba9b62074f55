import "server-only";
import type { Transaction } from "@/db/client";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import type { Book } from "@/lib/ledger/rules";
import { type Micros, toDecimal } from "@/lib/money/money";
import { lastRecorded, recordOccurrences } from "@/lib/occurrences/occurrences";
import type { Organization } from "@/lib/organizations/organizations";
import { systemNow } from "@/lib/time/clock";

/** A balance that small holds pass and large ones do not is told of this often at the most. */
const AT_MOST_EVERY_MS = 3_600_000;

/** A hold that was refused for want of balance, the first since one was granted. */
export type FirstRefusal = { readonly refusal: Refusal; readonly reason: string | null };

/**
 * Writes down that holds are refused for want of balance: once until one is granted again, and at most once an hour. The
 * caller holds the book and saves it afterwards.
 */
export async function recordRefusal(
  tx: Transaction,
  { organization, book, now }: { organization: Organization; book: Book; now: Date },
  { refusal, reason }: FirstRefusal,
): Promise<void> {
  const last = await lastRecorded(tx, organization.id, "hold.refused");
  if (last !== null && systemNow().getTime() - last.getTime() < AT_MOST_EVERY_MS) {
    // Not told, so the next refusal asks again.
    book.holdRefusedAt = null;
    return;
  }
  const { required, available, shortfall } = refusal.extras.members ?? {};
  await recordOccurrences(tx, organization, [
    {
      type: "hold.refused",
      cause: `ledger:${book.version}`,
      occurredAt: now,
      data: { currency: organization.currency, required, available, shortfall, reason },
    },
  ]);
}

/** What to answer when the balance does not cover a request: what is missing, and where to buy it. Null when it does. */
export function shortfallOf({ slug }: Organization, required: Micros, spendable: Micros): Refusal | null {
  if (required <= spendable) return null;
  const topUp = new URL(`/o/${slug}/package-usage/top-up`, env().NEXTAUTH_URL);
  topUp.searchParams.set("balance", toDecimal(required - spendable));
  topUp.searchParams.set("short", "yes");
  return new Refusal(
    "insufficient_balance",
    "The WhatsApp balance does not cover this. Top up the shortfall first.",
    {
      members: {
        required: toDecimal(required),
        available: toDecimal(spendable),
        shortfall: toDecimal(required - spendable),
        /** Where a person finds the form filled in with exactly this. */
        top_up_url: topUp.href,
      },
    },
  );
}
