import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";
import { buildApp, startApp, startStandIn } from "./app";
import { openDatabase, standInState } from "./databases";
import { localEnvironment, localSecrets } from "./environment";
import {
  dataDirectory,
  type Environment,
  elapsedSeconds,
  exitOf,
  type Run,
  requireFreePort,
  runCommand,
  scriptTask,
} from "./processes";

const demoSchema = z.object({
  logins: z.array(
    z.object({ email: z.string(), password: z.string(), role: z.string(), organization: z.string() }),
  ),
  apiKey: z.string(),
});

type Demo = z.infer<typeof demoSchema>;

const mode = process.argv.includes("--dev") ? "dev" : "start";

await runCommand(0, async (run) => {
  const port = Number(process.env.PORT || 3000);
  const standInPort = Number(process.env.STRIPE_STAND_IN_PORT || 12111);
  await requireFreePort(port, "PORT");
  await requireFreePort(standInPort, "STRIPE_STAND_IN_PORT");
  mkdirSync(dataDirectory, { recursive: true });

  const place = { databaseUrl: await openDatabase(run), port, standInPort, logs: dataDirectory };
  const env = localEnvironment(place, localSecrets(), process.env);
  say("The database is up.");
  const [demo] = await Promise.all([loadDemo(run, env), mode === "start" && build(run)]);
  await startStandIn(run, place, { ...env, STRIPE_STAND_IN_STATE: standInState });
  const app = await startApp(run, place, env, mode);
  await printDemo(demo, env);
  await exitOf(app);
  throw new Error(
    mode === "start" ? `The app has ended. Its log: ${join(dataDirectory, "app.log")}` : "The app has ended.",
  );
});

async function loadDemo(run: Run, env: Environment): Promise<Demo> {
  const output = await run.output(
    scriptTask("Loading the demo data", "kuota.ts", ["demo", "load", "--json"], { env }),
  );
  return demoSchema.parse(JSON.parse(output));
}

async function build(run: Run): Promise<void> {
  say("Building the app …");
  const outcome = await buildApp(run);
  say(outcome === "built" ? "The app is built." : "The app is built already.");
}

/** One line of progress with the seconds since the command started. */
function say(line: string): void {
  console.log(`${elapsedSeconds().padStart(6)} s  ${line}`);
}

async function printDemo(demo: Demo, env: Environment): Promise<void> {
  const columns = ["email", "password", "role", "organization"] as const;
  const rows = [
    { email: "E-mail", password: "Password", role: "Role", organization: "Organization" },
    ...demo.logins,
  ];
  const widths = columns.map((column) => Math.max(...rows.map((row) => row[column].length)));
  say("Ready. Ctrl-C stops all of it.\n");
  console.log(`  Kuota             ${env.NEXTAUTH_URL}\n`);
  for (const row of rows) {
    console.log(
      `  ${columns
        .map((column, index) => row[column].padEnd(widths[index] ?? 0))
        .join("   ")
        .trimEnd()}`,
    );
  }
  console.log(`
  API key           ${demo.apiKey}
  WhatsApp webhook  ${env.NEXTAUTH_URL}/api/webhooks/whatsapp
    app secret      ${env.WHATSAPP_APP_SECRET}
    verify token    ${env.WHATSAPP_VERIFY_TOKEN}
  Stripe stand-in   ${env.STRIPE_API_BASE}
  Database          ${env.DATABASE_URL}
  Mails and logs    ${relative(process.cwd(), dataDirectory) || dataDirectory}/
`);
}
