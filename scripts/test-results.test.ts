import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { addTallies, planTests, tallyPlaywright, tallyStep, tallyVitest, verdict } from "./test-results";

type Test = { fullName: string; status: string; failureMessages?: string[] };
const vitest = (numPassedTests: number, tests: Test[] = [], file: object = {}) =>
  JSON.stringify({
    numPassedTests,
    testResults: [{ name: resolve("lib/a.test.ts"), status: "passed", assertionResults: tests, ...file }],
  });
const playwright = (expected: number, status = "expected", errors: object[] = [], outside: object[] = []) => {
  const specs = [{ title: "pays", file: "a.spec.ts", line: 7, tests: [{ status, results: [{ errors }] }] }];
  return JSON.stringify({
    stats: { expected },
    suites: [{ specs: [], suites: [{ specs }] }],
    errors: outside,
  });
};

describe("what counts as failed, and how it is told", () => {
  test("a run is what its report says", () => {
    expect(tallyVitest(vitest(3), [], 0)).toEqual({ passed: 3, failures: [] });
    expect(tallyPlaywright(playwright(3), 0)).toEqual({ passed: 3, failures: [] });
    const failed = { fullName: "adds up", status: "failed", failureMessages: ["expected 1\n  to be 2\n"] };
    expect(tallyVitest(vitest(2, [failed]), [], 1)).toEqual({
      passed: 2,
      failures: ["lib/a.test.ts › adds up\n  expected 1\n    to be 2"],
    });
    expect(tallyPlaywright(playwright(2, "unexpected", [{ message: "\u001b[31mno button" }]), 1)).toEqual({
      passed: 2,
      failures: ["e2e/a.spec.ts:7 › pays\n  no button"],
    });
  });
  test("a skipped test has not passed", () => {
    expect(tallyVitest(vitest(2, [{ fullName: "later", status: "todo" }]), [], 0)).toEqual({
      passed: 2,
      failures: ["lib/a.test.ts › later\n  todo"],
    });
    expect(tallyPlaywright(playwright(3, "skipped"), 0).failures).toHaveLength(1);
  });
  test("a test that passed on a second try has not passed", () => {
    expect(tallyPlaywright(playwright(3, "flaky", [{ message: "slow" }]), 0).failures).toHaveLength(1);
  });
  test("a file that cannot be loaded, or whose end fails, is a failure", () => {
    const file = { status: "failed", message: "SyntaxError" };
    expect(tallyVitest(vitest(3, [], file), [], 1)).toEqual({
      passed: 3,
      failures: ["lib/a.test.ts\n  SyntaxError"],
    });
    expect(
      tallyVitest(vitest(3, [{ fullName: "adds up", status: "passed" }], file), [], 1).failures,
    ).toHaveLength(1);
    expect(tallyPlaywright(playwright(3, "expected", [], [{ message: "SyntaxError" }]), 1)).toEqual({
      passed: 3,
      failures: ["Outside of any test\n  SyntaxError"],
    });
  });
  test("an error that belongs to no test is a failure", () => {
    expect(tallyVitest(vitest(3), ["Error: nobody waited for this"], 1)).toEqual({
      passed: 3,
      failures: ["Outside of any test\n  Error: nobody waited for this"],
    });
  });
  test("a runner that leaves no report, fails without a failed test or finds no test, failed", () => {
    expect(tallyVitest(null, [], 0)).toEqual({ passed: 0, failures: ["Vitest\n  left no report"] });
    expect(tallyPlaywright(null, 0)).toEqual({ passed: 0, failures: ["Playwright\n  left no report"] });
    expect(tallyVitest(vitest(3), [], 1)).toEqual({
      passed: 3,
      failures: ["Vitest\n  exit code 1, though no test failed"],
    });
    expect(tallyVitest(vitest(0), [], 0)).toEqual({ passed: 0, failures: ["Vitest\n  found no test"] });
  });
  test("the last lines say what failed, and add up every part", () => {
    const tallies = [tallyStep("Types", 0), tallyStep("Build", 2), { passed: 40, failures: ["A test"] }];
    expect(verdict(addTallies(tallies))).toBe(
      "What failed:\nBuild\n  exit code 2\nA test\n\n41 passed, 2 failed",
    );
    expect(verdict({ passed: 1, failures: [] })).toBe("1 passed, 0 failed");
  });
});

describe("what a call runs", () => {
  test("without arguments: everything", () => {
    expect(planTests([])).toEqual({ checks: true, unit: [], browser: [] });
  });
  test("a mode runs one part and passes its arguments on", () => {
    expect(planTests(["unit", "-t", "M1"])).toEqual({ checks: false, unit: ["-t", "M1"], browser: null });
    expect(planTests(["e2e", "access"])).toEqual({ checks: false, unit: null, browser: ["access"] });
  });
  test("file names go to the runner that they belong to", () => {
    expect(planTests(["lib/money", "e2e/access.spec.ts"])).toEqual({
      checks: false,
      unit: ["lib/money"],
      browser: ["e2e/access.spec.ts"],
    });
  });
});
