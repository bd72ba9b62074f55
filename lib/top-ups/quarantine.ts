import "server-only";
import { acrossOrganizations } from "@/db/client";
import { writeAudit } from "@/lib/audit/audit";
import type { StaffScope } from "@/lib/auth/scope";
import { announceChange } from "@/lib/changes/changes";
import { Refusal } from "@/lib/errors";
import { findOrganization } from "@/lib/organizations/organizations";
import { withAccount } from "./account";
import { selectPurchase, updatePurchase } from "./store";

/**
 * Ends a quarantine that staff have settled outside, by a refund at the provider or a manual top-up. A purchase that was
 * not credited ends as failed; the differences stay written down.
 *
 * @throws Refusal not_found, organization_not_found; conflict when it is not quarantined
 */
export async function closeQuarantine(
  scope: StaffScope<"back_office:write">,
  order: { readonly organization: string; readonly purchaseId: string; readonly reason: string },
): Promise<void> {
  const organization = await acrossOrganizations((tx) => findOrganization(tx, order.organization));
  if (!organization) throw new Refusal("organization_not_found", "There is no such organization.");
  const organizationId = organization.id;
  await withAccount(organizationId, async (tx) => {
    const purchase = await selectPurchase(tx, organizationId, order.purchaseId);
    if (!purchase) throw new Refusal("not_found", "There is no such purchase.");
    if (purchase.quarantinedAt === null) throw new Refusal("conflict", "This purchase is not quarantined.");
    await updatePurchase(tx, organizationId, purchase.id, {
      quarantinedAt: null,
      ...(purchase.creditedAt === null && { status: "failed" }),
    });
    await writeAudit(tx, {
      actor: scope.actor,
      organizationId,
      action: "purchase.quarantine_closed",
      subject: `purchase:${purchase.id}`,
      reason: order.reason,
      before: { mismatches: purchase.mismatches },
    });
  });
  announceChange(organizationId);
}
