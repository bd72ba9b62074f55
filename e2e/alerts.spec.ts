import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import { Webhook } from "standardwebhooks";
import { expect, test } from "./fixtures";

type Taken = { readonly headers: IncomingHttpHeaders; readonly body: string };

/** A client's system, on this machine, that takes whatever comes. */
async function newReceiver() {
  const taken: Taken[] = [];
  const server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      taken.push({ headers: request.headers, body });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { taken, url: `http://127.0.0.1:${port}/kuota`, close: () => server.close() };
}

function verified(secret: string, { headers, body }: Taken) {
  const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return new Webhook(secret).verify(body, plain) as { readonly type: string; readonly data: object };
}

test.describe("alerts", () => {
  // One marketing message costs 586.33: of 1,400 less than 40 % are left after two.
  test.use({ packageSettings: { initialBalance: 1_400_000_000n } });

  test("an endpoint is added, the balance runs low, a signed event arrives, and is sent again", async ({
    signedIn: page,
    organization,
    deliver,
  }) => {
    const receiver = await newReceiver();
    const place = `/o/${organization.slug}/settings/alerts`;
    await page.goto(place);
    await page.getByLabel("Address", { exact: true }).fill(receiver.url);
    await page.getByRole("button", { name: "Add the endpoint" }).click();
    const secret = await page.getByRole("textbox", { name: "Signing secret" }).inputValue();
    expect(secret).toMatch(/^whsec_/);

    await page.getByRole("button", { name: "Send a test event" }).click();
    await expect(page.getByRole("row", { name: /alert\.test/ })).toContainText("Delivered");

    await deliver({}, { contact: "6281234567891" });
    await expect.poll(() => receiver.taken.length, { timeout: 20_000 }).toBe(2);
    const [, low] = receiver.taken;
    if (!low) throw new Error("the event arrived");
    expect(verified(secret, low)).toMatchObject({
      type: "balance.low",
      data: { organization: organization.slug, level: "low", available: "227.34", currency: "IDR" },
    });

    await page.goto(place);
    await expect(page.getByText(secret)).toHaveCount(0);
    const row = page.getByRole("row", { name: /balance\.low/ });
    await expect(row).toContainText("Delivered");
    await expect(row).toContainText("HTTP 204");
    await row.getByRole("button", { name: /Redeliver/ }).click();
    await expect(row.getByText("Sent again.")).toBeVisible();
    expect(receiver.taken).toHaveLength(3);
    expect(receiver.taken[2]?.headers["webhook-id"]).toBe(low.headers["webhook-id"]);
    receiver.close();
  });

  test("an endpoint is switched off and removed only after a question; all of it is in the log", async ({
    signedIn: page,
    organization,
  }) => {
    await page.goto(`/o/${organization.slug}/settings/alerts`);
    await page.getByLabel("Address", { exact: true }).fill("https://10.0.0.1/hook");
    await page.getByRole("button", { name: "Add the endpoint" }).click();
    await expect(page.getByText("Give an https address that can be reached")).toBeVisible();
    await page.getByLabel("Address", { exact: true }).fill("https://hooks.example.com/kuota");
    await page.getByRole("button", { name: "Add the endpoint" }).click();
    await expect(page.getByText("The endpoint was added.")).toBeVisible();
    await page.getByRole("button", { name: "Switch off hooks.example.com" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Switch off" }).click();
    await page.getByRole("button", { name: "Switch on" }).click();
    await page.getByRole("button", { name: "Remove hooks.example.com" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText("No endpoint yet")).toBeVisible();
    await page.goto(`/o/${organization.slug}/settings/audit`);
    for (const step of ["added", "switched off", "switched on", "removed"]) {
      await expect(page.getByText(`Webhook endpoint ${step}`, { exact: true })).toBeVisible();
    }
  });
});

for (const [colorScheme, width] of [
  ["light", 1280],
  ["dark", 390],
] as const) {
  test.describe(`in the ${colorScheme} theme, ${width} wide`, () => {
    test.use({ colorScheme, viewport: { width, height: 844 } });

    test("the page passes axe with an endpoint, its new secret and a delivery, and scrolls down alone", async ({
      signedIn: page,
      organization,
    }) => {
      const receiver = await newReceiver();
      await page.goto(`/o/${organization.slug}/settings/alerts`);
      await page.getByLabel("Address", { exact: true }).fill(receiver.url);
      await page.getByRole("button", { name: "Add the endpoint" }).click();
      await expect(page.getByText("The endpoint was added.")).toBeVisible();
      await page.getByRole("button", { name: "Send a test event" }).click();
      await expect(page.getByRole("row", { name: /alert\.test/ })).toContainText("Delivered");
      await page.getByRole("button", { name: "Make a new secret" }).click();
      await expect(page.getByRole("textbox", { name: "Signing secret" })).toHaveCount(2);
      await page.getByText("Change its events").click();
      const { violations } = await new AxeBuilder({ page })
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
        .analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
      expect(found).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
      receiver.close();
    });
  });
}

test.describe("without scripts", () => {
  test.use({ contextOptions: { javaScriptEnabled: false } });

  test("thresholds and recipients are saved, and what is wrong is said · U5", async ({
    visit,
    organization,
  }) => {
    const page = await visit("admin");
    await page.goto(`/o/${organization.slug}/settings/alerts`);
    await page.getByLabel("Low below, in per cent").fill("140");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("Give a whole number from 0 to 100.")).toBeVisible();
    await page.getByLabel("Low below, in per cent").fill("25");
    await page.getByLabel(/^Balance also low below/).fill("500.000");
    await page.getByLabel("And to these addresses").fill("finance@example.com");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("Saved.")).toBeVisible();
    await page.reload();
    await expect(page.getByLabel("Low below, in per cent")).toHaveValue("25");
    await expect(page.getByLabel(/^Balance also low below/)).toHaveValue("500000");
    await expect(page.getByLabel("And to these addresses")).toHaveValue("finance@example.com");
  });
});
