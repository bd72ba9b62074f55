import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { micros } from "@/lib/money/money";
import { expect, test } from "./fixtures";

const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(STANDARDS).analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`,
  );
  expect(found).toEqual([]);
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in the ${colorScheme} theme`, () => {
    test.use({ colorScheme, packageSettings: { conversations: 3, initialBalance: micros("2000") } });

    test.beforeEach(async ({ deliver }) => {
      await deliver(
        ...Array.from({ length: 4 }, (_, n) => ({
          at: `2026-11-0${1 + (n % 2)}T03:00:00Z`,
          contact: `628100000${n}`,
          category: n === 3 ? "service" : "marketing",
          template: "promo_11",
          broadcast: { id: "bc_7", name: "11.11 promo" },
        })),
        { at: "2026-11-01T05:00:00Z", contact: "6281999", type: "message.received" },
      );
    });

    test("every view of the Package Usage page passes axe · issue 4", async ({
      signedIn: page,
      organization,
    }) => {
      const path = `/o/${organization.slug}/package-usage/conversation`;
      const views = [
        "",
        "?report=broadcasts",
        "?report=unique-visitors&show=table",
        "?group=categories&unit=money",
        "?from=x&to=y",
        "?category=nothing",
      ];
      for (const view of views) {
        await page.goto(path + view);
        await expect(page.getByRole("heading", { name: "Reports" })).toBeVisible();
        await expectAccessible(page);
      }
    });

    test("so do the pages behind it, open menus and an empty organization", async ({
      signedIn: page,
      organization,
    }) => {
      const path = `/o/${organization.slug}/package-usage/conversation`;
      await page.goto(path);
      await page
        .getByRole("link", { name: /Why was I charged/ })
        .first()
        .click();
      await expect(page.getByRole("heading", { level: 2, name: "What happened" })).toBeVisible();
      await expectAccessible(page);
      for (const address of [
        `${path}/broadcasts/bc_7`,
        `/o/${organization.slug}/package-usage/prices`,
        "/guide/package-usage",
        "/o/nobody",
      ]) {
        await page.goto(address);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expectAccessible(page);
      }
      await page.goto(`${path}?range=last-month`);
      for (const name of [/account and settings/, "Custom", /^Organization/]) {
        await page.locator("summary").and(page.getByLabel(name)).click();
        await expectAccessible(page);
      }
    });
  });
}

test("the page works at 320 pixels, which is 1280 at 400 % · issue 4", async ({
  signedIn: page,
  organization,
  deliver,
}) => {
  await deliver({
    broadcast: { id: "bc_7", name: "Promo akhir tahun untuk seluruh pelanggan setia di seluruh Nusantara" },
  });
  await page.setViewportSize({ width: 320, height: 640 });
  for (const view of ["", "?report=broadcasts", "?report=unique-visitors", "?show=table"]) {
    await page.goto(`/o/${organization.slug}/package-usage/conversation${view}`);
    await expect(page.getByRole("heading", { name: "Reports" })).toBeVisible();
    await expectNoSidewaysScroll(page);
  }
  await page.goto(`/o/${organization.slug}/package-usage/conversation?report=unique-visitors`);
  const tab = await page.getByRole("link", { name: "Unique visitors" }).boundingBox();
  expect((tab?.x ?? 320) + (tab?.width ?? 0), "the chosen tab is scrolled to").toBeLessThanOrEqual(320);
  await page.goto(`/o/${organization.slug}/package-usage/conversation`);
  for (const name of ["Category", "Paid from"]) {
    const box = await page.getByLabel(name).boundingBox();
    expect(box?.width, `the list "${name}" can be read`).toBeGreaterThan(140);
  }
  await page.getByRole("banner").locator('summary[aria-label="Menu"]').click();
  await expect(page.getByRole("banner").getByRole("link", { name: "Price table" })).toBeVisible();
});

test("the page is reached and used by keyboard alone · issue 4", async ({
  signedIn: page,
  organization,
  deliver,
}) => {
  await deliver({});
  await page.goto(`/o/${organization.slug}/package-usage/conversation`);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Learn more" })).toBeFocused();
});

test("what the keyboard reaches is never behind the bar at the top · issue 4", async ({
  signedIn: page,
  organization,
  deliver,
}) => {
  await deliver(...Array.from({ length: 25 }, (_, n) => ({ contact: `62810000${n + 10}` })));
  await page.goto(`/o/${organization.slug}/package-usage/conversation`);
  const bar = await page.getByRole("banner").boundingBox();
  await page.getByRole("link", { name: "CSV for Excel" }).focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  const sort = page.getByRole("columnheader").getByRole("link").first();
  await expect(sort).toBeFocused();
  expect((await sort.boundingBox())?.y).toBeGreaterThan(bar?.height ?? 0);
});

test("numbers are written as people of the language write them · issue 4", async ({
  signedIn: page,
  organization,
  deliver,
}) => {
  await deliver({});
  await page.goto(`/o/${organization.slug}/package-usage/conversation`);
  await expect(page.getByText("Rp 349,413.67").first()).toBeVisible();
  await page
    .locator("summary")
    .and(page.getByLabel(/account and settings/))
    .click();
  await page.getByRole("button", { name: "Bahasa Indonesia" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Percakapan" })).toBeVisible();
  await expect(page.getByText("Rp 349.413,67").first()).toBeVisible();
  await expect(page.getByText("Diatur ulang 1 Des 2026, 00:00 WIB")).toBeVisible();
});

test("the theme that somebody chose stays, against the system's", async ({
  signedIn: page,
  organization,
}) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(`/o/${organization.slug}/package-usage/conversation`);
  await page
    .locator("summary")
    .and(page.getByLabel(/account and settings/))
    .click();
  await page.getByRole("button", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page.getByRole("button", { name: "Dark" })).toHaveAttribute("aria-pressed", "true");
  await page.waitForLoadState("networkidle");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  expect(background).toBe("rgb(11, 13, 17)");
});
