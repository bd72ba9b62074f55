import type { Page } from "@playwright/test";
import { acrossOrganizations } from "@/db/client";
import { inviteMember } from "@/lib/auth/members/invitations";
import { removeMember } from "@/lib/auth/members/members";
import { systemScope, systemStaffScope } from "@/lib/auth/scope";
import { logOutEverywhere } from "@/lib/auth/session";
import { setLocked } from "@/lib/auth/users";
import { changeOrganization } from "@/lib/organizations/organizations";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { expect, join, newPerson, PASSWORD, test } from "./fixtures";

async function logIn(page: Page, email: string, password = PASSWORD) {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with scripts" : "without scripts", () => {
    test.use({ javaScriptEnabled });

    test("a stranger logs in and comes to the page that was asked for · P1", async ({
      page,
      organization,
    }) => {
      const person = await newPerson();
      await join(organization.id, person.id, "supervisor");
      const wanted = `/o/${organization.slug}/package-usage/conversation?from=2026-11-01&to=2026-11-02`;
      await page.goto(wanted);
      await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(wanted)}`);
      await logIn(page, person.email, "not the password");
      await expect(page.getByRole("alert").filter({ hasText: "is not right" })).toBeVisible();
      await expect(page.getByLabel("E-mail address")).toHaveValue(person.email);
      await logIn(page, person.email);
      await expect(page).toHaveURL(wanted);
    });

    test("a member of several organizations picks one; the choice is in the address · P2", async ({
      page,
      organization,
    }) => {
      const person = await newPerson();
      const other = await newTestOrganization({ name: "Zebra Logistics" });
      await join(organization.id, person.id, "supervisor");
      await join(other.id, person.id, "owner");
      await page.goto("/sign-in");
      await logIn(page, person.email);
      await expect(page).toHaveURL("/o");
      await page.getByRole("link", { name: "Zebra Logistics" }).click();
      await expect(page).toHaveURL(new RegExp(`/o/${other.slug}/package-usage/conversation`));
      await page.goto(`/o/${organization.slug}`);
      await expect(page).toHaveURL(new RegExp(`/o/${organization.slug}/package-usage/conversation`));
    });

    test("somebody new accepts an invitation and is in", async ({ page, organization }) => {
      const scope = systemScope("e2e", organization.id, "members:manage");
      const { token } = await inviteMember(scope, {
        email: `new-${organization.slug}@example.com`,
        role: "supervisor",
      });
      await page.goto(`/invitation/${token}`);
      await page.getByLabel("Your name").fill("Sari Dewi");
      await page.getByLabel("Choose a password").fill("password1234");
      await page.getByRole("button", { name: /^Join/ }).click();
      await expect(page.getByText("too easy to guess")).toBeVisible();
      await expect(page.getByLabel("Your name")).toHaveValue("Sari Dewi");
      await page.getByLabel("Choose a password").fill(PASSWORD);
      await page.getByRole("button", { name: /^Join/ }).click();
      await expect(page).toHaveURL(new RegExp(`/o/${organization.slug}/package-usage/conversation`));
      await page.goto(`/invitation/${token}`);
      await expect(page.getByRole("heading", { name: "no longer valid" })).toBeVisible();
    });
  });
}

test("what is typed as a password can be shown, until it is sent, in both languages", async ({
  page,
  organization,
  browser,
  baseURL,
}) => {
  await page.goto("/sign-in");
  const typed = page.getByLabel("Password", { exact: true });
  const show = page.getByRole("button", { name: "Show what I type" });
  await typed.fill("not the password");
  await expect(typed).toHaveAttribute("type", "password");
  await show.press("Enter");
  await expect(show).toHaveAttribute("aria-pressed", "true");
  await expect(typed).toHaveAttribute("type", "text");
  await expect(typed).toHaveValue("not the password");
  await page.getByLabel("E-mail address").fill("nobody@example.com");
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "is not right" })).toBeVisible();
  await expect(typed).toHaveAttribute("type", "password");
  await expect(show).toHaveAttribute("aria-pressed", "false");

  const person = await newPerson();
  await join(organization.id, person.id, "supervisor");
  await page.goto("/sign-in?next=/account");
  await logIn(page, person.email);
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
  for (const label of ["Current password", "New password", "Your password"]) {
    const field = page.locator("span").filter({ has: page.getByLabel(label) });
    await field.getByRole("button", { name: "Show what I type" }).click();
    await expect(page.getByLabel(label)).toHaveAttribute("type", "text");
  }

  const scope = systemScope("e2e", organization.id, "members:manage");
  const { token } = await inviteMember(scope, {
    email: `show-${organization.slug}@example.com`,
    role: "agent",
  });
  const context = await browser.newContext({ locale: "id-ID", ...(baseURL && { baseURL }) });
  const invited = await context.newPage();
  await invited.goto(`/invitation/${token}`);
  await invited.getByRole("button", { name: "Tampilkan ketikan" }).click();
  await expect(invited.locator("input[name=password]")).toHaveAttribute("type", "text");
  await context.close();
});

test("without scripts a password field is a password field and no more", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, ...(baseURL && { baseURL }) });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute("type", "password");
  await expect(page.getByRole("button", { name: "Show what I type" })).toHaveCount(0);
  await context.close();
});

test("wrong password, unknown e-mail and locked account say the same, and too many attempts say so · P1", async ({
  page,
}) => {
  const [known, locked] = [await newPerson(), await newPerson()];
  await setLocked(systemStaffScope("e2e", "back_office:write"), locked.id, true, "test");
  await page.goto("/sign-in");
  const told = new Set<string | null>();
  for (const [email, password] of [
    [known.email, "not the password"],
    [`nobody-${known.email}`, PASSWORD],
    [locked.email, PASSWORD],
  ] as const) {
    await logIn(page, email, password);
    await expect(page.getByLabel("E-mail address")).toHaveValue(email);
    await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
    told.add(await page.getByRole("alert").filter({ hasText: "That did not work" }).textContent());
  }
  expect(told.size).toBe(1);
  for (let i = 0; i < 10; i++) {
    await Promise.all([
      page.waitForResponse((response) => response.request().method() === "POST"),
      logIn(page, known.email, `wrong ${i}`),
    ]);
  }
  await expect(page.getByRole("alert").filter({ hasText: "Too many attempts" })).toContainText("minutes");
  await logIn(page, known.email);
  await expect(page.getByRole("alert").filter({ hasText: "Too many attempts" })).toBeVisible();
  await expect(page).toHaveURL("/sign-in");
});

test("a program logs in by next-auth's own protocol, which takes a small form and nothing else", async ({
  request,
  baseURL,
}) => {
  const { email } = await newPerson();
  const { csrfToken } = await (await request.get("/api/auth/csrf")).json();
  const form = { csrfToken, email, password: PASSWORD, json: "true" };
  expect((await request.post("/api/auth/callback/credentials", { form })).status()).toBe(200);
  expect(await (await request.get("/api/auth/session")).json()).toMatchObject({ user: { email } });
  const refused = async (path: string, options: Parameters<typeof request.post>[1]) =>
    (await request.post(path, { maxRedirects: 0, ...options })).status();
  expect(await refused("/api/auth/callback/credentials", { data: form })).toBe(415);
  const large = { ...form, code: "1".repeat(20_000) };
  expect(await refused("/api/auth/callback/credentials", { form: large })).toBe(413);
  // Whoever may write there could write anything into our log.
  expect(await refused("/api/auth/_log", { form: { level: "error", code: "X", message: "x" } })).toBe(404);
  // An address to return to that is none is as good as none, and the server's fault it is not.
  for (const none of ["'", "javascript:alert(1)", "//", "\\"]) {
    const cookie = `next-auth.callback-url=${encodeURIComponent(none)}`;
    const query = `callbackUrl=${encodeURIComponent(none)}`;
    expect((await request.get(`/api/auth/session?${query}`)).status(), none).toBe(200);
    expect((await request.get("/api/auth/session", { headers: { cookie } })).status(), none).toBe(200);
  }
  const foreign = encodeURIComponent(`${baseURL}.evil.example`);
  expect((await request.get(`/api/auth/signin?callbackUrl=${foreign}`, { maxRedirects: 0 })).status()).toBe(
    302,
  );
});

test("the way back after logging in never leads to another site", async ({ page, organization }) => {
  const person = await newPerson();
  await join(organization.id, person.id, "supervisor");
  for (const next of [
    "//evil.example/x",
    "/.//evil.example/x",
    "https://evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
  ]) {
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await expect(page.locator("input[name=next]")).toHaveCount(0);
  }
  await page.goto("/sign-in?callbackUrl=//evil.example");
  await logIn(page, person.email);
  await expect(page).toHaveURL(new RegExp(`/o/${organization.slug}/`));
});

test.describe("a log-in ends at once · P1", () => {
  test("by logging out", async ({ signedIn: page }) => {
    await page.goto("/account");
    const cookies = await page.context().cookies();
    await page
      .getByRole("button", { name: /account and settings/ })
      .or(page.locator("summary[aria-label*='account and settings']"))
      .click();
    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await expect(page).toHaveURL("/sign-in");
    // The cookie as it was is worth nothing any more, wherever it was copied to.
    await page.context().addCookies(cookies);
    await page.goto("/account");
    await expect(page).toHaveURL("/sign-in?next=%2Faccount");
  });

  test("everywhere, from the account page", async ({ page, browser, organization, baseURL }) => {
    const person = await newPerson();
    await join(organization.id, person.id, "supervisor");
    const elsewhere = await browser.newPage(baseURL ? { baseURL } : {});
    for (const place of [page, elsewhere]) {
      await place.goto("/sign-in?next=/account");
      await logIn(place, person.email);
      await expect(place.getByRole("heading", { name: "Your account" })).toBeVisible();
    }
    await page.reload();
    await expect(page.getByRole("button", { name: /^Log out Chrome/ })).toHaveCount(1);
    await page.getByRole("button", { name: "Log out everywhere" }).click();
    await expect(page).toHaveURL("/sign-in");
    await elsewhere.reload();
    await expect(elsewhere).toHaveURL("/sign-in?next=%2Faccount");
    await elsewhere.close();
  });

  test("elsewhere when the password is changed, while this browser stays logged in", async ({
    page,
    browser,
    organization,
    baseURL,
  }) => {
    const person = await newPerson();
    await join(organization.id, person.id, "supervisor");
    const elsewhere = await browser.newPage(baseURL ? { baseURL } : {});
    for (const place of [page, elsewhere]) {
      await place.goto("/sign-in?next=/account");
      await logIn(place, person.email);
      await expect(place.getByRole("heading", { name: "Your account" })).toBeVisible();
    }
    await page.getByLabel("Current password").fill("not the password");
    await page.getByLabel("New password").fill("another horse battery");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByText("The current password is not right.")).toBeVisible();
    await page.getByLabel("Current password").fill(PASSWORD);
    await page.getByLabel("New password").fill("another horse battery");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByText("Your password was changed.")).toBeVisible();
    await page.reload();
    await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
    await elsewhere.reload();
    await expect(elsewhere).toHaveURL("/sign-in?next=%2Faccount");
    await elsewhere.close();
  });

  test("when the member is removed, or an operator ends it", async ({ page, organization }) => {
    const person = await newPerson();
    await join(organization.id, person.id, "supervisor");
    await page.goto("/sign-in?next=/account");
    await logIn(page, person.email);
    await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
    await removeMember(systemScope("e2e", organization.id, "members:manage"), person.id);
    await page.reload();
    await expect(page).toHaveURL("/sign-in?next=%2Faccount");
    await logIn(page, person.email);
    await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
    await logOutEverywhere({ userId: person.id });
    await page.reload();
    await expect(page).toHaveURL("/sign-in?next=%2Faccount");
  });
});

test("an agent is told who can help, and can go elsewhere", async ({ visit, organization }) => {
  const page = await visit("agent");
  await visit("owner");
  const answer = await page.goto(`/o/${organization.slug}/package-usage/conversation`);
  expect(answer?.status()).toBe(403);
  await expect(page.getByText("owner of the test")).toBeVisible();
  await expect(page.getByRole("button", { name: "Log out" }).last()).toBeVisible();
});

test("a suspended organization can still be looked at", async ({ signedIn: page, organization }) => {
  await acrossOrganizations((tx) => changeOrganization(tx, organization.id, { suspendedAt: new Date(0) }));
  const answer = await page.goto(`/o/${organization.slug}/package-usage/conversation`);
  expect(answer?.status()).toBe(200);
});

test("the language is the browser's until somebody chooses, and the choice is theirs everywhere", async ({
  browser,
  baseURL,
  organization,
}) => {
  const person = await newPerson();
  await join(organization.id, person.id, "supervisor");
  const context = await browser.newContext({ locale: "id-ID", ...(baseURL && { baseURL }) });
  const page = await context.newPage();
  await page.goto("/sign-in?next=/account");
  await expect(page.getByRole("heading", { name: "Masuk" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "id");
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
  await logIn(page, person.email);
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
  await page.locator("summary[aria-label*='account and settings']").click();
  await page.getByRole("button", { name: "Bahasa Indonesia" }).click();
  await expect(page.getByRole("heading", { name: "Akun Anda" })).toBeVisible();
  await context.clearCookies({ name: "kuota_locale" });
  await page.reload();
  await expect(page.getByRole("heading", { name: "Akun Anda" })).toBeVisible();
  await context.close();
});
