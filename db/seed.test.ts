import { afterAll, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { authorizeKey } from "@/lib/auth/api-keys";
import { systemScope } from "@/lib/auth/scope";
import { findOrganization } from "@/lib/organizations/organizations";
import { type Balance, readBalance } from "@/lib/reports/balance";
import { levelOf } from "@/lib/reports/rules";
import { DEMO_CLIENTS, type DemoClient } from "./demo-clients";
import { loadDemo } from "./seed";

afterAll(closeDatabases);

/** The demo's clients with a fraction of their traffic. */
const small: DemoClient[] = DEMO_CLIENTS.map((client) => ({
  ...client,
  habits: {
    ...client.habits,
    threads: 2,
    codes: Math.min(1, client.habits.codes),
    utility: client.habits.utility.map(([template]) => [template, 1]),
    campaigns: client.habits.campaigns.map((campaign) => ({ ...campaign, recipients: 20 })),
  },
}));
const slugs = small.map(({ slug }) => slug);

const load = (onProgress: (line: string) => void = () => {}) => loadDemo({ onProgress, clients: small });

async function balanceOf(slug: string): Promise<Balance> {
  const organization = await acrossOrganizations((tx) => findOrganization(tx, slug));
  if (!organization) throw new Error(`there is ${slug}`);
  expect(organization).toMatchObject({ mode: "live", clock: null });
  return readBalance(systemScope("test", organization.id, "balance:read"));
}

async function levelOfBalance(slug: string): Promise<string> {
  const { available, base } = (await balanceOf(slug)).whatsappBalance;
  return levelOf(available, base);
}

async function countMessages(): Promise<number> {
  return acrossOrganizations(async (tx) => {
    const [row] = await rawSql(tx)<{ messages: number }[]>`
      select count(*)::integer as messages from messages m join organizations o on o.id = m.organization_id
      where o.slug = any(${slugs}::text[])`;
    return row?.messages ?? 0;
  });
}

test("the demo goes on where it was interrupted, is loaded once, and ends as it promises", {
  timeout: 240_000,
}, async () => {
  const interrupted = load(() => {
    throw new Error("the power is gone");
  });
  await expect(interrupted).rejects.toThrow("the power is gone");
  const partly = await countMessages();

  const demo = await load();
  const messages = await countMessages();
  expect(messages).toBeGreaterThan(partly);
  expect(await levelOfBalance("toko-melati")).toBe("enough");
  expect((await balanceOf("toko-melati")).whatsappBalance.onHold).toBeGreaterThan(0n);
  expect(await levelOfBalance("rasa-cempaka")).toBe("low");
  expect((await balanceOf("rasa-cempaka")).conversations).toBeNull();
  expect((await balanceOf("klinik-kenanga")).whatsappBalance.additional).toBeLessThan(0n);
  expect(demo.logins.filter(({ role }) => role === "owner")).toHaveLength(3);
  const scope = await authorizeKey(`Bearer ${demo.apiKey}`, "admin", "events:write");
  expect(scope.onlyOrganizationId).toBeNull();

  const lines: string[] = [];
  expect(await load((line) => lines.push(line))).toEqual(demo);
  expect(lines).toEqual([]);
  expect(await countMessages()).toBe(messages);
});
