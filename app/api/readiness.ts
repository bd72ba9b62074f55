import "server-only";
import { acrossOrganizations } from "@/db/client";
import { pendingMigrations } from "@/db/migrate";
import { env } from "@/lib/env";
import { logNotice } from "@/lib/log";

const PATIENCE_MS = 3_000;

type Readiness = { readonly ready: boolean; readonly reason?: "unreachable" | "not_migrated" };

// Once migrated, always migrated: asked until the answer is yes.
let migrated = false;

/** Whether the database answers within three seconds and has the newest schema. */
export async function isReady(): Promise<Readiness> {
  try {
    return await withPatience(check());
  } catch (error) {
    logNotice("not_ready", { fault: error instanceof Error ? error.name : typeof error });
    return { ready: false, reason: "unreachable" };
  }
}

async function check(): Promise<Readiness> {
  if (!migrated) migrated = (await pendingMigrations(env().DATABASE_URL)).length === 0;
  if (!migrated) return { ready: false, reason: "not_migrated" };
  await acrossOrganizations(async () => undefined);
  return { ready: true };
}

async function withPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("The database does not answer.")), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
