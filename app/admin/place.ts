import "server-only";
import { authorizeStaff, currentUser } from "@/lib/auth/authorize";
import { staffRoleHas } from "@/lib/auth/permissions";
import type { StaffScope } from "@/lib/auth/scope";
import { systemNow } from "@/lib/time/clock";
import { type Day, dayOf } from "@/lib/time/period";

/** Where the vendor sits: times that belong to no client are shown on its clocks. */
export const VENDOR_ZONE = "Asia/Jakarta";

/** Rows of a list on one page. */
export const PER_PAGE = 50;

/** Who looks at the back office, and whether to offer what changes something. Actions check that for themselves. */
export async function lookAsStaff(): Promise<{
  readonly scope: StaffScope<"back_office:read">;
  readonly mayWrite: boolean;
}> {
  const scope = await authorizeStaff("back_office:read");
  const role = (await currentUser())?.staffRole;
  return { scope, mayWrite: role != null && staffRoleHas(role, "back_office:write") };
}

/** Today at the vendor. */
export function vendorToday(): Day {
  return dayOf(systemNow(), VENDOR_ZONE);
}
