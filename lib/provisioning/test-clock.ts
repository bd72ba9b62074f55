import "server-only";
import { acrossOrganizations } from "@/db/client";
import { writeAudit } from "@/lib/audit/audit";
import { Refusal } from "@/lib/errors";
import { openAccount } from "@/lib/holds/holds";
import { saveBook } from "@/lib/ledger/ledger";
import { changeOrganization, lockOrganization } from "@/lib/organizations/organizations";
import type { Month } from "@/lib/time/period";
import { organizationFor, type Provisioner } from "./provisioning";

/**
 * Moves a test organization's clock forwards and runs every month boundary in between (M4). Setting it to where it
 * stands changes nothing.
 *
 * @returns the newest month that is open now; null before the organization's first month
 * @throws Refusal not_a_test_organization, clock_backwards, organization_not_found
 */
export async function moveClock(
  provisioner: Provisioner,
  slug: string,
  now: Date,
): Promise<{ now: Date; month: Month | null }> {
  return acrossOrganizations(async (tx) => {
    const { id } = await organizationFor(tx, provisioner, slug);
    const organization = await lockOrganization(tx, id);
    const { clock } = organization;
    if (!clock) {
      throw new Refusal("not_a_test_organization", "Only test organizations have a clock that can be moved.");
    }
    if (now < clock) {
      throw new Refusal(
        "clock_backwards",
        `The clock stands at ${clock.toISOString()} and only moves forward.`,
        { errors: [{ pointer: "/now", detail: "is before the organization's now" }] },
      );
    }
    await changeOrganization(tx, id, { clock: now });
    const book = await openAccount(tx, { ...organization, clock: now }, now);
    await saveBook(tx, book);
    if (now > clock) {
      await writeAudit(tx, {
        actor: provisioner.actor,
        organizationId: id,
        action: "clock.moved",
        subject: `organization:${slug}`,
        before: { now: clock.toISOString() },
        after: { now: now.toISOString() },
      });
    }
    return { now, month: book.openedMonth };
  });
}
