import { randomUUID } from "node:crypto";
import { systemMachineScope } from "@/lib/auth/scope";
import { micros } from "@/lib/money/money";
import type { OrganizationInput } from "@/lib/organizations/input";
import { putOrganization } from "./organizations";
import { putPackage } from "./provisioning";
import { loadStandardPrices, STANDARD_BOOKS } from "./standard-prices";

/** For tests: each makes its own organization and leaves it behind. */
export const platform = systemMachineScope("test", "admin");

export function uniqueSlug(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}

/** A package of its own: 5 seats, 2,000 visitors, no conversation quota, 350,000 a month, unless said otherwise. */
export async function newPackage(
  facts: Partial<Parameters<typeof putPackage>[1]> = {},
): Promise<{ slug: string }> {
  const slug = uniqueSlug("package");
  await putPackage(platform, {
    slug,
    name: "Growth",
    seats: 5,
    uniqueVisitors: 2_000,
    conversations: null,
    initialBalance: micros("350000"),
    currency: "IDR",
    initialCarriesOver: false,
    ...facts,
  });
  return { slug };
}

let standardPrices: Promise<void> | undefined;

/** A test organization in Jakarta at noon of 2 November 2026, on a package of its own and the standard prices. */
export async function newTestOrganization(
  input: Partial<OrganizationInput> = {},
  packageFacts: Parameters<typeof newPackage>[0] = {},
): Promise<{ id: number; slug: string; package: string }> {
  standardPrices ??= loadStandardPrices();
  await standardPrices;
  const bought = input.package ?? (await newPackage(packageFacts)).slug;
  const slug = uniqueSlug("org");
  const { provisioned } = await putOrganization(platform, slug, {
    name: "Toko Melati",
    mode: "test",
    clock: new Date("2026-11-02T05:00:00Z"),
    price_book: STANDARD_BOOKS.IDR,
    package: bought,
    ...input,
  });
  return { id: provisioned.organization.id, slug, package: bought };
}
