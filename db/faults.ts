/** What of a failed query holds what was sent, or the row that it met. */
const DATA = ["params", "parameters", "args", "detail", "where", "internal_query", "types"] as const;

/**
 * A failed query's error, without the values that it was about: those are the customers' data, and whoever prints an error
 * that nobody expected (Next.js does) prints all of it. The statement, the server's code and the names of constraint and
 * table stay. The error itself is changed, so that whatever holds it holds no data either.
 */
export function withoutData(error: unknown): unknown {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (!isOfQuery(at)) continue;
    if ("params" in at && "query" in at) rename(at, `Failed query: ${at.query}`);
    // Class 22: the value itself was wrong, and the server quotes it.
    else if (hasCode(at) && at.code.startsWith("22")) rename(at, `The database refused a value (${at.code})`);
    for (const name of DATA) if (name in at) Reflect.deleteProperty(at, name);
  }
  return error;
}

function isOfQuery(error: Error): boolean {
  return ("params" in error && "query" in error) || ("severity" in error && "code" in error);
}

function hasCode(error: Error): error is Error & { code: string } {
  return "code" in error && typeof error.code === "string";
}

/** The stack begins with the message that the error was made with. */
function rename(error: Error, message: string): void {
  const frames = error.stack?.indexOf("\n    at ") ?? -1;
  error.message = message;
  error.stack = `${error.name}: ${message}${frames >= 0 ? error.stack?.slice(frames) : ""}`;
}
