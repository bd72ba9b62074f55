import { writeFileSync } from "node:fs";
import type { Reporter } from "vitest/node";

/** Writes the errors that belong to no test, such as an unhandled rejection, to the file KUOTA_TEST_ERRORS. */
export default class ErrorsReporter implements Reporter {
  onTestRunEnd(_modules: unknown, errors: readonly { message: string; stack?: string }[]): void {
    const file = process.env.KUOTA_TEST_ERRORS;
    if (file) writeFileSync(file, JSON.stringify(errors.map(({ message, stack }) => stack ?? message)));
  }
}
