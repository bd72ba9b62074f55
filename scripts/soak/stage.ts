import type { Run } from "../processes";
import type { Machines } from "./machines";

const ORGANIZATIONS = 20;

/** The organizations and who uses them, made by the product's own verbs before the app starts. */
export async function prepare(run: Run, { env, databaseUrl }: Machines) {
  // The modules of the product read their environment when they are loaded.
  Object.assign(process.env, env);
  const { migrate } = await import("@/db/migrate");
  await migrate(databaseUrl);
  const { closeDatabases } = await import("@/db/client");
  run.atEnd(closeDatabases);
  const { newKey, newOrganizations } = await import("../bench/clients");
  const { logIn } = await import("../bench/page");
  const organizations = await newOrganizations("soak", ORGANIZATIONS);
  const key = await newKey();
  const cookie = await logIn(...organizations.map(({ id }) => id));
  // No connection of ours may be open when the database is killed.
  await closeDatabases();
  const slugs = organizations.map(({ slug }) => slug);
  return { organizations, slugs, key, cookie, databaseUrl, before: new Map<string, number>() };
}

export type Prepared = Awaited<ReturnType<typeof prepare>>;
