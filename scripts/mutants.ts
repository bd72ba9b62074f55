import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./processes";

/**
 * `node --import tsx scripts/mutants.ts [name …]`: breaks the product on purpose, one fault at a time in a copy of its own,
 * and demands that the tests notice. Uses the database of KUOTA_TEST_DATABASE (migrated), else one of its own.
 */
type Mutant = {
  readonly name: string;
  readonly file: string;
  /** What stands there once, and what stands there instead. */
  readonly change: readonly [before: string, after: string];
  /** Test files, each of which is expected to fail. */
  readonly caughtBy: readonly string[];
};

const MUTANTS: readonly Mutant[] = [
  {
    name: "no deduplication",
    file: "lib/metering/recording.ts",
    change: [
      'for (const n of await insertEventKeys(tx, organizationId, keys)) outcomes[positions[n] ?? -1] = "duplicate";',
      "await insertEventKeys(tx, organizationId, keys);",
    ],
    caughtBy: ["lib/metering/concurrency.test.ts"],
  },
  {
    name: "two transactions instead of one: events remembered first",
    file: "lib/metering/recording.ts",
    change: [
      "of await insertEventKeys(tx, organizationId, keys))",
      "of await inOrganization(organizationId, (own) => insertEventKeys(own, organizationId, keys)))",
    ],
    caughtBy: ["lib/metering/faults.test.ts"],
  },
  {
    name: "two transactions instead of one: roll-ups afterwards",
    file: "lib/metering/preparing.ts",
    change: [
      "  const totals = [\n    ...addToRollups(id, bench.tally),",
      '  await (await import("@/db/client")).inOrganization(id, (own) => writeTogether(own, addToRollups(id, bench.tally)));\n  const totals = [',
    ],
    caughtBy: ["lib/metering/faults.test.ts"],
  },
  {
    name: "UTC for the zone",
    file: "lib/time/period.ts",
    change: [
      "export function dayOf(instant: Date | number, zone: string): Day {",
      'export function dayOf(instant: Date | number, wanted: string): Day {\n  const zone = wanted ? "UTC" : wanted;',
    ],
    caughtBy: ["lib/metering/charging.test.ts", "lib/metering/tally.test.ts", "lib/months/months.test.ts"],
  },
  {
    name: ">= for > at a price boundary",
    file: "lib/rating/rules.ts",
    change: ["if (from(row) > day) break;", "if (from(row) >= day) break;"],
    caughtBy: ["lib/metering/charging.test.ts", "lib/rating/rules.test.ts"],
  },
  {
    name: "<= for < at a tier's boundary",
    file: "lib/rating/rules.ts",
    change: ["if (unitsBefore < tier.above) break;", "if (unitsBefore <= tier.above) break;"],
    caughtBy: ["lib/metering/charging.test.ts"],
  },
  {
    name: "<= for < at the end of a window",
    file: "lib/metering/windows.ts",
    change: ["at - last < SERVICE_WINDOW", "at - last <= SERVICE_WINDOW"],
    caughtBy: ["lib/metering/windows.test.ts"],
  },
  {
    name: "answer before commit",
    file: "lib/metering/metering.ts",
    change: [
      "return await inOrganization(organizationId, (tx) => recordBatch(tx, organizationId, batch));",
      'void inOrganization(organizationId, (tx) => recordBatch(tx, organizationId, batch)).catch(() => null);\n      return batch.map(() => "accepted" as const);',
    ],
    caughtBy: ["lib/metering/concurrency.test.ts", "scripts/crash.test.ts"],
  },
  {
    name: "a hold by a look without the lock",
    file: "lib/ledger/store.ts",
    change: [" for update`;\n  return row;", "`;\n  return row;"],
    caughtBy: ["lib/holds/holds.test.ts"],
  },
  {
    name: "no settlement when a month opens",
    file: "lib/months/rules.ts",
    change: ["  settle(book, at, cause);\n", ""],
    caughtBy: ["lib/months/rules.test.ts"],
  },
];

const FOLDERS = ["app", "components", "db", "lib", "scripts"];
const FILES = ["package.json", "tsconfig.json", "vitest.config.ts"];

/** A copy of the sources; what is installed is shared. */
function copySources(): string {
  const copy = mkdtempSync(join(tmpdir(), "kuota-mutant-"));
  for (const name of [...FOLDERS, ...FILES]) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** @throws Error when the code is no longer as the mutant knows it */
function mutate(copy: string, { name, file, change: [before, after] }: Mutant): () => void {
  const path = join(copy, file);
  const source = readFileSync(path, "utf8");
  if (source.split(before).length !== 2) throw new Error(`${name}: ${file} has changed; adapt the mutant.`);
  writeFileSync(
    path,
    source.replace(before, () => after),
  );
  return () => writeFileSync(path, source);
}

function passes(copy: string, testFile: string): Promise<boolean> {
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", "--bail=1", testFile], {
    cwd: copy,
    stdio: "ignore",
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code === 0));
  });
}

const chosen = process.argv.slice(2);
const mutants = MUTANTS.filter(
  ({ name }) => chosen.length === 0 || chosen.some((word) => name.includes(word)),
);
const copy = copySources();
let survivors = 0;
try {
  for (const mutant of mutants) {
    const restore = mutate(copy, mutant);
    for (const testFile of mutant.caughtBy) {
      const survives = await passes(copy, testFile);
      if (survives) survivors += 1;
      console.log(`${survives ? "SURVIVED" : "caught  "}  ${mutant.name}  (${testFile})`);
    }
    restore();
  }
  const intact = [...new Set(mutants.flatMap(({ caughtBy }) => caughtBy))];
  for (const testFile of intact) {
    if (await passes(copy, testFile)) continue;
    survivors += 1;
    console.log(`NO PROOF  ${testFile} fails without any mutant`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${mutants.length} mutants, ${survivors} not caught`);
process.exit(survivors === 0 ? 0 : 1);
