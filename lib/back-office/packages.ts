import "server-only";
import { acrossOrganizations } from "@/db/client";
import type { StaffScope } from "@/lib/auth/scope";
import { findPackage, listPackages, type Package } from "@/lib/packages/packages";
import { systemNow } from "@/lib/time/clock";
import { selectPackageUse } from "./store";

/** A package, and how many organizations have it now or will have it. */
export type OfferedPackage = Package & { readonly organizations: number };

/** Every package, by slug (A2). */
export async function packagesOffered(_scope: StaffScope<"back_office:read">): Promise<OfferedPackage[]> {
  return acrossOrganizations(async (tx) => {
    const [packages, use] = await Promise.all([listPackages(tx), selectPackageUse(tx, systemNow())]);
    return packages.map((one) => ({ ...one, organizations: use.get(one.id) ?? 0 }));
  });
}

/** One package; null when there is none of that slug. */
export async function readPackage(
  _scope: StaffScope<"back_office:read">,
  slug: string,
): Promise<OfferedPackage | null> {
  return acrossOrganizations(async (tx) => {
    const found = await findPackage(tx, slug);
    if (!found) return null;
    const use = await selectPackageUse(tx, systemNow());
    return { ...found, organizations: use.get(found.id) ?? 0 };
  });
}
