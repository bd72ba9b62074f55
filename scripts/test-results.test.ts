import { describe, expect, test } from "vitest";
import { addTallies, planTests, tallyPlaywright, tallyStep, tallyVitest, verdict } from "./test-results";

const vitest = (report: object) =>
  JSON.stringify({ numTotalTests: 3, numPassedTests: 3, testResults: [], ...report });
const playwright = (stats: object, errors: unknown[] = []) =>
  JSON.stringify({ stats: { expected: 3, unexpected: 0, flaky: 0, skipped: 0, ...stats }, errors });

describe("what counts as failed", () => {
  test("a run is what its report says", () => {
    expect(tallyVitest(vitest({}), 0)).toEqual({ passed: 3, failed: 0 });
    expect(tallyPlaywright(playwright({ unexpected: 2 }), 1)).toEqual({ passed: 3, failed: 2 });
  });
  test("a skipped test has not passed", () => {
    expect(tallyVitest(vitest({ numPassedTests: 2 }), 0)).toEqual({ passed: 2, failed: 1 });
    expect(tallyPlaywright(playwright({ skipped: 1 }), 0)).toEqual({ passed: 3, failed: 1 });
  });
  test("a test that passed on a second try has not passed", () => {
    expect(tallyPlaywright(playwright({ flaky: 1 }), 0)).toEqual({ passed: 3, failed: 1 });
  });
  test("a file that cannot be loaded is a failure", () => {
    const testResults = [{ status: "failed", assertionResults: [] }];
    expect(tallyVitest(vitest({ testResults }), 1)).toEqual({ passed: 3, failed: 1 });
    expect(tallyPlaywright(playwright({}, [{ message: "SyntaxError" }]), 1)).toEqual({
      passed: 3,
      failed: 1,
    });
  });
  test("a runner that leaves no report, fails without a failed test or finds no test, failed", () => {
    expect(tallyVitest(null, 0)).toEqual({ passed: 0, failed: 1 });
    expect(tallyPlaywright(null, 0)).toEqual({ passed: 0, failed: 1 });
    expect(tallyVitest(vitest({}), 1)).toEqual({ passed: 3, failed: 1 });
    expect(tallyVitest(vitest({ numTotalTests: 0, numPassedTests: 0 }), 0)).toEqual({ passed: 0, failed: 1 });
  });
  test("the last line adds up every part", () => {
    const tallies = [tallyStep(0), tallyStep(2), { passed: 40, failed: 1 }];
    expect(verdict(addTallies(tallies))).toBe("41 passed, 2 failed");
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
