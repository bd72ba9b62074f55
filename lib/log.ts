import "server-only";
import { type Logger, pino } from "pino";
import { env } from "@/lib/env";
import { currentRequest } from "@/lib/request";

/** What a line may say: ids, counts, codes. Never message content, phone numbers, e-mail addresses or secrets. */
export type Facts = { readonly [name: string]: string | number | bigint | boolean | null | undefined };

/** Removed wherever they appear, should one slip in. */
const SECRETS = [
  "authorization",
  "contact",
  "cookie",
  "email",
  "key",
  "name",
  "password",
  "phone",
  "secret",
  "to",
  "token",
  "totp",
];

let logger: Logger | undefined;

type FaultListener = (event: string) => void;

// One list per process, however many bundles import this file.
const shared = globalThis as typeof globalThis & { kuotaFaultListener?: FaultListener };

/** Has every fault told by its name as well: for counting. Takes the place of who listened before. */
export function onFault(listener: FaultListener): void {
  shared.kuotaFaultListener = listener;
}

function line(): Logger {
  logger ??= pino(
    {
      level: env().LOG_LEVEL,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => {
        const request = currentRequest();
        return request ? { requestId: request.id } : {};
      },
      redact: { paths: SECRETS, remove: true },
    },
    // Standard output belongs to what a command answers, such as a new key.
    pino.destination({ fd: 2, sync: true }),
  );
  return logger;
}

/** The one line of a change that was made: what ("key.created"), and the ids to find it by. */
export function logMutation(action: string, facts: Facts = {}): void {
  line().info({ ...plain(facts), action }, action);
}

/** Something expected but worth counting: a refused log-in, a job that will be tried again. */
export function logNotice(event: string, facts: Facts = {}): void {
  line().warn({ ...plain(facts), event }, event);
}

/** The one line of a fault of ours: an error that nobody expected. */
export function logFault(event: string, error: unknown, facts: Facts = {}): void {
  shared.kuotaFaultListener?.(event);
  line().error({ ...plain(facts), event, ...describeFault(error) }, event);
}

/**
 * What may be written down of an error. Failed queries carry their parameters in their message, which are the
 * customers' data: of those only the statement and the server's code are kept.
 */
export function describeFault(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { fault: typeof error };
  const cause = error.cause instanceof Error ? describeFault(error.cause) : undefined;
  const database = databaseFault(error);
  // JSON.parse quotes what it could not read.
  const hidesData =
    "params" in error || "query" in error || database !== undefined || error instanceof SyntaxError;
  const firstFrame = error.stack?.indexOf("\n    at ") ?? -1;
  return {
    fault: error.name,
    ...(hidesData ? {} : { message: error.message }),
    ...("query" in error && typeof error.query === "string" ? { query: error.query } : {}),
    ...database,
    ...(firstFrame >= 0 ? { stack: error.stack?.slice(firstFrame + 1) } : {}),
    ...(cause ? { cause } : {}),
  };
}

/** PostgreSQL's own description of what went wrong, without the values in it. */
function databaseFault(error: Error): Record<string, unknown> | undefined {
  if (!("severity" in error) || !("code" in error)) return undefined;
  const constraint = "constraint_name" in error ? error.constraint_name : undefined;
  const table = "table_name" in error ? error.table_name : undefined;
  return { code: error.code, constraint, table };
}

function plain(facts: Facts): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === "bigint" ? String(value) : value]),
  );
}
