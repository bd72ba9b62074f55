import type { Page } from "@playwright/test";
import { ROUTES } from "./access-table";
import { expect, test } from "./fixtures";

/** Notes what the browser refuses because of the policy, from before the page's first script. */
async function watchViolations(page: Page): Promise<string[]> {
  const violations: string[] = [];
  await page.exposeBinding("kuotaViolation", (_source, text: string) => violations.push(text));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) => {
      const report = (window as unknown as { kuotaViolation: (text: string) => void }).kuotaViolation;
      report(`${location.pathname}: ${effectiveDirective} refused ${blockedURI} ${sample}`);
    });
  });
  return violations;
}

/** Until the page's scripts have loaded and have nothing urgent left to do. */
async function quiet(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done, { timeout: 2_000 })));
}

const PAGES = Object.entries(ROUTES).filter(
  ([name, { isEndless }]) =>
    name.startsWith("GET /") && !isEndless && !/\/api\/|\/(reports|download)(\/|$)/.test(name),
);

test("no page asks for anything that the policy refuses", async ({ organization, visit, deliver }) => {
  test.setTimeout(240_000);
  await deliver({}, { category: "utility" }, { category: "service" });
  const place = { ...organization, organization: organization.slug, hold: "none", unique: () => "none" };
  const visitors = { owner: await visit("owner"), operator: await visit("operator") };
  const violations = {
    owner: await watchViolations(visitors.owner),
    operator: await watchViolations(visitors.operator),
  };
  for (const [name, route] of PAGES) {
    const actor = name.startsWith("GET /admin") ? "operator" : "owner";
    const answer = await visitors[actor].goto(route.url(place));
    expect(answer?.status(), name).toBeLessThan(500);
    await quiet(visitors[actor]);
  }
  expect(violations).toEqual({ owner: [], operator: [] });
});

test("a script that somebody got into a page does not run", async ({ signedIn: page, organization }) => {
  const violations = await watchViolations(page);
  const address = `/o/${organization.slug}/package-usage/conversation`;
  await page.route(`**${address}`, async (route) => {
    const answer = await route.fetch();
    const injected = [
      "<script>window.injected = 'script'</script>",
      "<script nonce='guessed'>window.injected = 'nonce'</script>",
      "<script src='https://evil.example/x.js'></script>",
      "<img alt='' src='data:,' onerror='window.injected = 1'>",
      "<base href='https://evil.example/'>",
    ].join("");
    await route.fulfill({
      response: answer,
      body: (await answer.text()).replace(/<body[^>]*>/, (body) => body + injected),
    });
  });
  await page.goto(address);
  await quiet(page);
  expect(await page.evaluate(() => "injected" in window)).toBe(false);
  const refused = new Set(violations.map((text) => text.split(" ")[1]));
  expect(refused).toEqual(new Set(["script-src-elem", "script-src-attr", "base-uri"]));
});

test("pages, downloads, files and the API say what a browser may do with them", async ({
  signedIn: page,
  organization,
}) => {
  const own = `/o/${organization.slug}/package-usage`;
  const answers = {
    page: await page.request.get(`${own}/conversation`),
    refusal: await page.request.get("/o/nobody/package-usage/conversation"),
    download: await page.request.get(`${own}/reports/whatsapp?from=2026-11-01&to=2026-11-02`),
    purchases: await page.request.get(`${own}/purchases/download`),
    file: await page.request.get("/icon.svg"),
    api: await page.request.get("/api/v1/openapi.json"),
    stranger: await page.request.get(`/api/v1/organizations/${organization.slug}/balance`),
    session: await page.request.get("/api/auth/session"),
  };
  const nonces = new Set<string | undefined>();
  for (const [name, answer] of Object.entries(answers)) {
    const headers = answer.headers();
    expect(headers, name).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "permissions-policy": expect.stringContaining("camera=()"),
    });
    const policy = headers["content-security-policy"] ?? "";
    expect(policy, name).toContain("frame-ancestors 'none'");
    expect(policy, name).not.toMatch(/script-src[^;]*'unsafe-/);
    expect(headers, name).not.toHaveProperty("x-powered-by");
    nonces.add(/'nonce-([^']+)'/.exec(policy)?.[1]);
  }
  for (const name of ["page", "refusal", "download", "purchases", "stranger", "session"] as const) {
    expect(answers[name].headers()["cache-control"], name).toMatch(/no-store|no-cache/);
  }
  expect(nonces.size, "each page has a nonce of its own").toBe(6);
});
