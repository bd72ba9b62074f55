import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { acrossOrganizations, closeDatabases } from "@/db/client";
import { addMember } from "@/lib/auth/members/members";
import { encodeSession, sessionCookie } from "@/lib/auth/next-auth";
import { systemScope } from "@/lib/auth/scope";
import { openSession } from "@/lib/auth/session";
import { createUser, findUser } from "@/lib/auth/users";
import { findOrganizations } from "@/lib/organizations/organizations";
import { breakReports, exhausted, longTexts, newcomer, reserved, type Subject, whileLoading } from "./states";

const FOLDER = join(process.cwd(), "docs", "screenshots");
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const THEMES = ["light", "dark"] as const;

type Size = keyof typeof SIZES;
type Look = { readonly theme: (typeof THEMES)[number]; readonly size: Size; readonly locale: "en" | "id" };
type Shot = {
  readonly name: string;
  readonly path: (subject: Subject) => string;
  readonly of: string;
  readonly looks: readonly Look[];
  /** Only what fits on the screen. */
  readonly fold?: true;
  readonly act?: (page: Page) => Promise<void>;
  readonly around?: (subject: Subject, take: () => Promise<void>) => Promise<void>;
};

const look = (theme: Look["theme"], size: Size, locale: Look["locale"] = "en"): Look => ({
  theme,
  size,
  locale,
});
const ALL = THEMES.flatMap((theme) => [look(theme, "desktop"), look(theme, "phone")]);
const TWO = [look("light", "desktop"), look("dark", "phone", "id")];
const conversation =
  (query = "") =>
  (subject: Subject) =>
    `/o/${subject.slug}/package-usage/conversation${query}`;

const SHOTS: readonly Shot[] = [
  { name: "conversation", of: "toko-melati", path: conversation(), looks: ALL },
  {
    name: "conversation-indonesian",
    of: "toko-melati",
    path: conversation(),
    looks: [look("light", "desktop", "id")],
  },
  { name: "state-low", of: "rasa-cempaka", path: conversation(), looks: TWO, fold: true },
  { name: "state-debt", of: "klinik-kenanga", path: conversation(), looks: TWO, fold: true },
  { name: "state-used-up", of: "exhausted", path: conversation(), looks: TWO, fold: true },
  { name: "state-on-hold", of: "reserved", path: conversation(), looks: TWO, fold: true },
  { name: "state-empty", of: "newcomer", path: conversation(), looks: TWO },
  { name: "state-long-texts", of: "longTexts", path: conversation("?report=broadcasts"), looks: TWO },
  {
    name: "state-error",
    of: "toko-melati",
    path: conversation(),
    looks: TWO,
    around: async (subject, take) => {
      const mend = await breakReports(subject);
      await take().finally(mend);
    },
  },
  {
    name: "state-loading",
    of: "toko-melati",
    path: conversation("?range=last-30-days"),
    looks: TWO,
    around: whileLoading,
  },
  {
    name: "range-refused",
    of: "toko-melati",
    path: conversation("?from=2026-01-01&to=2026-11-20"),
    looks: [look("light", "desktop")],
    fold: true,
  },
  {
    name: "chart-values",
    of: "toko-melati",
    path: conversation("?range=last-30-days&group=categories"),
    looks: TWO,
    fold: true,
    act: async (page) => {
      await page.getByRole("application").focus();
      for (const key of ["ArrowLeft", "PageUp", "ArrowLeft"]) await page.keyboard.press(key);
    },
  },
  {
    name: "trend-money",
    of: "toko-melati",
    path: conversation("?range=last-3-months&unit=money"),
    looks: TWO,
    fold: true,
    act: toTrend,
  },
  {
    name: "trend-table",
    of: "toko-melati",
    path: conversation("?show=table"),
    looks: TWO,
    fold: true,
    act: toTrend,
  },
  {
    name: "report-broadcasts",
    of: "toko-melati",
    path: conversation("?report=broadcasts"),
    looks: TWO,
    fold: true,
    act: toReports,
  },
  {
    name: "report-unique-visitors",
    of: "toko-melati",
    path: conversation("?report=unique-visitors"),
    looks: TWO,
    fold: true,
    act: toReports,
  },
  {
    name: "broadcast",
    of: "toko-melati",
    path: conversation("?report=broadcasts"),
    looks: TWO,
    fold: true,
    act: (page) => follow(page, page.getByRole("rowheader").getByRole("link").first()),
  },
  {
    name: "explanation",
    of: "toko-melati",
    path: conversation("?category=marketing"),
    looks: ALL,
    act: (page) => follow(page, page.getByRole("link", { name: /charged|biaya/ }).first()),
  },
  {
    name: "prices",
    of: "toko-melati",
    path: ({ slug }) => `/o/${slug}/package-usage/prices`,
    looks: TWO,
    fold: true,
  },
  { name: "guide", of: "toko-melati", path: () => "/guide/package-usage", looks: TWO, fold: true },
  {
    name: "not-found",
    of: "toko-melati",
    path: () => "/o/nobody/package-usage/conversation",
    looks: TWO,
    fold: true,
  },
];

async function toTrend(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 2 }).nth(1).scrollIntoViewIfNeeded();
  await page.locator("#trend").evaluate((element) => element.scrollIntoView({ block: "start" }));
}

async function toReports(page: Page): Promise<void> {
  await page.locator("#reports").evaluate((element) => element.scrollIntoView({ block: "start" }));
}

async function follow(page: Page, link: ReturnType<Page["getByRole"]>): Promise<void> {
  const before = page.url();
  await link.click();
  await page.waitForURL((url) => url.href !== before);
}

/** The subjects by name, made when first asked for. */
function subjects(): (name: string) => Promise<Subject> {
  const made = new Map<string, Promise<Subject>>();
  const makers: Readonly<Record<string, () => Promise<Subject>>> = {
    newcomer,
    exhausted,
    reserved,
    longTexts,
  };
  return (name) => {
    const known = made.get(name) ?? (makers[name] ?? (() => demoClient(name)))();
    made.set(name, known);
    return known;
  };
}

async function demoClient(slug: string): Promise<Subject> {
  const found = (await acrossOrganizations((tx) => findOrganizations(tx, [slug]))).get(slug);
  if (!found) throw new Error(`The demo data has no ${slug}.`);
  return found;
}

/** Somebody who may see everything of a subject, logged in. */
async function cookieFor(subject: Subject): Promise<{ name: string; value: string }> {
  const email = `pictures.${subject.id}@kuota.example`;
  const id = (await acrossOrganizations((tx) => findUser(tx, email))) ?? (await newOwner(subject, email));
  const sessionId = await acrossOrganizations((tx) =>
    openSession(tx, { id, staffRole: null }, "screenshots"),
  );
  return { name: sessionCookie().name, value: await encodeSession(sessionId) };
}

async function newOwner(subject: Subject, email: string): Promise<number> {
  const person = { email, name: "Sari Wulandari", password: null };
  const id = await acrossOrganizations((tx) => createUser(tx, person));
  await addMember(systemScope("screenshots", subject.id, "members:manage"), id, "owner");
  return id;
}

async function take(
  browser: Browser,
  address: string,
  shot: Shot,
  subject: Subject,
  chosen: Look,
): Promise<void> {
  const context = await browser.newContext({
    viewport: SIZES[chosen.size],
    colorScheme: chosen.theme,
    locale: chosen.locale,
    deviceScaleFactor: chosen.size === "phone" ? 2 : 1,
    isMobile: chosen.size === "phone",
    timezoneId: "America/Los_Angeles",
    reducedMotion: "reduce",
  });
  await context.addCookies([{ ...(await cookieFor(subject)), url: address }]);
  const page = await context.newPage();
  await page.goto(address + shot.path(subject), { waitUntil: shot.around ? "commit" : "load" });
  await page.waitForTimeout(shot.around ? 4_000 : 1_500);
  if (page.url().includes("/sign-in"))
    throw new Error("The app does not know the log-in: is it on this database?");
  await shot.act?.(page);
  await page.waitForTimeout(700);
  const words = [shot.name, chosen.theme, chosen.size];
  await page.screenshot({ path: join(FOLDER, `${words.join("-")}.png`), fullPage: !shot.fold });
  await context.close();
  console.log(`  ${words.join("-")}`);
}

const address = process.env.SCREENSHOTS_URL ?? "";
const wanted = process.argv.slice(2);
mkdirSync(FOLDER, { recursive: true });
const browser = await chromium.launch({
  ...(process.env.KUOTA_CHROMIUM ? { executablePath: process.env.KUOTA_CHROMIUM } : {}),
  args: [
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
  ],
});
const subjectNamed = subjects();
for (const shot of SHOTS) {
  if (wanted.length > 0 && !wanted.some((part) => shot.name.includes(part))) continue;
  const subject = await subjectNamed(shot.of);
  for (const chosen of shot.looks) {
    const picture = () => take(browser, address, shot, subject, chosen);
    await (shot.around ? shot.around(subject, picture) : picture());
  }
}
await browser.close();
await closeDatabases();
