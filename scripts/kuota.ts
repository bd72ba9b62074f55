import { resolve } from "node:path";
import { type Command, help, readCommandLine } from "./command-line";
import { openDatabase, recreateDemoDatabase } from "./databases";
import { localEnvironment, localSecrets } from "./environment";
import { type Run, runCommand } from "./processes";

const isGiven = Boolean(process.env.DATABASE_URL);

const commands: Command[] = [
  {
    name: "staff create",
    usage: "--email E [--name N] [--role operator|viewer] [--password P]",
    does: "Makes a log-in for the back office and prints its password.",
    required: ["email"],
    optional: ["name", "role", "password"],
    async run(given) {
      await (await import("./operator-commands")).createStaffMember(given);
    },
  },
  {
    name: "password reset",
    usage: "--email E [--password P]",
    does: "Gives a person who forgot their password another one, prints it and logs them out everywhere.",
    required: ["email"],
    optional: ["password"],
    async run(given) {
      await (await import("./operator-commands")).setNewPassword(given);
    },
  },
  {
    name: "key create",
    usage: "--scopes A,B [--organization S] [--name N]",
    does: "Makes an API key of the platform, or of one organization, and prints it.",
    required: ["scopes"],
    optional: ["organization", "name"],
    async run(given) {
      await (await import("./operator-commands")).createKey(given);
    },
  },
  {
    name: "migrate",
    usage: "",
    does: "Brings the database to the newest schema.",
    async run() {
      await migrateDatabase();
    },
  },
  {
    name: "backup drill",
    usage: "",
    does: "Backs the database up, restores it into a database of its own on the same server, compares, and drops that again.",
    async run() {
      await (await import("./backup-drill")).drill(databaseUrl());
    },
  },
  {
    name: "backup",
    usage: "FILE",
    does: "Writes the whole database to FILE, and what it holds to FILE.json.",
    words: ["FILE"],
    async run({ words: [file = ""] }) {
      const { backUp } = await import("./backup");
      showRows(await backUp(databaseUrl(), fromCaller(file)));
    },
  },
  {
    name: "restore",
    usage: "FILE",
    does: "Fills an empty database from a backup, brings it to the newest schema and checks it.",
    words: ["FILE"],
    async run({ words: [file = ""] }) {
      const { restore } = await import("./backup");
      showRows(await restore(databaseUrl(), fromCaller(file)));
    },
  },
  {
    name: "demo load",
    usage: "[--json]",
    does: "Migrates, loads the demo organizations once, and prints their log-ins and an API key.",
    flags: ["json"],
    async run({ flags }) {
      await migrateDatabase();
      const { loadDemo } = await import("@/db/seed");
      const demo = await loadDemo({ onProgress: (line) => console.error(line) });
      if (flags.json) {
        console.log(JSON.stringify(demo));
        return;
      }
      console.table(demo.logins);
      console.log(`API key: ${demo.apiKey}`);
    },
  },
  {
    name: "demo reset",
    usage: "",
    does: "Empties the demo's embedded database. The next demo loads it anew.",
    async run() {
      if (isGiven) throw new Error("DATABASE_URL is set. Only the demo's own database is ever emptied.");
      await recreateDemoDatabase(databaseUrl());
      await migrateDatabase();
    },
  },
  {
    name: "rates import",
    usage: "FILE --book B --from DATE [--fee-percent P]",
    does: "Publishes one of Meta's rate cards as a version of a price book.",
    words: ["FILE"],
    required: ["book", "from"],
    optional: ["fee-percent"],
    async run(given) {
      await (await import("./operator-commands")).importRates(given);
    },
  },
];

await runCommand(130, async (run) => {
  const line = process.argv.slice(2);
  if (line.length === 0 || line[0] === "--help") {
    console.log(help(commands));
    return 0;
  }
  const { command, given } = readCommandLine(commands, line);
  await completeEnvironment(run);
  await command.run(given);
  const { closeDatabases } = await import("@/db/client");
  await closeDatabases();
  return 0;
});

/**
 * The database is that of `DATABASE_URL`, else the demo's. What else the environment lacks is the demo's too: it
 * belongs to the web server, and no command here depends on it.
 */
async function completeEnvironment(run: Run): Promise<void> {
  const place = { databaseUrl: await openDatabase(run), port: 3000, standInPort: 12111 };
  Object.assign(process.env, localEnvironment(place, localSecrets(), process.env));
  // Standard output is for the answer alone.
  process.env.LOG_LEVEL = "silent";
}

/** npm works in the project's folder and tells where it was called. */
function fromCaller(file: string): string {
  return resolve(process.env.INIT_CWD ?? "", file);
}

function showRows({ takenAt, rows }: { takenAt: string; rows: Readonly<Record<string, number>> }): void {
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  console.log(`${Object.keys(rows).length} tables with ${total} rows, as of ${takenAt}`);
}

function databaseUrl(): string {
  return process.env.DATABASE_URL ?? "";
}

async function migrateDatabase(): Promise<void> {
  const { migrate } = await import("@/db/migrate");
  await migrate(databaseUrl());
}
