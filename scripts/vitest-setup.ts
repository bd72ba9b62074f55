import { migrate } from "@/db/migrate";
import { createTestDatabase, openTestServer } from "./databases";
import { freshSecrets, localEnvironment } from "./environment";

type Teardown = () => Promise<void>;

/**
 * Gives each run of Vitest a migrated database of its own. `npm test` brings one along, because it checks the
 * invariants on it afterwards. The tests' processes inherit the variables set here.
 */
export default async function setup(): Promise<Teardown> {
  const given = process.env.KUOTA_TEST_DATABASE;
  if (given) {
    setEnvironment(given);
    return async () => undefined;
  }
  const server = await openTestServer();
  const database = await createTestDatabase(server.url, "unit");
  const teardown = async () => {
    await database.drop();
    await server.stop();
  };
  try {
    await migrate(database.url);
  } catch (error) {
    await teardown();
    throw error;
  }
  setEnvironment(database.url);
  return teardown;
}

/** Nothing in a test may reach a real service: nobody listens on port 1. */
function setEnvironment(databaseUrl: string): void {
  const given = { LOG_LEVEL: process.env.LOG_LEVEL || "silent" };
  Object.assign(
    process.env,
    localEnvironment({ databaseUrl, port: 1, standInPort: 1 }, freshSecrets(), given),
  );
}
