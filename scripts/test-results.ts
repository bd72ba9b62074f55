import { z } from "zod";

/** How many tests of one part passed and failed. */
export type Tally = { readonly passed: number; readonly failed: number };

const vitestReport = z.object({
  numTotalTests: z.number(),
  numPassedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

const playwrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
  errors: z.array(z.unknown()),
});

/** A step that is one test, such as the build. */
export function tallyStep(exitCode: number): Tally {
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Counts Vitest's JSON report. What did not run (skipped, to do, in a file that cannot be loaded) counts as failed. */
export function tallyVitest(report: string | null, exitCode: number): Tally {
  if (report === null) return tallyStep(1);
  const { numPassedTests, numTotalTests, testResults } = vitestReport.parse(JSON.parse(report));
  const notLoaded = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  return believe(numPassedTests, numTotalTests - numPassedTests + notLoaded.length, exitCode);
}

/** Counts Playwright's JSON report. What was skipped, or passed only on a second try, counts as failed. */
export function tallyPlaywright(report: string | null, exitCode: number): Tally {
  if (report === null) return tallyStep(1);
  const { stats, errors } = playwrightReport.parse(JSON.parse(report));
  return believe(stats.expected, stats.unexpected + stats.flaky + stats.skipped + errors.length, exitCode);
}

/** A runner that fails without a failed test, or passes without a test, has one failure of its own. */
function believe(passed: number, failed: number, exitCode: number): Tally {
  const isExplained = exitCode === 0 ? passed > 0 : failed > 0;
  return { passed, failed: isExplained ? failed : failed + 1 };
}

export function addTallies(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** The last line of `npm test`. */
export function verdict({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed`;
}

export type Plan = {
  /** Lint, types and a short soak: only when everything is asked for. */
  readonly checks: boolean;
  /** Arguments for Vitest, or null when it is not to run. */
  readonly unit: readonly string[] | null;
  /** Arguments for Playwright, or null when it is not to run. */
  readonly browser: readonly string[] | null;
};

/** What `npm test`, `npm run test:unit` and `npm run test:e2e` run: everything, one part, or the named files. */
export function planTests(args: readonly string[]): Plan {
  const [mode, ...rest] = args;
  if (mode === "unit") return { checks: false, unit: rest, browser: null };
  if (mode === "e2e") return { checks: false, unit: null, browser: rest };
  if (args.length === 0) return { checks: true, unit: [], browser: [] };
  const browser = args.filter((arg) => /^(\.\/)?e2e\/|\.spec\.ts/.test(arg));
  const unit = args.filter((arg) => !browser.includes(arg));
  return {
    checks: false,
    unit: unit.length > 0 ? unit : null,
    browser: browser.length > 0 ? browser : null,
  };
}
