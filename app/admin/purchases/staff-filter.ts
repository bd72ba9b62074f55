import "server-only";
import type { readPurchaseSearch } from "@/app/search";
import type { StaffScope } from "@/lib/auth/scope";
import { readOrganizationFile } from "@/lib/back-office/organizations";
import type { StaffHistoryFilter } from "@/lib/top-ups/history/history";
import { FIRST_DAY, LAST_DAY } from "@/lib/top-ups/input";

const NOBODY = -1;

/** What the address of the staff's purchases asks for. A client that does not exist has no purchases. */
export async function staffFilterOf(
  scope: StaffScope<"back_office:read">,
  search: ReturnType<typeof readPurchaseSearch>,
): Promise<{
  readonly filter: StaffHistoryFilter;
  readonly client: { readonly slug: string; readonly name: string } | null;
}> {
  const { organization: slug, status, from, to, checking } = search;
  const client = slug ? ((await readOrganizationFile(scope, slug))?.organization ?? null) : null;
  const range = { from: from ?? FIRST_DAY, to: to ?? LAST_DAY };
  return {
    client,
    filter: {
      organizationId: slug ? (client?.id ?? NOBODY) : undefined,
      status,
      range: (from || to) && range.from <= range.to ? range : undefined,
      onlyQuarantined: checking === "yes",
    },
  };
}
