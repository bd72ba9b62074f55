import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";

/** What became of the tests of one part: how many passed, and what failed, each by its name and why. */
export type Tally = { readonly passed: number; readonly failures: readonly string[] };

const vitestReport = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(""),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

const messages = z.array(z.object({ message: z.string().default("") }));
const spec = z.object({
  title: z.string(),
  file: z.string(),
  line: z.number(),
  tests: z.array(
    z.object({ status: z.string(), results: z.array(z.object({ errors: messages.default([]) })) }),
  ),
});
type Suite = { specs: z.infer<typeof spec>[]; suites?: Suite[] | undefined };
const suite: z.ZodType<Suite> = z.lazy(() =>
  z.object({ specs: z.array(spec), suites: z.array(suite).optional() }),
);
const playwrightReport = z.object({
  stats: z.object({ expected: z.number() }),
  suites: z.array(suite),
  errors: messages,
});

/** A step that is one test, such as the build. */
export function tallyStep(title: string, exitCode: number): Tally {
  return exitCode === 0 ? { passed: 1, failures: [] } : failure(title, `exit code ${exitCode}`);
}

/** One thing that failed. */
export function failure(title: string, why: string): Tally {
  return { passed: 0, failures: [named(title, why)] };
}

/**
 * Reads Vitest's JSON report, and what it leaves out: the errors that belong to no test. What did not run (skipped, to
 * do, in a file that cannot be loaded) counts as failed.
 */
export function tallyVitest(
  report: string | null,
  errorsOutsideTests: readonly string[],
  exitCode: number,
): Tally {
  if (report === null) return failure("Vitest", "left no report");
  const { numPassedTests, testResults } = vitestReport.parse(JSON.parse(report));
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const tests = assertionResults
      .filter((test) => test.status !== "passed")
      .map((test) => named(`${file} › ${test.fullName}`, test.failureMessages?.[0] ?? test.status));
    return tests.length === 0 && status === "failed" ? [named(file, message)] : tests;
  });
  const outside = errorsOutsideTests.map((error) => named("Outside of any test", error));
  return believe("Vitest", { passed: numPassedTests, failures: [...failures, ...outside] }, exitCode);
}

/** Reads Playwright's JSON report. What was skipped, or passed only on a second try, counts as failed. */
export function tallyPlaywright(report: string | null, exitCode: number): Tally {
  if (report === null) return failure("Playwright", "left no report");
  const { stats, suites, errors } = playwrightReport.parse(JSON.parse(report));
  const failures = suites
    .flatMap(specsOf)
    .flatMap(({ title, file, line, tests }) =>
      tests
        .filter(({ status }) => status !== "expected")
        .map(({ status, results }) =>
          named(`e2e/${file}:${line} › ${title}`, results[0]?.errors[0]?.message ?? status),
        ),
    );
  const outside = errors.map(({ message }) => named("Outside of any test", message));
  return believe("Playwright", { passed: stats.expected, failures: [...failures, ...outside] }, exitCode);
}

function specsOf({ specs, suites = [] }: Suite): z.infer<typeof spec>[] {
  return [...specs, ...suites.flatMap(specsOf)];
}

/** A runner that fails without a failed test, or passes without a test, has one failure of its own. */
function believe(runner: string, { passed, failures }: Tally, exitCode: number): Tally {
  const isExplained = exitCode === 0 ? passed > 0 : failures.length > 0;
  const why = exitCode === 0 ? "found no test" : `exit code ${exitCode}, though no test failed`;
  return { passed, failures: isExplained ? failures : [...failures, named(runner, why)] };
}

function named(title: string, why: string): string {
  const lines = stripVTControlCharacters(why).trim().split("\n").slice(0, LINES_OF_A_FAILURE);
  return [title, ...lines.map((line) => `  ${line.trimEnd()}`)].join("\n");
}

const LINES_OF_A_FAILURE = 6;

export function addTallies(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failures: tallies.flatMap(({ failures }) => failures),
  };
}

/** The last lines of `npm test`: what failed, and the count of all. */
export function verdict({ passed, failures }: Tally): string {
  const what = failures.length > 0 ? ["What failed:", ...failures, ""] : [];
  return [...what, `${passed} passed, ${failures.length} failed`].join("\n");
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
