/**
 * The layers of the house, the lowest first. A module may import from layers below its own, and from itself; imports
 * of types alone are free. Modules of one layer know nothing of each other.
 */
export const LAYERS: readonly (readonly string[])[] = [
  ["errors", "env"],
  ["request", "browser-policy"],
  ["log", "combining"],
  ["shutdown", "tracing"],
  // Values: pure, safe in the browser.
  ["money", "time", "text", "contact"],
  ["csv", "i18n"],
  // What is sent to others, in fair turns.
  ["queues"],
  // Nouns, each with its tables, and what stands beside them.
  [
    "attempts",
    "audit",
    "changes",
    "ledger",
    "mail",
    "metrics",
    "occurrences",
    "organizations",
    "packages",
    "payments",
    "quotas",
    "rating",
  ],
  // The gates: who may do what.
  ["auth"],
  // Steps that every use-case must take first: what is due is opened and expired before anything else happens.
  ["months"],
  ["holds"],
  // Use-cases: they may open transactions.
  ["metering"],
  ["inbox"],
  ["back-office", "provisioning", "reports", "top-ups"],
  // Tells of what happened; low is what the page calls low.
  ["alerts"],
  // What the server does on its own, by the clock.
  ["timers"],
];

/** Modules that components may use at run time, besides any module's `input`. */
export const VALUES: readonly string[] = ["errors", "money", "time", "text", "contact", "csv", "i18n"];

/** Files of ours that stand above every layer of lib/ though their folder does not. */
export const DOORS: readonly RegExp[] = [
  // next-intl's configuration, which asks who is there for the language they chose.
  /^lib\/i18n\/request$/,
  // Loaders and fixtures, which call the verbs.
  /^db\/(seed|testing|demo-[\w-]+)$/,
];

/** Where each package may be imported; a package that is not listed may be imported nowhere. */
export const PACKAGES: Readonly<Record<string, RegExp>> = {
  "@node-rs/argon2": /^lib\/auth\/argon2$/,
  "@opentelemetry/api": /^lib\/tracing$/,
  "@opentelemetry/context-async-hooks": /^lib\/tracing$/,
  "@opentelemetry/core": /^lib\/tracing$/,
  "@opentelemetry/exporter-trace-otlp-http": /^lib\/tracing$/,
  "@opentelemetry/resources": /^lib\/tracing$/,
  "@opentelemetry/sdk-trace-base": /^lib\/tracing$/,
  "@tremor/react": /^components\/charts\//,
  "csv-parse": /^lib\/rating\/meta-card$/,
  "drizzle-kit": /^drizzle\.config$/,
  "drizzle-orm": /(^|\/)store$|^db\//,
  "lucide-react": /^(app|components)\//,
  next: /^(app|components)\/|^lib\/(auth|i18n)\/|^(instrumentation|proxy|next\.config)$/,
  "next-auth": /^lib\/auth\/next-auth$|^app\/api\/auth\//,
  "next-intl": /^(app|components)\/|^lib\/i18n\/|^next\.config$/,
  nodemailer: /^lib\/mail\/transport$/,
  otpauth: /^lib\/auth\/totp$/,
  pg: /^lib\/reports\/copy$/,
  "pg-copy-streams": /^lib\/reports\/copy$/,
  pino: /^lib\/log$/,
  postgres: /^db\//,
  "prom-client": /^lib\/metrics\/metrics$/,
  react: /^(app|components)\/|^lib\/(auth|reports)\//,
  "react-dom": /^(app|components)\//,
  "server-only": /^(app|lib|db)\//,
  standardwebhooks: /^lib\/alerts\//,
  stripe: /^lib\/payments\/stripe$/,
  "temporal-polyfill": /^lib\/time\/period$/,
  uqr: /^app\/\(auth\)\/account\//,
  zod: /^(app|lib|db|components)\//,
};

/** The place of a file among the layers; null for what stands above them or beside. */
export function layerOf(path: string): number | null {
  const file = path.replace(/\.(tsx?|jsx?|mjs)$/, "");
  if (DOORS.some((door) => door.test(file))) return null;
  const module = moduleOf(file);
  if (module === null) return null;
  const layer = LAYERS.findIndex((names) => names.includes(module));
  return layer === -1 ? null : layer;
}

/** "ledger" for lib/ledger/store and for anything deeper in that folder; null outside lib/. */
export function moduleOf(path: string): string | null {
  return /^lib\/([\w-]+)(\/|\.|$)/.exec(path)?.[1] ?? null;
}
