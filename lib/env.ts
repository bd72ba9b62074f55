import { z } from "zod";

const text = z.string().min(1);

const schema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_REPLICA_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Connections of the main pool of one process. */
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(12),
  NEXTAUTH_SECRET: text.min(32),
  NEXTAUTH_URL: z.url(),
  STRIPE_SECRET_KEY: text.optional(),
  STRIPE_WEBHOOK_SECRET: text.optional(),
  STRIPE_API_BASE: z.url().optional(),
  WHATSAPP_APP_SECRET: text.optional(),
  WHATSAPP_VERIFY_TOKEN: text.optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: text.default("Kuota <no-reply@localhost>"),
  /** Whether outgoing webhooks may go to this machine itself: for the demo and tests. */
  LOCAL_WEBHOOKS: z.enum(["yes", "no"]).default("no"),
  /** Proxies in front of the server whose X-Forwarded-For entries are believed; 0 when it is reached directly. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  /** Reads /api/metrics without the database, which a key needs. */
  METRICS_TOKEN: text.min(32).optional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  NODE_ENV: z.enum(["development", "production", "test"]).default("development"),
});

export type Env = z.infer<typeof schema>;

let known: Env | undefined;

/**
 * The environment, checked on first use so that a build needs none of it.
 *
 * @throws Error naming every missing or malformed variable, without the values.
 */
export function env(): Env {
  known ??= readEnv(process.env);
  return known;
}

/** @throws Error naming every missing or malformed variable, without the values. */
export function readEnv(source: Record<string, string | undefined>): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new Error(`The environment is not complete:\n${problems.join("\n")}`);
}
