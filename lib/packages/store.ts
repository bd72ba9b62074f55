import { asc, eq, sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { packageAssignments, packages } from "@/db/schema/organizations";
import type { Micros } from "@/lib/money/money";
import type { Month } from "@/lib/time/period";

export type PackageRow = typeof packages.$inferSelect;

export async function selectAssignments(tx: Transaction, organizationId: number) {
  return tx
    .select({ assignment: packageAssignments, package: packages })
    .from(packageAssignments)
    .innerJoin(packages, eq(packages.id, packageAssignments.packageId))
    .where(eq(packageAssignments.organizationId, organizationId))
    .orderBy(asc(packageAssignments.fromMonth));
}

export async function selectPackageBySlug(tx: Transaction, slug: string): Promise<PackageRow | undefined> {
  const [row] = await tx.select().from(packages).where(eq(packages.slug, slug));
  return row;
}

export async function lockPackageBySlug(tx: Transaction, slug: string): Promise<PackageRow | undefined> {
  const [row] = await tx.select().from(packages).where(eq(packages.slug, slug)).for("update");
  return row;
}

export async function selectPackages(tx: Transaction): Promise<PackageRow[]> {
  return tx.select().from(packages).orderBy(asc(packages.slug));
}

export type PackageValues = Omit<PackageRow, "id" | "updatedAt">;

/** Undefined when the slug is taken. */
export async function insertPackage(tx: Transaction, values: PackageValues): Promise<PackageRow | undefined> {
  const [row] = await tx
    .insert(packages)
    .values(values)
    .onConflictDoNothing({ target: packages.slug })
    .returning();
  return row;
}

export async function updatePackage(tx: Transaction, id: number, values: PackageValues): Promise<void> {
  await tx
    .update(packages)
    .set({ ...values, updatedAt: sql`now()` })
    .where(eq(packages.id, id));
}

export async function selectOrganizationsOnPackage(tx: Transaction, packageId: number): Promise<number[]> {
  const rows = await tx
    .selectDistinct({ id: packageAssignments.organizationId })
    .from(packageAssignments)
    .where(eq(packageAssignments.packageId, packageId));
  return rows.map(({ id }) => id);
}

export type AssignmentValues = {
  readonly packageId: number;
  readonly seats: number | null;
  readonly uniqueVisitors: number | null;
  readonly conversations: number | null;
  readonly initialBalanceMicros: Micros | null;
};

export async function upsertAssignment(
  tx: Transaction,
  organizationId: number,
  fromMonth: Month,
  values: AssignmentValues,
): Promise<void> {
  await tx
    .insert(packageAssignments)
    .values({ organizationId, fromMonth, ...values })
    .onConflictDoUpdate({
      target: [packageAssignments.organizationId, packageAssignments.fromMonth],
      set: { ...values },
    });
}

export async function deleteAssignments(tx: Transaction, organizationId: number): Promise<void> {
  await tx.delete(packageAssignments).where(eq(packageAssignments.organizationId, organizationId));
}
