import { defineConfig, devices } from "@playwright/test";

const { E2E_BASE_URL: baseURL, KUOTA_CHROMIUM: executablePath } = process.env;
if (!baseURL) throw new Error("The browser tests need a running app of their own. Run: npm run test:e2e");

export default defineConfig({
  testDir: "e2e",
  outputDir: ".data/test/browser",
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["json", { outputFile: ".data/test/playwright.json" }]],
  use: {
    ...devices["Desktop Chrome"],
    baseURL,
    locale: "en-GB",
    // Not the zone of any customer in the tests: what a page shows must not depend on where it is read.
    timezoneId: "America/Los_Angeles",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        "--no-first-run",
      ],
    },
  },
});
