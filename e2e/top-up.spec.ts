import { readFile } from "node:fs/promises";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { systemScope, systemStaffScope } from "@/lib/auth/scope";
import { Refusal } from "@/lib/errors";
import { placeHold } from "@/lib/holds/holds";
import { holdRequest } from "@/lib/holds/input";
import { formatMoney } from "@/lib/i18n/format";
import { micros } from "@/lib/money/money";
import { adjust } from "@/lib/provisioning/adjustments";
import { readBalance } from "@/lib/reports/balance";
import { recordManualTopUp } from "@/lib/top-ups/manual";
import { refundPurchase } from "@/lib/top-ups/refunds";
import { expect, test } from "./fixtures";

const operator = systemStaffScope("e2e", "back_office:write");
const usage = (slug: string, path: string) => `/o/${slug}/package-usage/${path}`;
const pressOnPaymentPage = (page: Page, name: string) =>
  page.getByRole("button", { name, exact: true }).click();

/** What can be spent, as the Package Usage page shows it and, where scripts are off, as it is. */
async function expectAvailable(page: Page, { id, slug }: { id: number; slug: string }, amount: string) {
  const scope = systemScope("e2e", id, "balance:read");
  expect((await readBalance(scope)).whatsappBalance.available).toBe(micros(amount));
  const shown = formatMoney(micros(amount), "IDR", "en");
  await page.goto(usage(slug, "conversation"));
  await expect(page.getByText(shown).or(page.locator("noscript")).first()).toBeAttached();
}

async function fillIn(page: Page, slug: string, balance: string, blocks: string) {
  await page.goto(usage(slug, "top-up"));
  await page.getByRole("textbox", { name: "Amount" }).fill(balance);
  await page.getByLabel("Blocks of 500").fill(blocks);
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with scripts" : "without scripts", () => {
    test.use({ javaScriptEnabled });

    test("an owner tops up both products, pays, comes back, and has the balance and the receipt · T1 T2 T6", async ({
      signedIn: page,
      organization,
    }) => {
      const { slug } = organization;
      await expectAvailable(page, organization, "350000");
      await fillIn(page, slug, "1.500.000", "2");
      const pay = page.getByRole("button", { name: "Continue to payment" });
      if (javaScriptEnabled) await expect(page.getByText("Rp 2,331,000")).toBeVisible();
      await pay.click();
      if (!javaScriptEnabled) {
        await expect(page.getByRole("alert").filter({ hasText: "Rp 2,331,000" })).toBeVisible();
        await page.getByRole("button", { name: "Continue to payment" }).click();
      }
      await expect(page.getByText("IDR 2,331,000").first()).toBeVisible();
      await expect(page.getByText("PPN 11%")).toBeVisible();
      await pressOnPaymentPage(page, "Pay");
      await expect(page.getByText("Done: everything is added")).toBeVisible();
      await expect(page.getByText("Card · Visa 4242")).toBeVisible();
      await page.getByRole("link", { name: "Receipt", exact: true }).click();
      await expect(page.getByRole("heading", { name: "Receipt" })).toBeVisible();
      await expect(page.getByText(/^T-2026-\d{6}$/).first()).toBeVisible();
      await expect(page.getByText("Toko Melati").last()).toBeVisible();
      await expect(page.getByText("Rp 231,000.00")).toBeVisible();
      await expectAvailable(page, organization, "1850000");
      await page.goto(usage(slug, "purchases"));
      await expect(page.getByRole("row", { name: /Rp 2,331,000\.00/ })).toContainText("Paid");
    });
  });
}

test("a smaller amount is raised to the minimum before everybody's eyes, with net, tax and total · T1", async ({
  signedIn: page,
  organization: { slug },
}) => {
  await fillIn(page, slug, "250000", "");
  await expect(page.getByText("The smallest amount is Rp 1,000,000: raised from Rp 250,000.")).toBeVisible();
  await expect(page.getByText("Rp 1,110,000")).toBeVisible();
  await page.getByRole("textbox", { name: "Amount" }).fill("1.50.0");
  await expect(page.getByText("This amount cannot be read.")).toBeVisible();
  await page.getByRole("link", { name: "Rp 5,000,000" }).click();
  await page.getByRole("button", { name: "One block more" }).click();
  await expect(page.getByText("Rp 5,883,000")).toBeVisible();
  await page.getByRole("link", { name: "None" }).click();
  await page.getByRole("link", { name: "0", exact: true }).click();
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Choose an amount" })).toBeVisible();
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the total is worked out by a button that does not pay · T1", async ({
    signedIn: page,
    organization: { slug },
  }) => {
    await fillIn(page, slug, "5", "0");
    await page.getByRole("button", { name: "Work out the total" }).click();
    await expect(page.getByText("The smallest amount is Rp 1,000,000: raised from Rp 5.")).toBeVisible();
    await expect(page).toHaveURL(/top-up/);
  });
});

test("a link with a shortfall fills in exactly that; the debt it pays back first is told · T3", async ({
  signedIn: page,
  organization: { slug },
}) => {
  await adjust(operator, slug, { account: "additional", amount: micros("-855000"), reason: "test" }, "debt");
  await page.goto(usage(slug, "top-up?balance=1234567.000001"));
  await expect(page.getByRole("textbox", { name: "Amount" })).toHaveValue("1,234,568");
  await expect(
    page.getByText("Rp 505,000 of it pays back the debt first; Rp 729,568 can be spent."),
  ).toBeVisible();
});

test("a refused hold leads to the form, short by exactly what it lacked · M3 T1", async ({
  signedIn: page,
  organization: { id },
}) => {
  const hold = holdRequest.parse({
    lines: [{ category: "marketing", market: "Indonesia", quantity: 3_000 }],
  });
  const refused = await placeHold(systemScope("e2e", id, "holds:write"), hold, "short").catch(
    (error: unknown) => error,
  );
  // 3,000 at Rp 586.33, of which Rp 350,000 are there.
  expect(refused).toMatchObject({ extras: { members: { shortfall: "1408990.00" } } });
  const address = refused instanceof Refusal && refused.extras.members?.top_up_url;
  const { pathname, search } = new URL(String(address));
  await page.goto(pathname + search);
  await expect(page.getByText("The balance is short by Rp 1,408,990")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Amount" })).toHaveValue("1,408,990");
});

test("the banner of a debt leads to a form that settles it · U5 T3", async ({
  signedIn: page,
  organization: { slug },
}) => {
  const debt = { account: "additional", amount: micros("-2850000"), reason: "test" } as const;
  await adjust(operator, slug, debt, "debt");
  await page.goto(usage(slug, "conversation"));
  await page.getByRole("link", { name: "Top up", exact: true }).click();
  await expect(page.getByRole("textbox", { name: "Amount" })).toHaveValue("2,500,000");
  await expect(page.getByText("All of it settles the debt")).toBeVisible();
});

test.describe("in the last days of a month", () => {
  test.use({ organizationSettings: { clock: new Date("2026-11-28T05:00:00Z") } });

  test("the form says until when visitors are valid · T3", async ({
    signedIn: page,
    organization: { slug },
  }) => {
    await page.goto(usage(slug, "top-up"));
    await expect(page.getByText("This month is nearly over")).toBeVisible();
    await expect(page.getByText("valid until 30 Nov 2026: 3 more days")).toBeVisible();
  });
});

test("a delayed payment is pending, and credited when the money arrives, without a reload · T2", async ({
  signedIn: page,
  organization,
}) => {
  const { slug } = organization;
  await fillIn(page, slug, "1000000", "");
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await pressOnPaymentPage(page, "Pay later then succeed");
  await page
    .getByRole("link", { name: "Return to the shop" })
    .or(page.getByText("The payment is on its way"))
    .first()
    .waitFor();
  await expect(page.getByText("Done: everything is added")).toBeVisible({ timeout: 30_000 });
  await expectAvailable(page, organization, "1350000");
});

test("a delayed payment that fails credits nothing and offers the same choice again · T2", async ({
  signedIn: page,
  organization,
}) => {
  const { slug } = organization;
  await fillIn(page, slug, "1000000", "1");
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await pressOnPaymentPage(page, "Pay later then fail");
  await expect(page.getByText("The payment failed", { exact: true })).toBeVisible({ timeout: 30_000 });
  await page.getByRole("link", { name: "Try again" }).click();
  await expect(page.getByRole("textbox", { name: "Amount" })).toHaveValue("1,000,000");
  await expect(page.getByLabel("Blocks of 500")).toHaveValue("1");
  await expectAvailable(page, organization, "350000");
});

test("the form that the browser kept is asked for anew on the way back, and waits for nothing", async ({
  signedIn: page,
  organization,
}) => {
  await page.goto(usage(organization.slug, "top-up"));
  await expect(async () => {
    await page.evaluate(() => {
      document.title = "kept";
      window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    });
    await expect(page).not.toHaveTitle("kept", { timeout: 1_000 });
  }).toPass();
  await expect(page.getByRole("button", { name: "Continue to payment" })).toBeEnabled();
});

test("a declined card and a cancel charge nothing, and lead back to the filled-in form · T2", async ({
  signedIn: page,
  organization,
}) => {
  const { slug } = organization;
  await fillIn(page, slug, "1250000", "1");
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await pressOnPaymentPage(page, "Decline");
  await expect(page.getByRole("alert")).toContainText("declined");
  await pressOnPaymentPage(page, "Cancel");
  await expect(page.getByText("You have not paid")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Amount" })).toHaveValue("1,250,000");
  await page.goto(usage(slug, "purchases"));
  await expect(page.getByRole("row", { name: /Not paid yet/ })).toBeVisible();
  await page.getByRole("link", { name: /^P-/ }).click();
  await expect(page.getByText("Your card was declined.")).toBeVisible();
  await page.getByRole("button", { name: "Cancel purchase" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel purchase" }).click();
  await expect(page.getByText("The payment page has expired")).toBeVisible();
  await expectAvailable(page, organization, "350000");
});

test("after a declined card another one pays on the same page · T2", async ({
  signedIn: page,
  organization,
}) => {
  await fillIn(page, organization.slug, "1000000", "");
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await pressOnPaymentPage(page, "Decline");
  await expect(page.getByRole("alert")).toContainText("declined");
  await pressOnPaymentPage(page, "Pay");
  await expect(page.getByText("Done: everything is added")).toBeVisible();
  await expectAvailable(page, organization, "1350000");
  await page.goto(usage(organization.slug, "purchases"));
  const row = page.getByRole("row", { name: /^P-/ });
  await expect(row).toContainText("Paid");
  await expect(row.getByRole("link", { name: "Card · Visa 4242" })).toHaveAttribute("href", /\/receipts\//);
  await row.getByRole("link", { name: /in the ledger$/ }).click();
  await expect(page.getByRole("row", { name: /Top-up/ })).toContainText("+Rp 1,000,000.00");
});

test("another organization's payment page shows and credits nothing · T2", async ({
  signedIn: page,
  organization: { slug },
  visit,
}) => {
  await fillIn(page, slug, "1000000", "");
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await expect(page.getByText("Test checkout").first()).toBeVisible();
  const session = /(cs_\w+)/.exec(page.url())?.[1];
  const stranger = await visit("stranger");
  expect((await stranger.goto(usage(slug, `purchases/return?session=${session}`)))?.status()).toBe(404);
  const response = await page.goto(usage(slug, "purchases/return?session=cs_test_none"));
  expect(response?.status()).toBe(404);
});

test("the history, its filters and its download agree, on the organization's own days · T5", async ({
  signedIn: page,
  organization: { slug },
}) => {
  // 16:59:59Z is still 9 October in Jakarta; 17:00:00Z is the 10th.
  for (const [reference, receivedAt] of [
    ["=before", "2026-10-09T16:59:59Z"],
    ["after", "2026-10-09T17:00:00Z"],
  ] as const) {
    const topUp = { organization: slug, visitorBlocks: 1, balance: micros("2000000"), reference };
    const { purchaseId } = await recordManualTopUp(operator, { ...topUp, receivedAt: new Date(receivedAt) });
    if (reference === "after") {
      const refund = {
        organization: slug,
        purchaseId,
        amount: micros("510600"),
        reason: "goodwill",
        request: "r",
      };
      await refundPurchase(operator, refund);
    }
  }
  await page.goto(usage(slug, "purchases?from=2026-10-10&to=2026-10-10"));
  await expect(page.getByText("1 of 1")).toBeVisible();
  await expect(page.getByRole("row", { name: /Partly refunded/ })).toContainText("10 Oct 2026, 00:00");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe(`kuota_${slug}_purchases_2026-10-10_2026-10-10.csv`);
  const lines = (await readFile(await file.path(), "utf8")).trimEnd().split("\r\n");
  expect(lines[0]).toBe(
    "number,created_at,paid_at,status,unique_visitors,whatsapp_balance,net,tax,total,currency,method,receipt_number",
  );
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(
    /^P-\d{6},2026-10-10T00:00:00\.000\+07:00,2026-10-10T00:00:00\.000\+07:00,partly_refunded,500,2000000\.00,2300000\.00,253000\.00,2553000\.00,IDR,bank_transfer,T-2026-\d{6}$/,
  );
  await page.goto(usage(slug, "purchases?status=failed"));
  await expect(page.getByText("No purchase matches")).toBeVisible();
});

test("top-ups stand beside what was spent, drawn, spoken and in the table · U6 T5", async ({
  signedIn: page,
  organization: { slug },
}) => {
  const topUp = { organization: slug, visitorBlocks: 1, balance: micros("2000000"), reference: "TRF-1" };
  await recordManualTopUp(operator, { ...topUp, receivedAt: new Date("2026-11-01T20:00:00Z") });
  await page.goto(usage(slug, "conversation?unit=money"));
  const chart = page.getByRole("application");
  // 20:00Z is the next day in Jakarta.
  await expect(chart.locator("[data-mark]")).toHaveAttribute("data-mark", "2026-11-02");
  await expect(chart.getByText("Top-ups", { exact: true })).toBeVisible();
  await expect(async () => {
    await chart.press("Home");
    await chart.press("ArrowRight");
    await expect(chart.locator("[aria-live]")).toContainText("Top-up +Rp 2,000,000.00, 500 unique visitors");
  }).toPass();
  await page.goto(usage(slug, "conversation?unit=money&show=table"));
  await expect(page.getByRole("columnheader", { name: "Top-ups" })).toBeVisible();
  const day = page.getByRole("row", { name: /^2 Nov 2026/ }).first();
  await expect(day).toContainText("Rp 2,000,000.00");
  await expect(day).toContainText("500 unique visitors");
  await page.goto(usage(slug, "conversation"));
  await expect(page.locator("[data-mark]")).toHaveCount(0);
});

test("a supervisor is told whom to ask · T5", async ({ visit, organization: { slug } }) => {
  const page = await visit("supervisor");
  for (const path of ["top-up", "purchases"]) {
    expect((await page.goto(usage(slug, path)))?.status()).toBe(403);
    await expect(page.getByText("Your role does not open this page")).toBeVisible();
  }
  expect((await page.request.get(usage(slug, "purchases/download"))).status()).toBe(403);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`everything about buying can be read and used by everybody (${colorScheme})`, async ({
    signedIn: page,
    organization: { slug },
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const topUp = { organization: slug, visitorBlocks: 1, balance: micros("2000000"), reference: "TRF-1" };
    const { purchaseId } = await recordManualTopUp(operator, topUp);
    for (const path of [
      "top-up?balance=250000",
      "purchases",
      `purchases/${purchaseId}`,
      `purchases/${purchaseId}/receipt`,
    ]) {
      await page.goto(usage(slug, path));
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    }
  });
}
