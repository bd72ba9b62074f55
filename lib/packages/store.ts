import { asc, eq } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { packageAssignments, packages } from "@/db/schema/organizations";

export async function selectAssignments(tx: Transaction, organizationId: number) {
  return tx
    .select({ assignment: packageAssignments, package: packages })
    .from(packageAssignments)
    .innerJoin(packages, eq(packages.id, packageAssignments.packageId))
    .where(eq(packageAssignments.organizationId, organizationId))
    .orderBy(asc(packageAssignments.fromMonth));
}
