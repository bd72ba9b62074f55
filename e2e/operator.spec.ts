import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { systemStaffScope } from "@/lib/auth/scope";
import { receiveWebhook } from "@/lib/inbox/inbox";
import { micros } from "@/lib/money/money";
import { recordManualTopUp } from "@/lib/top-ups/manual";
import { controlStandIn } from "@/scripts/stripe-stand-in/stand-in";
import { expect, test } from "./fixtures";

// Long walks through many pages: a loaded machine needs its time.
test.slow();

const staff = systemStaffScope("e2e", "back_office:write");
const file = (slug: string) => `/admin/organizations/${slug}`;
const newNumber = () => String(randomUUID()).replace(/\D/g, "").padEnd(15, "7").slice(0, 15);

/** A message that Meta tells of, delivered at the organization's noon. */
function delivered(phoneNumberId: string): string {
  const status = {
    id: `wamid.${randomUUID()}`,
    status: "delivered",
    timestamp: String(Date.parse("2026-11-02T04:50:00Z") / 1_000),
    recipient_id: "6281234567890",
    pricing: { billable: true, pricing_model: "PMP", type: "regular", category: "marketing" },
  };
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "622155501000", phone_number_id: phoneNumberId },
    statuses: [status],
  };
  return JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{ id: "1", changes: [{ field: "messages", value }] }],
  });
}

async function recordTransfer(page: Page, slug: string, reference: string): Promise<void> {
  await page.goto(`/admin/purchases/new?organization=${slug}`);
  await page.getByLabel("Bank's reference").fill(reference);
  await page.getByLabel("WhatsApp balance, net").fill("2.000.000");
  await page.getByLabel("Blocks of unique visitors").fill("2");
  await page.getByLabel("Note").fill("Agreed by phone");
  await page.getByRole("button", { name: "Record and credit" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^P-\d+$/ })).toBeVisible();
}

test("a bank transfer is recorded once, refunded in parts, and found again in ledger, receipt, CSV and audit log · A4 T4 T5 T6", async ({
  visit,
  organization: { slug },
}) => {
  const page = await visit("operator");
  await recordTransfer(page, slug, "TRF-77");
  const purchase = page.url();
  await recordTransfer(page, slug, "TRF-77");
  expect(page.url()).toBe(purchase);

  await page.getByLabel("Amount, tax included").fill("1.000.000");
  await page.getByLabel("Reason").fill("Paid too much");
  await page.getByRole("button", { name: "Refund", exact: true }).click();
  await expect(page.getByText("Partly refunded")).toBeVisible();
  await page.reload();
  await expect(page.getByText("Paid too much")).toBeVisible();
  await expect(page.getByText("At most Rp 1,886,000.00.")).toBeVisible();
  await page.getByLabel("Reason").fill("All of it");
  await page.getByRole("button", { name: "Refund", exact: true }).click();
  await expect(page.getByRole("button", { name: "Refund", exact: true })).toBeHidden();
  await expect(page.getByText("Refunded", { exact: true }).first()).toBeVisible();

  const transfers = page.getByRole("table", { name: "In the ledger" });
  await expect(transfers.getByRole("row", { name: /Refund/ })).toHaveCount(2);
  await transfers
    .getByRole("row", { name: /Top-up/ })
    .getByRole("link")
    .click();
  await expect(page.getByRole("row", { name: /Top-up/ }).first()).toContainText("Rp 2,000,000.00");
  await page.goto(purchase);
  await page.getByRole("link", { name: /^T-2026-/ }).click();
  await expect(page.getByRole("heading", { name: "Receipt" })).toBeVisible();

  await page.goto(`/admin/purchases?organization=${slug}`);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download CSV" }).click();
  const lines = (await readFile(await (await download).path(), "utf8")).trimEnd().split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(",refunded,1000,2000000.00,2600000.00,286000.00,2886000.00,IDR,bank_transfer,");
  await page.goto(`/admin/audit?organization=${slug}`);
  await expect(page.getByText("Top-up recorded", { exact: true })).toHaveCount(1);
  await expect(page.getByText("Purchase refunded", { exact: true })).toHaveCount(2);
});

test("a payment that is not the one asked for is shown with the difference, and its case closed · T2 A4", async ({
  signedIn: buyer,
  visit,
  organization: { slug },
}) => {
  await buyer.goto(`/o/${slug}/package-usage/top-up?balance=1000000`);
  await buyer.getByRole("button", { name: "Continue to payment" }).click();
  await expect(buyer.getByRole("button", { name: "Pay", exact: true })).toBeVisible();
  const { origin, pathname } = new URL(buyer.url());
  const session = /cs_\w+/.exec(pathname)?.[0] ?? "";
  await controlStandIn(origin, `objects/${session}`, { amount_total: 50_000_000 });
  await buyer.getByRole("button", { name: "Pay", exact: true }).click();
  await expect(buyer.getByText("The payment is being checked")).toBeVisible();

  const page = await visit("operator");
  await page.goto(`/admin/purchases?checking=yes&organization=${slug}`);
  await page
    .getByRole("row", { name: /Being checked/ })
    .getByRole("link", { name: /^P-/ })
    .click();
  await expect(page.getByText(/Amount: Rp 1,110,000.00 was expected, Rp 500,000.00 was found/)).toBeVisible();
  await page.getByLabel("Reason").fill("Paid back in the dashboard");
  await page.getByRole("button", { name: "Close the case" }).click();
  await expect(page.getByText("Failed", { exact: true }).first()).toBeVisible();
  await page.goto(`/admin/audit?organization=${slug}`);
  await expect(page.getByText("Case of a purchase closed")).toBeVisible();
});

test("a body for an unknown number waits, is retried, and is charged once a client has the number; which can be taken away · A1 M2", async ({
  visit,
  organization: { slug },
}) => {
  const number = newNumber();
  await receiveWebhook(delivered(number));
  const page = await visit("operator");
  await page.goto("/admin/inbox");
  const row = page.getByRole("row", { name: new RegExp(`number ${number}`) });
  await row.getByRole("button", { name: /^Retry/ }).click();
  await expect(row.getByText("It still waits.")).toBeVisible();

  await page.goto(file(slug));
  await page.getByLabel("Phone number ID").fill(number);
  await page.getByLabel("Number as shown").fill("+62 21 555 0100");
  await page.getByRole("button", { name: "Add the number" }).click();
  await expect(page.getByText("Rp 586.33")).toBeVisible();
  await page.getByRole("button", { name: "Remove +62 21 555 0100" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByText("No number yet.")).toBeVisible();
  await page.goto("/admin/inbox");
  await expect(page.getByRole("heading", { level: 1, name: "WhatsApp inbox" })).toBeVisible();
  await expect(row).toHaveCount(0);
  await page.goto(`/admin/audit?organization=${slug}`);
  await expect(page.getByText("Number removed", { exact: true })).toBeVisible();
});

test("what waits for a price is listed by client; what was agreed with one client is marked · A2 A3", async ({
  visit,
  organization: { slug, package: bought },
  deliver,
}) => {
  await deliver({ category: "marketing_lite" });
  const page = await visit("operator");
  await page.goto("/admin/unpriced");
  await expect(page.getByRole("row", { name: new RegExp(slug) })).toBeVisible();

  await page.goto(file(slug));
  const terms = page.getByRole("region", { name: "Package" });
  await terms.getByLabel("Package").selectOption(bought);
  await terms.getByLabel("Seats").fill("9");
  await terms.getByLabel("Initial balance").fill("1.250.000");
  await terms.getByRole("button", { name: "Assign" }).click();
  const agreed = terms.getByRole("row", { name: /December 2026|Dec 2026/ });
  await expect(agreed).toContainText("9 *");
  await expect(agreed).toContainText("Rp 1,250,000 *");
  await page.goto(`/admin/audit?organization=${slug}`);
  await expect(page.getByText("Package assigned", { exact: true })).toBeVisible();
});

test("the vendor offers top-ups in another currency and changes them; what cannot be charged is refused · T1", async ({
  visit,
}) => {
  const page = await visit("operator");
  await page.goto("/admin/products/new");
  const fields = {
    Currency: "SGD",
    "Unique visitors per block": "500",
    "Price of a block": "26",
    "Blocks to choose at a click": "1; 2; 4",
    "Most blocks at once": "100",
    "Smallest balance": "85",
    "Largest balance": "100,000",
    "Amounts to choose at a click": "85; 200; 1,000",
    "Name of the tax": "GST",
    "Tax rate, percent": "9",
    "Smallest step": "0.01",
  };
  for (const [label, value] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(value);
  await page.getByRole("button", { name: "Offer top-ups" }).click();
  await page.getByRole("link", { name: "SGD" }).click();
  await expect(page.getByLabel("Amounts to choose at a click")).toHaveValue("85; 200; 1,000");
  await page.getByLabel("Amounts to choose at a click").fill("50; 200");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Each preset amount must lie between the minimum")).toBeVisible();
  await page.getByLabel("Amounts to choose at a click").fill("85; 200");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await page.goto("/admin/audit?action=top_up_products.");
  await expect(page.getByText("Top-up products changed", { exact: true })).toBeVisible();
});

type Subject = { readonly slug: string; readonly bought: string; readonly purchase: string };

const PLACES: Readonly<Record<string, (subject: Subject) => readonly string[]>> = {
  clients: ({ slug, bought }) => [
    ...["", "/new", `/${slug}`, `/${slug}/people`, `/${slug}/api-keys`, `/${slug}/ledger`].map(
      (path) => `organizations${path}`,
    ),
    ...["packages", "packages/new", `packages/${bought}`],
  ],
  prices: () => [
    ...["price-books", "price-books/standard-idr", "price-books/import"],
    ...["products", "products/new", "products/IDR"],
  ],
  purchases: ({ slug, purchase }) => [
    ...["purchases", "purchases/new", `purchases/${slug}/${purchase}`],
    ...[`purchases/${slug}/${purchase}/receipt`, "unpriced", "inbox", `audit?organization=${slug}`],
  ],
};

for (const colorScheme of ["light", "dark"] as const) {
  for (const [about, placesOf] of Object.entries(PLACES)) {
    test(`the back office's pages about ${about} can be read and used by everybody (${colorScheme})`, async ({
      visit,
      organization: { slug, package: bought },
      deliver,
    }) => {
      await deliver({}, { category: "marketing_lite" });
      await receiveWebhook(delivered(newNumber()));
      const topUp = { organization: slug, visitorBlocks: 1, balance: micros("2000000"), reference: "axe" };
      const { purchaseId: purchase } = await recordManualTopUp(staff, topUp);
      const page = await visit("operator");
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const place of placesOf({ slug, bought, purchase })) {
        await page.goto(`/admin/${place}`);
        const { violations } = await new AxeBuilder({ page }).analyze();
        const found = violations.map(({ id, nodes }) => [place, id, nodes.map(({ html }) => html)]);
        expect(found).toEqual([]);
      }
    });
  }
}
