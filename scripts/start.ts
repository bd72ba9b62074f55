import { existsSync } from "node:fs";
import { join } from "node:path";
import { pendingMigrations } from "@/db/migrate";
import { readEnv } from "@/lib/env";
import { root } from "./processes";

const SECRETS = [
  "NEXTAUTH_SECRET",
  "STRIPE_SECRET_KEY",
  "STRIPE_WEBHOOK_SECRET",
  "WHATSAPP_APP_SECRET",
  "WHATSAPP_VERIFY_TOKEN",
];

/** What must be there before a production server starts, as sentences that name what is missing. */
async function problems(): Promise<string[]> {
  const found: string[] = [];
  if (!existsSync(join(root, ".next", "BUILD_ID"))) found.push("The app is not built. Run: npm run build");
  const missing = SECRETS.filter((name) => !process.env[name]);
  if (missing.length > 0) found.push(`Secrets are missing: ${missing.join(", ")}. See .env.example`);
  try {
    readEnv({ ...process.env, NODE_ENV: "production" });
  } catch (error) {
    found.push(messageOf(error));
  }
  if (process.env.DATABASE_URL) found.push(...(await databaseProblems(process.env.DATABASE_URL)));
  return found;
}

async function databaseProblems(url: string): Promise<string[]> {
  try {
    const pending = await pendingMigrations(url);
    if (pending.length === 0) return [];
    const names = pending.join(", ");
    return [`The database lacks ${pending.length} migrations (${names}). Run: npm run kuota -- migrate`];
  } catch (error) {
    return [`The database of DATABASE_URL cannot be used: ${messageOf(error)}`];
  }
}

/** A refused connection has a code and no message. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}

const found = await problems();
for (const problem of found) console.error(problem);
process.exit(found.length === 0 ? 0 : 1);
