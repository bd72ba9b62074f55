import { parseArgs } from "node:util";
import { type Run, runCommand, scriptTask } from "../processes";
import { type Figure, report, versions } from "./report";
import { type Stage, setStage } from "./stage";

type Bench = (stage: Stage) => Promise<Figure[]>;

/** Loaded one by one: what they call reads its environment when it is loaded. */
const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  ingest: async () => (await import("./ingest")).benchIngest,
  holds: async () => (await import("./holds")).benchHolds,
  csv: async () => (await import("./csv")).benchCsv,
  trend: async () => (await import("./trend")).benchTrend,
  page: async () => (await import("./page")).benchPage,
  months: async () => (await import("./months")).benchMonths,
  flood: async () => (await import("./flood")).benchFlood,
  verify: async () => (await import("./verify")).benchVerify,
};

const USAGE = `npm run bench -- [${Object.keys(BENCHES).join("|")} …] [--organizations N] [--rows N] [--rounds N] [--seed N]`;

await runCommand(130, async (run) => {
  const { values, positionals } = readArguments();
  const sizes = {
    seed: count(values.seed) ?? 1,
    rounds: count(values.rounds) ?? 5,
    organizations: count(values.organizations),
    rows: count(values.rows),
  };
  for (const name of positionals) {
    if (!BENCHES[name]) throw new Error(`There is no bench "${name}".\n${USAGE}`);
  }
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
  const [only] = names;
  if (names.length === 1 && only) await runBench(run, only, sizes);
  else for (const name of names) if (!(await runAlone(run, name))) return 1;
  return 0;
});

function readArguments() {
  const text = { type: "string" } as const;
  const options = { organizations: text, rows: text, rounds: text, seed: text };
  try {
    return parseArgs({ args: process.argv.slice(2), options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

function count(text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text.replaceAll(/[_,]/g, ""));
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`"${text}" is no count.\n${USAGE}`);
  return value;
}

async function runBench(run: Run, name: string, sizes: Parameters<typeof setStage>[2]): Promise<void> {
  console.log(`── ${name}`);
  const began = performance.now();
  const stage = await setStage(run, name, sizes);
  const bench = await BENCHES[name]?.();
  const figures = (await bench?.(stage)) ?? [];
  const [server] = await stage.connect(1)<{ server_version: string }[]>`show server_version`;
  const seconds = Math.round((performance.now() - began) / 1_000);
  const facts = { rounds: sizes.rounds, seed: sizes.seed, seconds, at: new Date().toISOString() };
  report(name, figures, { ...facts, versions: versions(server?.server_version ?? "") });
  console.log(`  in ${seconds} s, seed ${sizes.seed}, medians of ${sizes.rounds} rounds`);
}

/** In a process of its own, so that no bench finds another's server, pools or memory. @returns whether it succeeded. */
async function runAlone(run: Run, name: string): Promise<boolean> {
  const options = Object.entries(readArguments().values).map(([option, value]) => `--${option}=${value}`);
  return (await run.exitCode(scriptTask(`bench ${name}`, "bench/main.ts", [name, ...options]))) === 0;
}
