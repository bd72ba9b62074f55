import "server-only";
import { inOrganization, type Transaction } from "@/db/client";
import { openAccount } from "@/lib/holds/holds";
import { saveBook } from "@/lib/ledger/ledger";
import type { Book } from "@/lib/ledger/rules";
import { type Organization, readOrganization } from "@/lib/organizations/organizations";
import { organizationNow } from "@/lib/time/clock";

/** An organization whose money this transaction alone may move, with everything due by now done. */
export type Account = { readonly organization: Organization; readonly book: Book; readonly now: Date };

/**
 * Runs `work` in a transaction that holds the organization's ledger, and saves what it did to the book. What it throws
 * undoes all of it.
 */
export async function withAccount<T>(
  organizationId: number,
  work: (tx: Transaction, account: Account) => Promise<T>,
): Promise<T> {
  return inOrganization(organizationId, async (tx) => {
    const account = await takeAccount(tx, organizationId);
    const result = await work(tx, account);
    await saveBook(tx, account.book);
    return result;
  });
}

async function takeAccount(tx: Transaction, organizationId: number): Promise<Account> {
  const before = await readOrganization(tx, organizationId);
  const book = await openAccount(tx, before, organizationNow(before.clock));
  // A test organization's clock may have moved while this waited.
  const organization = before.clock === null ? before : await readOrganization(tx, organizationId);
  return { organization, book, now: organizationNow(organization.clock) };
}
