import type { Page } from "@playwright/test";
import { logIn } from "@/lib/auth/log-in";
import { beginSecondFactor, turnOnSecondFactor } from "@/lib/auth/second-factor";
import { readSession, type SignedIn } from "@/lib/auth/session";
import { codeAt } from "@/lib/auth/totp";
import { expect, join, newPerson, PASSWORD, test } from "./fixtures";

async function typePassword(page: Page, email: string) {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}

/** What the app on the phone shows half a minute from now, which is taken already. */
const nextCode = (secret: string) => codeAt(secret, new Date(Date.now() + 30_000));

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with scripts" : "without scripts", () => {
    test.use({ javaScriptEnabled });

    test("an owner sets up a second factor, is asked for it, gets in with a recovery code, and turns it off", async ({
      page,
      organization,
    }) => {
      const person = await newPerson();
      await join(organization.id, person.id, "owner");
      await typePassword(page, person.email);
      await expect(page).toHaveURL(/\/o\//);

      await page.goto("/account");
      const section = page.getByRole("region", { name: "Second factor" });
      await expect(section.getByRole("img", { name: "QR code" })).toBeVisible();
      const secret = ((await section.locator("code").textContent()) ?? "").replaceAll(" ", "");
      await section.getByLabel("Your password").fill(PASSWORD);
      await section.getByLabel("Code from the app").fill("000000");
      await section.getByRole("button", { name: "Turn on" }).click();
      await expect(section.getByText("This code is not right")).toBeVisible();
      expect(((await section.locator("code").textContent()) ?? "").replaceAll(" ", "")).toBe(secret);
      await section.getByLabel("Your password").fill(PASSWORD);
      await section.getByLabel("Code from the app").fill(codeAt(secret, new Date()));
      // The answer to a second click would stand in the place of the codes, which are shown once.
      await section.getByRole("button", { name: "Turn on" }).click({ clickCount: javaScriptEnabled ? 2 : 1 });
      const codes = section.getByRole("region", { name: "Your recovery codes" }).getByRole("listitem");
      await expect(codes).toHaveCount(10);
      const [recovery = "", another = ""] = await codes.allTextContents();

      await page.context().clearCookies();
      await typePassword(page, person.email);
      await page.getByLabel("Code", { exact: true }).fill("000000");
      await page.getByRole("button", { name: "Log in", exact: true }).click();
      await expect(page.getByRole("alert").filter({ hasText: "code is not right" })).toBeVisible();
      await page.getByLabel("Code", { exact: true }).fill(nextCode(secret));
      await page.getByRole("button", { name: "Log in", exact: true }).click();
      await expect(page).toHaveURL(/\/o\//);

      await page.context().clearCookies();
      await typePassword(page, person.email);
      await page.getByLabel("Code", { exact: true }).fill(recovery);
      await page.getByRole("button", { name: "Log in", exact: true }).click();
      await expect(page).toHaveURL(/\/o\//);

      await page.goto("/account");
      await expect(section.getByText("9 recovery codes are left.")).toBeVisible();
      await section.getByLabel("Your password").fill(PASSWORD);
      await section.getByLabel("recovery code").fill(recovery);
      await section.getByRole("button", { name: "Turn off" }).click();
      await expect(section.getByText("This code is not right")).toBeVisible();
      await section.getByLabel("Your password").fill(PASSWORD);
      await section.getByLabel("recovery code").fill(another);
      await section.getByRole("button", { name: "Turn off" }).click();
      await expect(section.getByText("The second factor is off")).toBeVisible();
      await expect(section.getByRole("img", { name: "QR code" })).toBeVisible();
    });
  });
}

test("staff reset the second factor of an owner who lost it, with a reason in the audit log", async ({
  visit,
  organization,
}) => {
  const person = await newPerson("Sari Dewi");
  await join(organization.id, person.id, "owner");
  const user = await newLogIn(person);
  const { sealed, secret } = beginSecondFactor(user);
  await turnOnSecondFactor(user, { sealed, password: PASSWORD, code: codeAt(secret, new Date()) }, null);
  const staff = await visit("operator");
  await staff.goto(`/admin/organizations/${organization.slug}/people`);
  await staff.getByRole("button", { name: "Reset the second factor of Sari Dewi" }).click();
  await staff.getByLabel("Reason").fill("Lost the phone; called back");
  await staff.getByRole("button", { name: "Reset second factor", exact: true }).click();
  await expect(staff.getByRole("button", { name: /Reset the second factor/ })).toHaveCount(0);
  await staff.goto("/admin/audit");
  await expect(staff.getByText("Second factor reset").first()).toBeVisible();
  expect((await newLogIn(person)).userId).toBe(person.id);
});

async function newLogIn({ email }: { readonly email: string }): Promise<SignedIn> {
  const { sessionId } = await logIn({ email, password: PASSWORD, address: null, userAgent: "e2e" });
  const user = await readSession(sessionId);
  if (!user) throw new Error("the log-in is live");
  return user;
}
