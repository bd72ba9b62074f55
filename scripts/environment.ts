import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readIfThere } from "./lock";
import { dataDirectory, type Environment } from "./processes";

const secretsSchema = z.object({
  nextAuth: z.string(),
  stripeWebhook: z.string(),
  whatsappApp: z.string(),
  whatsappVerify: z.string(),
});

export type Secrets = z.infer<typeof secretsSchema>;

/** Where a local app and its Stripe stand-in listen, on which database it works, and the folder of their logs. */
export type Place = {
  readonly databaseUrl: string;
  readonly port: number;
  readonly standInPort: number;
  readonly logs: string;
};

/** Secrets of this clone's demo: made on the first call, the same ever after. */
export function localSecrets(): Secrets {
  const file = join(dataDirectory, "secrets.json");
  const known = readIfThere(file);
  if (known !== null) return secretsSchema.parse(JSON.parse(known));
  const secrets = freshSecrets();
  mkdirSync(dataDirectory, { recursive: true });
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return secretsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

export function freshSecrets(): Secrets {
  const secret = () => randomBytes(24).toString("hex");
  return {
    nextAuth: secret(),
    stripeWebhook: `whsec_${secret()}`,
    whatsappApp: secret(),
    whatsappVerify: secret(),
  };
}

/** The whole environment of an app on this machine. What is `given` goes before what is made here. */
export function localEnvironment(
  { databaseUrl, port, standInPort }: Omit<Place, "logs">,
  secrets: Secrets,
  given: Readonly<Record<string, string | undefined>> = {},
): Environment {
  return {
    DATABASE_URL: databaseUrl,
    DATABASE_REPLICA_URL: given.DATABASE_REPLICA_URL ?? "",
    NEXTAUTH_URL: given.NEXTAUTH_URL || `http://localhost:${port}`,
    NEXTAUTH_SECRET: given.NEXTAUTH_SECRET || secrets.nextAuth,
    STRIPE_API_BASE: `http://127.0.0.1:${standInPort}`,
    STRIPE_SECRET_KEY: "sk_test_1234567890abcdef",
    STRIPE_WEBHOOK_SECRET: given.STRIPE_WEBHOOK_SECRET || secrets.stripeWebhook,
    WHATSAPP_APP_SECRET: given.WHATSAPP_APP_SECRET || secrets.whatsappApp,
    WHATSAPP_VERIFY_TOKEN: given.WHATSAPP_VERIFY_TOKEN || secrets.whatsappVerify,
    SMTP_URL: given.SMTP_URL ?? "",
    LOCAL_WEBHOOKS: "yes",
    LOG_LEVEL: given.LOG_LEVEL || "info",
  };
}
