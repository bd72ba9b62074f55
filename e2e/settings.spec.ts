import { randomUUID } from "node:crypto";
import { inviteMember } from "@/lib/auth/members/invitations";
import { systemScope } from "@/lib/auth/scope";
import { expect, join, newPerson, test } from "./fixtures";

test("an owner invites, changes a role, and removes only after a question · P1", async ({
  signedIn: page,
  organization,
}) => {
  const member = await newPerson("Sekar Wangi");
  await join(organization.id, member.id, "agent");
  await page.goto(`/o/${organization.slug}/settings/members`);
  const email = `${randomUUID()}@example.com`;
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Send the invitation" }).click();
  await expect(page.getByText(`Invitation sent to ${email}`)).toBeVisible();

  const row = page.getByRole("row", { name: /Sekar Wangi/ });
  await row.getByRole("combobox").selectOption("supervisor");
  await row.getByRole("button", { name: "Change" }).click();
  await expect(row.getByText("Saved.")).toBeVisible();

  await page.getByRole("button", { name: "Remove Sekar Wangi" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(row).toHaveCount(0);

  await page.getByRole("button", { name: `Revoke the invitation of ${email}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("button", { name: `Revoke the invitation of ${email}` })).toHaveCount(0);

  await page.goto(`/o/${organization.slug}/settings/audit`);
  for (const step of ["Invitation sent", "Role changed", "Member removed", "Invitation revoked"]) {
    await expect(page.getByText(step, { exact: true })).toBeVisible();
  }
});

test("the last owner cannot leave, and is told why · P1", async ({ signedIn: page, organization }) => {
  await page.goto(`/o/${organization.slug}/settings/organization`);
  await page.getByRole("button", { name: "Leave the organization" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave the organization" }).click();
  await expect(page.getByText("An organization keeps at least one owner")).toBeVisible();
});

test.describe("in Indonesian", () => {
  test.use({ locale: "id" });

  test("the last owner is told exactly why, too · P1", async ({ signedIn: page, organization }) => {
    await page.goto(`/o/${organization.slug}/settings/organization`);
    await page.getByRole("button", { name: "Keluar dari organisasi" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Keluar dari organisasi" }).click();
    await expect(page.getByText("Organisasi harus memiliki paling sedikit satu pemilik")).toBeVisible();
  });
});

test("an agent may leave, and is logged out", async ({ visit, organization }) => {
  const page = await visit("agent");
  await page.goto(`/o/${organization.slug}/settings/organization`);
  await page.getByRole("button", { name: "Leave the organization" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave the organization" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
});

test("a key is shown once, works, and is refused once revoked · M3", async ({
  signedIn: page,
  organization,
  request,
}) => {
  const place = `/o/${organization.slug}/settings/api-keys`;
  await page.goto(place);
  await page.getByLabel("Name").fill("Inbox, production");
  await page.getByLabel(/balance:read/).check();
  await page.getByRole("button", { name: "Make the key" }).dblclick();
  const key = await page.getByRole("textbox", { name: "New key" }).inputValue();
  const balance = () =>
    request.get(`/api/v1/organizations/${organization.slug}/balance`, {
      headers: { authorization: `Bearer ${key}` },
    });
  expect((await balance()).status()).toBe(200);
  await page.goto(place);
  await expect(page.getByText(key)).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^Revoke the key/ })).toHaveCount(1);
  await page.getByRole("button", { name: "Revoke the key Inbox, production" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("Revoked")).toBeVisible();
  expect((await balance()).status()).toBe(401);
});

test("no administering key is offered to a client", async ({ signedIn: page, organization }) => {
  await page.goto(`/o/${organization.slug}/settings/api-keys`);
  await expect(page.getByLabel(/events:write/)).toBeVisible();
  await expect(page.getByRole("checkbox", { name: /admin/ })).toHaveCount(0);
});

test.describe("without scripts", () => {
  test.use({ contextOptions: { javaScriptEnabled: false } });

  test("a form says what is wrong, and sends what is right", async ({ visit, organization }) => {
    const page = await visit("owner");
    const email = `${randomUUID()}@example.com`;
    await page.goto(`/o/${organization.slug}/settings/members`);
    await page.getByLabel("E-mail address").fill("nobody");
    await page.getByRole("button", { name: "Send the invitation" }).click();
    await expect(page.getByText("Give an e-mail address.")).toBeVisible();
    await page.getByLabel("E-mail address").fill(email);
    await page.getByRole("button", { name: "Send the invitation" }).click();
    await expect(page.getByText(`Invitation sent to ${email}`)).toBeVisible();
    await page.getByRole("button", { name: `Revoke the invitation of ${email}` }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await expect(page.getByRole("button", { name: `Revoke the invitation of ${email}` })).toHaveCount(0);
  });
});

test.describe("a name of 200 letters without a space", () => {
  test.use({ organizationSettings: { name: "W".repeat(200) } });

  test("makes no page wider than a phone, and the switcher stays on it", async ({
    visit,
    page: invited,
    organization,
  }) => {
    const scope = systemScope("e2e", organization.id, "members:manage");
    const email = `long-${organization.slug}@example.com`;
    const { token } = await inviteMember(scope, { email, role: "agent" });
    const [owner, operator] = [await visit("owner"), await visit("operator")];
    const { slug } = organization;
    const places = [
      [owner, `/o/${slug}/settings/members`],
      [owner, `/o/${slug}/package-usage/purchases`],
      [operator, `/admin/organizations/${slug}`],
      [invited, `/invitation/${token}`],
    ] as const;
    for (const [page, place] of places) {
      await page.setViewportSize({ width: 360, height: 740 });
      await page.goto(place);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([place, width]).toEqual([place, 360]);
    }
    await owner.setViewportSize({ width: 1280, height: 740 });
    await owner.goto(`/o/${slug}/settings/api-keys`);
    await owner.getByLabel("Name").fill("K".repeat(200));
    await owner.getByLabel(/balance:read/).check();
    await owner.getByRole("button", { name: "Make the key" }).click();
    const revoke = owner.getByRole("button", { name: /^Revoke the key K/ });
    await revoke.scrollIntoViewIfNeeded();
    const end = await revoke.evaluate((button) => button.getBoundingClientRect().right);
    const list = await owner.getByRole("table").evaluate((table) => table.getBoundingClientRect().width);
    expect([end < 1280, list < 1280]).toEqual([true, true]);
    await owner.setViewportSize({ width: 360, height: 740 });
    await owner.reload();
    await owner.locator("summary[aria-label*='WWW']").click();
    await expect(owner.getByRole("link", { name: /WWW/, exact: false }).last()).toBeInViewport({ ratio: 1 });
  });
});
