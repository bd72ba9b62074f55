import { migrate } from "@/db/migrate";
import { createTestDatabase, openTestServer } from "./databases";
import { freshSecrets, localEnvironment } from "./environment";

/**
 * Gives each run of Vitest a migrated database of its own. `npm test` brings one along, because it checks the
 * invariants on it afterwards. The variables set here are those that the tests' processes inherit.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const given = process.env.KUOTA_TEST_DATABASE;
  const server = given ? null : await openTestServer();
  const database = server ? await createTestDatabase(server.url, "unit") : null;
  const databaseUrl = given ?? database?.url ?? "";
  try {
    if (database) await migrate(databaseUrl);
  } catch (error) {
    await database?.drop();
    await server?.stop();
    throw error;
  }
  Object.assign(process.env, testEnvironment(databaseUrl));
  return async () => {
    await database?.drop();
    await server?.stop();
  };
}

/** Nothing in a test may reach a real service: port 1 answers nobody. */
function testEnvironment(databaseUrl: string) {
  const place = { databaseUrl, port: 1, standInPort: 1 };
  return { ...localEnvironment(place, freshSecrets()), LOG_LEVEL: process.env.LOG_LEVEL || "silent" };
}
