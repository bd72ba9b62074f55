import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { breaches, rules } from "@/scripts/architecture/rules";
import { readSource } from "@/scripts/architecture/source";

const FOLDERS = ["app", "components", "db", "e2e", "lib", "scripts"];
const ROOT = process.cwd();

/** Every source file of ours, and those that configure the tools. */
function sourceFiles(): string[] {
  const inRoot = readdirSync(ROOT);
  const inFolders = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  return [...inRoot, ...inFolders].filter(
    (path) => /\.(tsx?|jsx?|mjs)$/.test(path) && path !== "next-env.d.ts",
  );
}

/** The rules that a handful of files break, given as path and text. */
function broken(files: Readonly<Record<string, string>>): string[] {
  const sources = Object.entries(files).map(([path, text]) => readSource(path, text));
  return [...new Set(breaches(sources).map((breach) => breach.split(":")[0] ?? ""))];
}

test("the house is as it was drawn", { timeout: 60_000 }, () => {
  const files = sourceFiles();
  expect(files.length).toBeGreaterThan(200);
  const sources = files.map((path) => readSource(path, readFileSync(join(ROOT, path), "utf8")));
  expect(breaches(sources)).toEqual([]);
});

/** For each rule: files that break it and nothing else, and files much like them that break nothing. */
const samples: Readonly<
  Record<
    string,
    { readonly bad: Readonly<Record<string, string>>[]; readonly good: Readonly<Record<string, string>>[] }
  >
> = {
  "SQL stands in stores and in db/": {
    bad: [
      { "lib/ledger/ledger.ts": `import { rawSql } from "@/db/client";` },
      { "app/page.tsx": `import { inOrganization, rawSql } from "@/db/client";` },
    ],
    good: [
      { "lib/ledger/store.ts": `import { rawSql } from "@/db/client";` },
      { "lib/auth/members/store.ts": `import { eq } from "drizzle-orm";` },
      { "lib/ledger/ledger.ts": `import { inOrganization } from "@/db/client";` },
      { "lib/ledger/ledger.test.ts": `import { rawSql } from "@/db/client";` },
    ],
  },
  "a store is its own module's alone": {
    bad: [
      { "lib/months/months.ts": `import { lockLedger } from "@/lib/ledger/store";` },
      { "lib/reports/balance.ts": `import { selectHold } from "../holds/store";` },
      { "lib/reports/balance.ts": `import type { Row } from "@/lib/ledger/store";` },
      { "app/page.tsx": `const { selectKeys } = await import("@/lib/auth/store");` },
      { "lib/months/months.test.ts": `import { lockLedger } from "@/lib/ledger/store";` },
    ],
    good: [
      { "lib/ledger/ledger.ts": `import { lockLedger } from "./store";` },
      { "lib/auth/members/members.ts": `import { selectRole } from "../store";` },
    ],
  },
  "a package has its place": {
    bad: [
      { "lib/top-ups/top-ups.ts": `import Stripe from "stripe";` },
      { "components/card.tsx": `import { AreaChart } from "@tremor/react";` },
      { "lib/ledger/ledger.ts": `import { eq } from "drizzle-orm";` },
      { "lib/ledger/store.ts": `import postgres from "postgres";` },
      { "lib/text/text.ts": `import leftPad from "left-pad";` },
      { "lib/auth/log-in.ts": `import { verify } from "@node-rs/argon2";` },
    ],
    good: [
      { "lib/payments/stripe.ts": `import Stripe from "stripe";` },
      { "lib/top-ups/top-ups.ts": `import type Stripe from "stripe";` },
      { "components/charts/areas.tsx": `import { AreaChart } from "@tremor/react/dist/x";` },
      { "lib/text/text.ts": `import { join } from "node:path";` },
    ],
  },
  "imports point down": {
    bad: [
      { "lib/ledger/ledger.ts": `import { openMonth } from "@/lib/months/rules";` },
      { "lib/ledger/ledger.ts": `import { termsOf } from "@/lib/packages/packages";` },
      { "lib/months/months.ts": `import { available } from "@/lib/holds/holds";` },
      { "lib/money/money.ts": `export { move } from "../ledger/rules";` },
      { "lib/metering/metering.ts": `import { putPackage } from "@/lib/provisioning/provisioning";` },
      { "lib/reports/reports.ts": `import { Badge } from "@/components/ui/badge";` },
      { "lib/reports/reports.ts": `import { loadDemo } from "@/db/seed";` },
      { "lib/i18n/format.ts": `import { currentUser } from "@/lib/auth/authorize";` },
      { "lib/novelty/novelty.ts": "export const nothing = 0;" },
      { "app/page.tsx": `import { startApp } from "@/scripts/app";` },
    ],
    good: [
      { "lib/months/months.ts": `import { saveBook } from "@/lib/ledger/ledger";` },
      { "lib/ledger/ledger.ts": `import type { Scope } from "@/lib/auth/scope";` },
      { "lib/ledger/ledger.ts": `import { type Scope, type Actor } from "@/lib/auth/scope";` },
      { "lib/i18n/request.ts": `import { currentUser } from "@/lib/auth/authorize";` },
      { "lib/ledger/ledger.test.ts": `import { openMonth } from "@/lib/months/rules";` },
      { "app/page.tsx": `import { Badge } from "@/components/ui/badge";` },
    ],
  },
  "rules and inputs only compute": {
    bad: [
      { "lib/holds/rules.ts": `import { selectHold } from "./store";` },
      { "lib/holds/rules.ts": `import { readFileSync } from "node:fs";` },
      { "lib/holds/input.ts": `import "server-only";` },
      { "lib/auth/members/rules.ts": `import { inOrganization } from "@/db/client";` },
    ],
    good: [
      {
        "lib/holds/rules.ts": `import { min } from "@/lib/money/money"; import type { Row } from "./store";`,
      },
    ],
  },
  "components know values, types and inputs": {
    bad: [
      { "components/balance-card.tsx": `import { readBalance } from "@/lib/reports/balance";` },
      { "components/balance-card.tsx": `import { ROLES } from "@/db/schema/access";` },
      { "components/balance-card.tsx": `import { action } from "@/app/o/actions";` },
    ],
    good: [
      {
        "components/balance-card.tsx": `
          import { toDecimal } from "@/lib/money/money";
          import { holdRequest } from "@/lib/holds/input";
          import type { Balance } from "@/lib/reports/balance";
          import { Card } from "./ui/card";`,
      },
    ],
  },
  "db/ knows the environment alone": {
    bad: [{ "db/client.ts": `import { Refusal } from "@/lib/errors";` }],
    good: [
      { "db/client.ts": `import { env } from "@/lib/env"; import type { Scope } from "@/lib/auth/scope";` },
      { "db/seed.ts": `import { recordEvents } from "@/lib/metering/metering";` },
    ],
  },
  "the clock is read in one place": {
    bad: [
      { "lib/holds/holds.ts": "const now = new Date();" },
      { "components/today.tsx": "const now = Date.now();" },
    ],
    good: [
      { "lib/time/clock.ts": "const now = new Date();" },
      { "lib/holds/holds.ts": `const then = new Date("2026-11-01T00:00:00Z"); // never new Date()` },
    ],
  },
  "the environment is read in one place": {
    bad: [{ "lib/payments/stripe.ts": "const key = process.env.STRIPE_SECRET_KEY;" }],
    good: [
      { "lib/env.ts": "const given = process.env;" },
      { "scripts/demo.ts": "const port = process.env.PORT;" },
      { "playwright.config.ts": "const { E2E_BASE_URL } = process.env;" },
    ],
  },
  "scopes are minted by the doorkeeper": {
    bad: [
      { "lib/provisioning/provisioning.ts": `import { mintScope } from "@/lib/auth/scope";` },
      { "scripts/kuota.ts": `import { mintStaffScope as make } from "@/lib/auth/scope";` },
    ],
    good: [
      { "lib/auth/authorize.ts": `import { mintScope } from "./scope";` },
      { "lib/inbox/inbox.ts": `import { systemScope } from "@/lib/auth/scope";` },
    ],
  },
  "files are named by what they hold": {
    bad: [
      { "lib/money/utils.ts": "export const nothing = 0;" },
      { "lib/money/index.ts": "export const nothing = 0;" },
      { "components/ui/types.ts": "export const nothing = 0;" },
      { "components/BalanceCard.tsx": "export const nothing = 0;" },
      { "lib/moneyBags/../money/some_thing.ts": "export const nothing = 0;" },
    ],
    good: [
      { "components/balance-card.tsx": "export const nothing = 0;" },
      { "app/(auth)/o/[organization]/api/[...nextauth]/route.ts": "export const nothing = 0;" },
      { "app/api/v1/openapi.json/route.ts": "export const nothing = 0;" },
    ],
  },
  "the browser gets no server modules": {
    bad: [
      { "app/o/form.tsx": `"use client"; import { readFile } from "node:fs/promises";` },
      {
        "app/o/form.tsx": `"use client"; import { adjust } from "@/lib/provisioning/adjustments";`,
        "lib/provisioning/adjustments.ts": `import "server-only";`,
      },
      {
        "app/o/form.tsx": `"use client"; import { levelOf } from "@/lib/reports/rules";`,
        "lib/reports/rules.ts": `import { inOrganization } from "@/db/client";`,
      },
    ],
    good: [
      {
        "app/o/form.tsx": `"use client"; import { send } from "./actions";`,
        "app/o/actions.ts": `"use server"; import { adjust } from "@/lib/provisioning/adjustments";`,
        "lib/provisioning/adjustments.ts": `import "server-only";`,
      },
      { "app/o/page.tsx": `import { readFile } from "node:fs/promises";` },
      { "app/o/form.tsx": `"use client"; import type { Balance } from "@/lib/reports/balance";` },
    ],
  },
  "no check is switched off": {
    bad: [
      { "lib/money/money.ts": "export const value = JSON.parse('1') as any;" },
      { "lib/money/money.ts": "// biome-ignore lint: because\nexport const value = 1;" },
      { "lib/money/money.ts": "// @ts-expect-error\nexport const value: string = 1;" },
      { "lib/money/money.ts": "// TODO later\nexport const value = 1;" },
      { "lib/money/money.ts": "try { work(); } catch {}" },
      { "lib/money/money.test.ts": `test.skip("adds", () => {});` },
      { "lib/money/money.test.ts": `describe.only("adds", () => {});` },
      { "e2e/page.spec.ts": `test.fixme("adds", () => {});` },
    ],
    good: [
      { "lib/money/money.test.ts": `test.each([1])("any // TODO", () => {});` },
      { "lib/money/money.ts": "try { work(); } catch (error) { throw new Error('no', { cause: error }); }" },
    ],
  },
};

describe("each rule", () => {
  test("has samples", () => {
    expect(Object.keys(samples)).toEqual(rules.map(({ name }) => name));
  });

  for (const [name, { bad, good }] of Object.entries(samples)) {
    test.each(bad)(`"${name}" catches %j`, (files) => {
      expect(broken(files)).toContain(name);
    });
    test.each(good)(`"${name}" lets pass %j`, (files) => {
      expect(broken(files)).not.toContain(name);
    });
  }
});
