import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { buildApp } from "../app";
import { type Figure, report } from "../bench/report";
import { dataDirectory, type Run, runCommand, scriptTask } from "../processes";
import { factsOfEnd, openConnections } from "./ending";
import { heldByApp, holdings, type Machines, setUp } from "./machines";
import { type Plan, planSoak } from "./plan";
import { prepare } from "./stage";
import { Tally } from "./tally";
import { BATCH, buyer, exporter, holder, listener, type Scene, SENDERS, sender, visitor } from "./traffic";

/**
 * `npm run soak -- [--minutes 30] [--kill-every seconds] [--rate events-per-second] [--seed N]`
 *
 * The production server on a PostgreSQL of its own, under mixed load at half of what this machine takes, while both are
 * killed (SIGKILL) in turn. Fails when an acknowledged event is lost, anything is doubled, an invariant is broken, memory
 * grows, a connection or a file stays open, or a request fails while everything is up.
 */
const USAGE = "npm run soak -- [--minutes N] [--kill-every SECONDS] [--rate EVENTS_PER_SECOND] [--seed N]";

const CALIBRATION_MS = 15_000;
/** Nothing is killed so shortly before the end. */
const LAST_CALM_MS = 4_000;
const READY_PATIENCE_MS = 60_000;
const LEAST_WARM_SECONDS = 60;

await runCommand(130, async (run) => {
  const plan = planSoak(readArguments());
  const began = performance.now();
  console.log(`The app is ${await buildApp(run)}.`);
  const machines = await setUp(run);
  const stage = await prepare(run, machines);
  await machines.app.start();
  const tally = new Tally();
  const most = plan.rate ?? (await measureRate(machines, stage));
  const rate = plan.rate ?? most / 2;
  console.log(
    `${plan.minutes} minutes at ${Math.round(rate)} events/s${plan.rate ? "" : `, half of ${Math.round(most)}`}; a kill every ${plan.killEverySeconds} s`,
  );
  const endsAt = performance.now() + plan.minutes * 60_000;
  const scene: Scene = {
    ...stage,
    url: machines.app.url,
    seed: plan.seed,
    batchesPerSecond: Math.max(1, rate / BATCH),
    tally,
    isOver: () => performance.now() >= endsAt,
    pay: (checkout) => pay(machines, checkout),
  };
  const watched = watch(machines, plan, endsAt);
  const actors = [
    ...Array.from({ length: SENDERS }, () => sender),
    holder,
    visitor,
    exporter,
    buyer,
    listener,
    listener,
  ];
  const acting = Promise.all(actors.map((actor) => actor(scene)));
  const [kills] = await Promise.all([killInTurn(machines, plan, tally, endsAt), acting]);
  const life = await watched;
  const rest = await comeToRest(machines, plan);
  const end = await factsOfEnd(stage, tally);
  const isValid = await verify(run, machines.databaseUrl);
  const seconds = Math.round((performance.now() - began) / 1_000);
  const sent = [...tally.events.values()].reduce((sum, count) => sum + count, 0);
  const figures = figuresOf({ plan, tally, kills, life, rest, end, isValid, sent });
  report("soak", figures, { ...plan, ...tally.counts, seconds, at: new Date().toISOString() });
  for (const problem of [...new Set(tally.problems)].slice(0, 20)) console.log(`  ! ${problem}`);
  const isReached = figures.every(reaches);
  console.log(isReached ? "\n  Nothing was lost, nothing doubled." : "\n  FAILED: see the lines with “no”.");
  return isReached ? 0 : 1;
});

function readArguments() {
  const text = { type: "string" } as const;
  const options = { minutes: text, "kill-every": text, rate: text, seed: text };
  try {
    return parseArgs({ args: process.argv.slice(2), options, strict: true }).values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

/** How many events a second the app takes here, by the same senders without a pause. */
async function measureRate(machines: Machines, stage: Awaited<ReturnType<typeof prepare>>): Promise<number> {
  const tally = new Tally();
  const began = performance.now();
  const isOver = () => performance.now() - began > CALIBRATION_MS;
  const nobody = async () => undefined;
  const scene = {
    ...stage,
    url: machines.app.url,
    seed: 0,
    batchesPerSecond: 1e6,
    tally,
    isOver,
    pay: nobody,
  };
  await Promise.all(Array.from({ length: SENDERS }, () => sender(scene)));
  for (const [slug, count] of tally.events) stage.before.set(slug, (stage.before.get(slug) ?? 0) + count);
  if (tally.problems.length > 0) throw new Error(tally.problems[0]);
  return (tally.counts.batches * BATCH) / ((performance.now() - began) / 1_000);
}

async function pay({ standIn }: Machines, checkout: string): Promise<void> {
  const id = /cs_[\w]+/.exec(checkout)?.[0];
  if (!id) throw new Error(`${checkout} is no payment page`);
  await standIn.control(`sessions/${id}/complete`, { wait: false });
}

type Kills = { app: number; database: number; slowest: number };

/** Kills the app and the database in turn; in the last third of the time the database alone, so that one app grows old. */
async function killInTurn(machines: Machines, plan: Plan, tally: Tally, endsAt: number): Promise<Kills> {
  const kills: Kills = { app: 0, database: 0, slowest: 0 };
  const began = performance.now();
  const every = plan.killEverySeconds * 1_000;
  for (let turn = 1; began + turn * every < endsAt - LAST_CALM_MS; turn++) {
    await wait(Math.max(0, began + turn * every - performance.now()));
    const isApp = turn % 2 === 1 && performance.now() < plan.sparedFrom(began);
    tally.down();
    const took = await (isApp ? machines.app : machines.database).killAndRestart();
    await untilReady(machines);
    tally.up();
    kills[isApp ? "app" : "database"] += 1;
    kills.slowest = Math.max(kills.slowest, took);
    if (machines.app.hasEnded()) tally.wrong("the app ended when its database did");
  }
  return kills;
}

/** @throws Error when the app does not come back by itself */
async function untilReady({ app }: Machines): Promise<void> {
  const giveUpAt = performance.now() + READY_PATIENCE_MS;
  while (performance.now() < giveUpAt) {
    const status = await fetch(`${app.url}/api/ready`).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    await wait(100);
  }
  throw new Error("The app did not come back.");
}

type Life = {
  /** Resident, in MB. */
  readonly resident: { early: number; late: number };
  /** What stays after a collection of the long-lived objects, in MB. */
  readonly live: { early: number; late: number };
  readonly files: number;
  readonly seconds: number;
};

type Sample = { life: number; age: number; megabytes: number; files: number; held: number | null };

/** The memory of the last app: when it was warm, and at the end. */
async function watch(machines: Machines, plan: Plan, endsAt: number): Promise<Life> {
  const { app } = machines;
  let samples: Sample[] = [];
  while (performance.now() < endsAt) {
    await wait(1_000);
    const life = app.lives();
    if (app.hasEnded()) continue;
    const held = await heldByApp(machines);
    if (app.hasEnded() || app.lives() !== life) continue;
    samples = samples.filter((sample) => sample.life === life);
    samples.push({ life, age: app.age() / 1_000, ...holdings(app.pid()), held });
  }
  const seconds = samples.at(-1)?.age ?? 0;
  const warm = Math.min(plan.warmSeconds, seconds / 2);
  const span = Math.max(3, plan.warmSeconds / 2);
  const early = samples.filter(({ age }) => age >= warm && age < warm + span);
  const late = samples.filter(({ age }) => age >= seconds - span);
  const resident = (some: readonly Sample[]) => middle(some.map(({ megabytes }) => megabytes));
  const live = (some: readonly Sample[]) => Math.min(...some.flatMap(({ held }) => held ?? []));
  return {
    resident: { early: resident(early), late: resident(late) },
    live: { early: live(early), late: live(late) },
    files: Math.max(...samples.map(({ files }) => files)),
    seconds,
  };
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** What is still open once nobody uses the app any more. */
async function comeToRest({ app, databaseUrl }: Machines, plan: Plan) {
  await wait(plan.restSeconds * 1_000);
  return { files: holdings(app.pid()).files, connections: await openConnections(databaseUrl) };
}

async function verify(run: Run, databaseUrl: string): Promise<boolean> {
  const log = join(dataDirectory, "soak", "verify.log");
  const code = await run.exitCode(
    scriptTask("verify", "verify.ts", [], { env: { DATABASE_URL: databaseUrl }, log }),
  );
  if (code !== 0) console.error(readFileSync(log, "utf8"));
  return code === 0;
}

type Everything = {
  plan: Plan;
  tally: Tally;
  kills: Kills;
  life: Life;
  rest: { files: number; connections: number };
  end: Awaited<ReturnType<typeof factsOfEnd>>;
  isValid: boolean;
  sent: number;
};

function figuresOf({ plan, tally, kills, life, rest, end, isValid, sent }: Everything): Figure[] {
  const size = `${plan.minutes} min`;
  const none = { atMost: 0 };
  const count = (
    name: string,
    ours: number,
    unit: string,
    target?: Figure["target"],
    note?: string,
  ): Figure => ({
    case: name,
    size,
    ours,
    unit,
    ...(target && { target }),
    ...(note && { note }),
  });
  // A server that is younger still compiles itself.
  const isOld = plan.warmSeconds >= LEAST_WARM_SECONDS && life.seconds >= 2 * plan.warmSeconds;
  const memory = (name: string, { early, late }: Life["live"], note: string, counts = isOld): Figure => ({
    case: name,
    size: `${Math.round(life.seconds)} s old`,
    ours: late,
    baseline: early,
    unit: "MB",
    ...(counts && { target: { atMost: 1.1 } }),
    note: `${note}, of the last app, against itself ${Math.round(plan.warmSeconds)} s after its start`,
  });
  const { batches, pages, exports, topUps, holds, streams } = tally.counts;
  const mixed = `${pages} pages, ${exports} downloads, ${topUps} top-ups, ${holds} holds, ${streams} streams`;
  return [
    count("rate", sent / (plan.minutes * 60), "events/s", undefined, `${mixed}; ${batches} batches`),
    count("app killed", kills.app, "times", { atLeast: Math.min(1, plan.expectedKills) }),
    count("database killed", kills.database, "times", { atLeast: Math.min(1, plan.expectedKills - 1) }),
    count("slowest return", kills.slowest / 1_000, "s"),
    count("unanswered while down", tally.unanswered, "requests", undefined, "all of them sent again"),
    count("events lost or doubled", end.events, "events", none),
    count("charges wrong", end.charges, "organizations", none),
    count("top-ups lost or doubled", end.payments, "organizations", none),
    count("holds left open", end.holds, "holds", none),
    count("wrong answers", tally.problems.length, "answers", none),
    count("invariants broken", isValid ? 0 : 1, "or more", none),
    memory("memory, live objects", life.live, "the least that was left after collections"),
    // Garbage that V8 has not collected yet comes and goes in it; a leak shows in the line above.
    memory("memory, resident", life.resident, "the median", false),
    count("connections at rest", rest.connections, "to the database", { atMost: plan.mostConnections }),
    count("files and sockets at rest", rest.files, "of the app", { atMost: life.files }),
  ];
}

function reaches({ ours, baseline = 1, target }: Figure): boolean {
  if (!target) return true;
  return "atLeast" in target ? ours / baseline >= target.atLeast : ours / baseline <= target.atMost;
}
