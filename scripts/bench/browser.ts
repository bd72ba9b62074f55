import { join } from "node:path";
import { type Browser, chromium } from "@playwright/test";
import { findChromium } from "../chromium";
import { dataDirectory } from "../processes";
import { median } from "./measure";
import type { Figure } from "./report";
import { mustBe, type Stage } from "./stage";

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const CPU_SLOW_DOWN = 4;
/** So long the page is left alone once it is loaded: what shifts or works later counts too. */
const QUIET_MILLISECONDS = 2_500;

/** Milliseconds, but for the shift, which is a share of the screen. */
type Visit = {
  readonly paint: number;
  readonly shift: number;
  readonly tasks: number;
  readonly task: number;
};

/** What somebody with a slow phone sees of a page: each visit in a browser that knows nothing of it yet. */
export async function browseSlowly(stage: Stage, address: string, cookie: string): Promise<Figure[]> {
  const executablePath = await findChromium(stage.run, join(dataDirectory, "bench"));
  const browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    args: ["--disable-background-networking", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
  });
  stage.run.atEnd(() => browser.close());
  const visits: Visit[] = [];
  // As elsewhere, a first round does not count.
  for (let round = 0; round <= stage.rounds; round++) visits.push(await visit(browser, address, cookie));
  visits.shift();
  const of = (part: keyof Visit) => median(visits.map((one) => one[part]));
  const size = `phone, CPU ÷ ${CPU_SLOW_DOWN}`;
  const time = { size, unit: "ms" };
  return [
    { case: "largest paint", ...time, ours: of("paint"), target: { atMost: 2_500 } },
    { case: "layout shift", size, unit: "CLS", ours: of("shift"), target: { atMost: 0.02 } },
    { case: "long tasks, sum", ...time, ours: of("tasks"), note: "tasks above 50 ms" },
    { case: "longest task", ...time, ours: of("task") },
  ];
}

async function visit(browser: Browser, address: string, cookie: string): Promise<Visit> {
  const context = await browser.newContext(PHONE);
  const [name = "", value = ""] = cookie.split("=");
  await context.addCookies([{ name, value, url: address }]);
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOW_DOWN });
  await page.addInitScript(WATCH);
  const answer = await page.goto(address, { waitUntil: "load" });
  mustBe(`the answer of ${address}`, answer?.status(), 200);
  await page.waitForTimeout(QUIET_MILLISECONDS);
  const seen = await page.evaluate<Visit>("seen");
  await context.close();
  return seen;
}

/** Runs in the page before anything else, as text: a compiler's helpers are not there. */
const WATCH = `
  const seen = (globalThis.seen = { paint: 0, shift: 0, tasks: 0, task: 0 });
  const watch = (type, note) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  watch("largest-contentful-paint", (entry) => { seen.paint = entry.startTime; });
  watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
  watch("longtask", ({ duration }) => {
    seen.tasks += duration;
    seen.task = Math.max(seen.task, duration);
  });
`;
