import { readFile } from "node:fs/promises";
import { inOrganization, rawSql } from "@/db/client";
import { micros } from "@/lib/money/money";
import { expect, test } from "./fixtures";

/** The page of an organization, with some of its state. */
function conversation(slug: string, query = ""): string {
  return `/o/${slug}/package-usage/conversation${query}`;
}

const oneAt = (at: string, contact: string, category = "marketing") => ({ at, contact, category });

test.describe("the Package Usage page", () => {
  test("the menu leads to it, and its buttons to the guide, the purchases and the top-up · P3 U1", async ({
    signedIn: page,
    organization,
  }) => {
    await page.goto("/");
    await page.getByRole("navigation", { name: "Menu" }).getByText("Package Usage").click();
    await page.getByRole("link", { name: "Conversation", exact: true }).click();
    await expect(page).toHaveURL(conversation(organization.slug));
    await expect(page.getByRole("heading", { level: 1, name: "Conversation" })).toBeVisible();
    const main = page.getByRole("main");
    await expect(main.getByRole("link", { name: "See purchase history" })).toHaveAttribute(
      "href",
      /purchases$/,
    );
    await expect(main.getByRole("link", { name: "Top up balance" })).toHaveAttribute("href", /top-up$/);
    await main.getByRole("link", { name: "Learn more" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("How Package Usage counts");
    await expect(page.getByText("Additional −Rp 256.65.")).toBeVisible();
  });

  test("a supervisor sees usage but is told to ask for a top-up · U5", async ({
    visit,
    organization,
    deliver,
  }) => {
    await deliver(
      ...Array.from({ length: 400 }, (_, n) => oneAt("2026-11-02T03:00:00Z", `6281${100_000 + n}`)),
    );
    const page = await visit("supervisor");
    await page.goto(conversation(organization.slug));
    await expect(page.getByText("WhatsApp balance is low: Rp 115,468.00 left")).toBeVisible();
    await expect(page.getByText("Ask an owner or admin to top up.")).toBeVisible();
    await expect(page.getByRole("main").getByRole("link", { name: /Top up/ })).toHaveCount(0);
  });
});

test.describe("the balance cards", () => {
  test("a package without any usage shows its full quota, and without a conversation quota no such card · U2", async ({
    signedIn: page,
    organization,
  }) => {
    await page.goto(conversation(organization.slug));
    const visitors = page.getByRole("meter", { name: "Unique visitors" });
    await expect(visitors).toHaveAttribute("aria-valuetext", "0 of 2,000 used");
    await expect(page.getByRole("heading", { name: "WhatsApp conversations" })).toHaveCount(0);
    await expect(page.getByText("Rp 350,000.00").first()).toBeVisible();
    await expect(page.getByText("Resets 1 Dec 2026, 00:00 WIB")).toBeVisible();
  });

  test.describe("of a package with conversations", () => {
    test.use({ packageSettings: { conversations: 3, initialBalance: micros("100") } });

    test("a debt is shown as one, in words, with what settles it · U4", async ({
      signedIn: page,
      organization,
      deliver,
    }) => {
      await deliver({ category: "utility" });
      await page.goto(conversation(organization.slug));
      await expect(
        page.getByRole("status").getByText("WhatsApp balance is in debt: you owe Rp 256.65"),
      ).toBeVisible();
      await expect(page.getByText("You owe Rp 256.65. Your next top-up settles it first")).toBeVisible();
      await expect(page.getByText("-Rp 256.65").first()).toBeVisible();
      await expect(page.getByRole("heading", { name: "WhatsApp conversations" })).toBeVisible();
    });
  });

  test("a charge made elsewhere appears without a reload", async ({
    signedIn: page,
    organization,
    deliver,
  }) => {
    const listening = page.waitForResponse((response) => response.url().includes("/live?"));
    await page.goto(conversation(organization.slug));
    await expect(page.getByText("Rp 350,000.00").first()).toBeVisible();
    await listening;
    await deliver({});
    await expect(page.getByText("Rp 349,413.67").first()).toBeVisible({ timeout: 15_000 });
  });

  test("and so does one made before the page listened", async ({ signedIn: page, organization, deliver }) => {
    let listen = () => {};
    const charged = new Promise<void>((resolve) => (listen = resolve));
    await page.route("**/package-usage/live?*", async (route) => {
      await charged;
      await route.continue();
    });
    await page.goto(conversation(organization.slug));
    await expect(page.getByText("Rp 350,000.00").first()).toBeVisible();
    await deliver({});
    listen();
    await expect(page.getByText("Rp 349,413.67").first()).toBeVisible({ timeout: 15_000 });
  });
});

test.describe("the usage trend", () => {
  test.beforeEach(async ({ deliver }) => {
    await deliver(
      oneAt("2026-10-31T17:00:00Z", "6281000001"),
      oneAt("2026-11-02T03:00:00Z", "6281000002"),
      oneAt("2026-11-02T03:00:00Z", "6281000003", "utility"),
      { at: "2026-11-02T03:00:00Z", contact: "6281000004", category: "service" },
      { at: "2026-11-02T03:00:00Z", contact: "6281000005", type: "message.received" },
    );
  });

  test("series are hidden by their legend, and the address remembers it · U6 U7", async ({
    signedIn: page,
    organization,
  }) => {
    await page.goto(conversation(organization.slug));
    const bi = page.getByRole("button", { name: /BI conversations/ });
    await expect(bi).toHaveAttribute("aria-pressed", "true");
    await expect(bi).toContainText("3");
    await bi.click();
    await expect(page).toHaveURL(/series=service,visitors/);
    await expect(bi).toHaveAttribute("aria-pressed", "false");
    await page.reload();
    await expect(page.getByRole("button", { name: /BI conversations/ })).toHaveAttribute(
      "aria-pressed",
      "false",
    );
  });

  test("BI opens into its categories, and the older grouping is one click away · U6", async ({
    signedIn: page,
    organization,
  }) => {
    await page.goto(conversation(organization.slug));
    const grouping = page.getByRole("navigation", { name: "Grouping" });
    await grouping.getByRole("link", { name: "BI by category" }).click();
    await expect(page.getByRole("button", { name: /^Marketing/ })).toContainText("2");
    await expect(page.getByRole("button", { name: /^Utility/ })).toContainText("1");
    await grouping.getByRole("link", { name: "WhatsApp and visitors" }).click();
    await expect(page.getByRole("button", { name: /WhatsApp conversation/ })).toContainText("4");
  });

  test("the keyboard walks from day to day and the values are spoken · U6", async ({
    signedIn: page,
    organization,
  }) => {
    await page.goto(conversation(organization.slug));
    await page.getByRole("application").focus();
    await page.keyboard.press("ArrowLeft");
    await expect(
      page.getByText(
        "2 Nov 2026 (not over yet): Service conversations 1, BI conversations 2, Unique visitors 1",
      ),
    ).toBeAttached();
    await page.keyboard.press("ArrowLeft");
    await expect(
      page.getByText("1 Nov 2026: Service conversations 0, BI conversations 1, Unique visitors 0"),
    ).toBeAttached();
  });

  test("the table shows the same numbers, days without usage as zeros, today as not over · U6 U7", async ({
    signedIn: page,
    organization,
  }) => {
    await page.goto(conversation(organization.slug, "?range=last-30-days"));
    await page.getByRole("link", { name: "View as table" }).click();
    const table = page.getByRole("table", { name: "Usage trend" });
    await expect(table.getByRole("row")).toHaveCount(32);
    await expect(table.getByRole("row", { name: /^Total/ })).toHaveText("Total131");
    await expect(table.getByRole("row", { name: /^2 Nov 2026/ })).toHaveText(
      "2 Nov 2026 Today, not over yet121",
    );
    await expect(table.getByRole("row", { name: /^20 Oct 2026/ })).toHaveText(/^20 Oct 2026\s*000$/);
  });

  test("money is what the WhatsApp balance paid · U6", async ({ signedIn: page, organization }) => {
    await page.goto(conversation(organization.slug));
    await page.getByRole("link", { name: "Money" }).click();
    await expect(page.getByRole("button", { name: /BI conversations/ })).toContainText("Rp 1,529.31");
    await expect(page.getByRole("button", { name: /Unique visitors/ })).toHaveCount(0);
  });
});

test.describe("the period", () => {
  test("a longer range than 3 calendar months is refused with a message that says so · U7", async ({
    signedIn: page,
    organization,
  }) => {
    await page.goto(conversation(organization.slug));
    await page.locator('summary[aria-label="Custom"]').click();
    await page.getByLabel("From", { exact: true }).fill("2026-08-01");
    await page.getByLabel("To", { exact: true }).fill("2026-11-01");
    await page.getByRole("button", { name: "Apply" }).first().click();
    await expect(page.getByRole("main").getByRole("alert")).toContainText("longer than 3 calendar months");
    await page.locator('summary[aria-label="Custom"]').click();
    await page.getByLabel("To", { exact: true }).fill("2026-10-31");
    await page.getByRole("button", { name: "Apply" }).first().click();
    await expect(page).toHaveURL(/from=2026-08-01&to=2026-10-31/);
    await expect(page.getByText("1 Aug 2026 – 31 Oct 2026")).toBeVisible();
    await expect(page.getByRole("main").getByRole("alert")).toHaveCount(0);
  });

  test("days are the organization's, whoever looks from wherever · U7", async ({
    signedIn: page,
    organization,
    deliver,
  }) => {
    // 16:59:59Z is still 31 October in Jakarta; 17:00Z is 1 November.
    await deliver(oneAt("2026-10-31T16:59:59Z", "6281000001"), oneAt("2026-10-31T17:00:00Z", "6281000002"));
    await page.goto(conversation(organization.slug, "?from=2026-11-01&to=2026-11-01"));
    await expect(page.getByText("Days and months are those of Asia/Jakarta (WIB).")).toBeVisible();
    await expect(page.getByText("1–1 of 1")).toBeVisible();
    await expect(page.getByRole("rowheader", { name: "1 Nov 2026, 00:00" })).toBeVisible();
  });
});

test.describe("the reports", () => {
  test.beforeEach(async ({ deliver }) => {
    await deliver(
      ...Array.from({ length: 30 }, (_, n) => ({
        ...oneAt(
          `2026-11-01T03:${String(n).padStart(2, "0")}:00Z`,
          `62810000${10 + n}`,
          n < 3 ? "utility" : "marketing",
        ),
        template: "promo_11",
        broadcast: { id: "bc_7", name: "11.11 promo" },
      })),
      { at: "2026-11-01T05:00:00Z", contact: "6281999", type: "message.received" },
    );
  });

  test("the download is exactly what is on the screen · U9", async ({ signedIn: page, organization }) => {
    await page.goto(conversation(organization.slug));
    await page.getByLabel("Category").selectOption("utility");
    await expect(page).toHaveURL(/category=utility/);
    await expect(page.getByText("1–3 of 3")).toBeVisible();
    await expect(page.getByLabel("Totals of the filter")).toContainText("Rp 1,069.95");
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`kuota_${organization.slug}_whatsapp_2026-11-01_2026-11-02.csv`);
    const lines = (await readFile(await file.path(), "utf8")).trimEnd().split("\r\n");
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain("2026-11-01T10:00:00+07:00");
    expect(lines.slice(1).every((line) => line.includes(",utility,"))).toBe(true);
  });

  test("a channel without visitors in the period stays chosen, so that the filter does not look off · U10", async ({
    signedIn: page,
    organization,
  }) => {
    await page.goto(conversation(organization.slug, "?report=unique-visitors&channel=line"));
    await expect(page.getByLabel("Channel")).toHaveValue("line");
  });

  test("pages go there and back · U9", async ({ signedIn: page, organization }) => {
    await page.goto(conversation(organization.slug));
    await expect(page.getByText("1–25 of 30")).toBeVisible();
    await page.getByRole("link", { name: "Next page" }).click();
    await expect(page.getByText("26–30 of 30")).toBeVisible();
    await page.getByRole("link", { name: "Previous page" }).click();
    await expect(page.getByText("1–25 of 30")).toBeVisible();
    // The first page is read from the beginning: what arrives meanwhile stands on it.
    await expect(page).not.toHaveURL(/before=|row=/);
    await page.getByRole("link", { name: "Last page" }).click();
    await expect(page.getByText("26–30 of 30")).toBeVisible();
  });

  test("a broadcast is one row, is found by its name and opens to its recipients · U8", async ({
    signedIn: page,
    organization,
  }) => {
    await page.goto(conversation(organization.slug, "?report=broadcasts"));
    await page.getByLabel("Name").fill("11.1");
    await page.keyboard.press("Enter");
    await expect(page.getByText("1–1 of 1")).toBeVisible();
    await page.getByRole("link", { name: "11.11 promo" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "11.11 promo" })).toBeVisible();
    await expect(page.getByText("1–30 of 30")).toBeVisible();
    await page.goBack();
    await page.getByLabel("Name").fill("nothing like it");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Nothing matches")).toBeVisible();
    await page.getByRole("link", { name: "Clear filters" }).click();
    await expect(page.getByText("1–1 of 1")).toBeVisible();
  });

  test("a unique visitor is listed with what covered it · U10", async ({ signedIn: page, organization }) => {
    await page.goto(conversation(organization.slug, "?report=unique-visitors"));
    const row = page.getByRole("row", { name: /\+6281999/ });
    await expect(row).toContainText("1 Nov 2026, 12:00");
    await expect(row).toContainText("Package");
  });

  test("every charge is explained, from the statuses to the ledger", async ({
    signedIn: page,
    organization,
  }) => {
    await page.goto(conversation(organization.slug, "?category=marketing"));
    await page
      .getByRole("link", { name: /Why was I charged/ })
      .first()
      .click();
    await expect(page.getByRole("heading", { level: 1, name: "Why was I charged?" })).toBeVisible();
    await expect(
      page.getByText(
        "1 marketing message to Indonesia at Rp 586.33, from the price list in force since 1 Oct 2026.",
      ),
    ).toBeVisible();
    await expect(page.getByText("Indonesia, because the number begins with +62.")).toBeVisible();
    await expect(page.getByRole("table", { name: /before and after/ })).toContainText("-Rp 586.33");
    await expect(page.getByRole("table", { name: "In the ledger" })).toContainText("Initial balance");
  });

  test("the categories are explained and the prices in force are one click away · U11", async ({
    signedIn: page,
    organization,
  }) => {
    await page.goto(conversation(organization.slug));
    await page.getByText("What do marketing, utility and authentication mean?").click();
    await expect(page.getByText("Promotions, offers, announcements")).toBeVisible();
    await page.getByRole("link", { name: "Prices in force" }).click();
    await page.locator("#q").fill("indo");
    await page.getByRole("button", { name: "Search" }).click();
    await expect(page.getByRole("row", { name: /Indonesia/ })).toContainText("Rp 586.33");
    await expect(page.getByRole("link", { name: /From 1 Oct 2026/ })).toContainText("in force");
  });

  test("an error in one section leaves the others usable, and Retry mends it · U12", async ({
    signedIn: page,
    organization,
  }) => {
    const asOwner = (statement: string) =>
      inOrganization(organization.id, async (tx) => {
        await rawSql(tx)`reset role`;
        await rawSql(tx).unsafe(statement);
      });
    const policy = `broken_${organization.id}`;
    await asOwner(
      `create policy ${policy} on messages as restrictive
       using (organization_id <> ${organization.id} or 1 / (organization_id - ${organization.id}) = 0)`,
    );
    try {
      await page.goto(conversation(organization.slug));
      await expect(page.getByText("This part could not be loaded")).toHaveCount(1);
      await expect(page.getByRole("meter", { name: "WhatsApp balance" })).toBeVisible();
      await expect(page.getByRole("application")).toBeVisible();
    } finally {
      await asOwner(`drop policy ${policy} on messages`);
    }
    await page.getByRole("button", { name: "Retry" }).click();
    await expect(page.getByText("1–25 of 30")).toBeVisible();
    await expect(page.getByText("This part could not be loaded")).toHaveCount(0);
  });
});

test("the page is useful before its scripts have come · issue 4", async ({
  signedIn: page,
  organization,
  deliver,
}) => {
  await page.route("**/_next/static/**/*.js", (route) => route.abort());
  await deliver(oneAt("2026-11-01T03:00:00Z", "6281000001"));
  await page.goto(conversation(organization.slug));
  await expect(page.getByRole("button", { name: /BI conversations/ })).toContainText("1");
  await expect(page.getByText("1–1 of 1")).toBeVisible();
  await page.getByRole("link", { name: "View as table" }).click();
  await expect(page.getByRole("table", { name: "Usage trend" })).toBeVisible();
  await page.getByRole("link", { name: "Last month" }).click();
  await expect(page.getByText("1 Oct 2026 – 31 Oct 2026")).toBeVisible();
});
