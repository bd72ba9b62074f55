import { spawnSync } from "node:child_process";
import { createWriteStream, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { dataDirectory } from "../processes";
import { Client } from "./client";
import { newKey, newOrganization, storeMessages } from "./clients";
import { inTurn, median, milliseconds } from "./measure";
import type { Figure } from "./report";
import { mustBe, type Stage, verify } from "./stage";

const DAYS = 89;
const SLOW_CHUNK_PAUSE_MS = 25;
const SLOW_READ_MS = 8_000;
const MEGABYTE = 1_048_576;

/** The columns of whatsapp.csv as they are stored. */
const STORED = `
  select m.occurred_at, m.booked_at, m.category, m.unit, m.business_number, m.contact, m.market, m.template, b.name,
         m.message_id, m.units, m.unit_price_micros, m.amount_micros, m.paid_from, m.paid_initial_micros,
         m.paid_additional_micros, m.free_reason, v.effective_from, 'IDR' as currency
  from messages m
  left join broadcasts b on b.organization_id = m.organization_id and b.broadcast_id = m.broadcast_id
  left join price_versions v on v.id = m.price_version_id`;

type Download = { readonly client: Client; readonly path: string };

/**
 * How fast whatsapp.csv of three months comes, against `psql \\copy` of the same columns in the same order to a file;
 * when its first bytes come; and what memory the server takes for a reader that is slow.
 * Fails when a row is missing or the file is cut.
 */
export async function benchCsv(stage: Stage): Promise<Figure[]> {
  const rows = stage.rows ?? 200_000;
  const { url, pid } = await stage.app();
  const { id, slug, from, to } = await storeQuarter(stage, "quarter", rows);
  const client = new Client(url, 4, { authorization: `Bearer ${await newKey()}` });
  const path = `/api/v1/organizations/${slug}/reports/whatsapp.csv?from=${day(from)}&to=${day(to)}`;
  const download = { client, path };
  stage.log("downloading");
  const rates = await inTurn(stage.rounds, {
    baseline: () => copyWithPsql(stage, id),
    ours: () => downloadRate(download, rows),
  });
  const baseline = hasPsql()
    ? "psql \\copy of the same columns to a file"
    : "COPY to a file through the driver";
  const size = `${rows} rows`;
  const figures: Figure[] = [
    { case: "download", size, ...rates, unit: "bytes/s", target: { atLeast: 0.8 }, note: baseline },
    await firstBytes(stage, download, size, "header"),
    await firstBytes(stage, download, size, "first row"),
    ...(await memory(stage, download, pid, size)),
  ];
  client.close();
  await verify(stage);
  return figures;
}

export type Quarter = {
  readonly id: number;
  readonly slug: string;
  readonly from: Date;
  readonly to: Date;
};

/** An organization with so many messages spread over three calendar months. Its clock stands at their end. */
export async function storeQuarter(stage: Stage, prefix: string, rows: number): Promise<Quarter> {
  const today = new Date();
  const from = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 2));
  const to = new Date(from.getTime() + DAYS * 86_400_000);
  const { id, slug } = await newOrganization(prefix, { mode: "test", clock: to });
  stage.log(`storing ${rows} messages`);
  await storeMessages(stage.seed, slug, rows, { from, to });
  await stage.connect(1)`analyze`;
  return { id, slug, from, to };
}

export function day(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

async function downloadRate({ client, path }: Download, rows: number): Promise<number> {
  let bytes = 0;
  let lines = 0;
  const file = join(dataDirectory, "bench", "ours.csv");
  const took = await milliseconds(async () => {
    const response = await client.open(path);
    mustBe("the status", response.statusCode, 200);
    await pipeline(response, createWriteStream(file));
  });
  const text = readFileSync(file);
  bytes = text.length;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) lines += 1;
  rmSync(file);
  mustBe("the number of lines", lines, rows + 1);
  return bytes / (took / 1_000);
}

function hasPsql(): boolean {
  return spawnSync("psql", ["--version"]).status === 0;
}

/** @returns bytes a second, written to a file like ours */
async function copyWithPsql(stage: Stage, organizationId: number): Promise<number> {
  const file = join(dataDirectory, "bench", "baseline.csv");
  const query =
    `${STORED} where m.organization_id = ${organizationId} order by m.occurred_at, m.id`.replaceAll(
      /\s+/g,
      " ",
    );
  const took = await milliseconds(async () => {
    if (!hasPsql()) return copyThroughDriver(stage, query, file);
    const env = { PGOPTIONS: "-c kuota.all_organizations=yes" };
    const args = ["-X", "-q", "-d", stage.databaseUrl, "-c", `\\copy (${query}) to '${file}' csv`];
    const code = await stage.run.exitCode({ name: "psql", command: "psql", args, env });
    if (code !== 0) throw new Error("psql failed; its message is above.");
  });
  const { size } = statSync(file);
  rmSync(file);
  return size / (took / 1_000);
}

async function copyThroughDriver(stage: Stage, query: string, file: string): Promise<void> {
  const sql = stage.connect(1);
  const rows = await sql.unsafe(`copy (${query}) to stdout (format csv)`).readable();
  await pipeline(rows, createWriteStream(file));
  await sql.end();
}

/** Until the header has come, which the server knows at once, or the first row, which the database must find. */
async function firstBytes(
  { rounds }: Stage,
  { client, path }: Download,
  size: string,
  until: "header" | "first row",
): Promise<Figure> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    times.push(
      await milliseconds(async () => {
        const response = await client.open(path);
        let lines = 0;
        for await (const chunk of response) {
          lines += String(chunk).split("\n").length - 1;
          if (lines >= (until === "header" ? 1 : 2)) break;
        }
      }),
    );
    // The query that was left unread ends before the next one begins.
    await wait(300);
  }
  const target = until === "header" ? { atMost: 100 } : undefined;
  return { case: `start, ${until}`, size, ours: median(times), unit: "ms", ...(target && { target }) };
}

/** How much the server grows while somebody reads slowly; only where the system tells (Linux). */
async function memory(
  stage: Stage,
  { client, path }: Download,
  pid: number,
  size: string,
): Promise<Figure[]> {
  if (process.platform !== "linux") return [];
  stage.log("reading slowly");
  const grown: number[] = [];
  for (let round = 0; round < Math.min(stage.rounds, 2); round++) {
    await wait(2_000);
    const idle = residentBytes(pid);
    let most = idle;
    const began = performance.now();
    const response = await client.open(path);
    for await (const _chunk of response) {
      most = Math.max(most, residentBytes(pid));
      if (performance.now() - began > SLOW_READ_MS) break;
      await wait(SLOW_CHUNK_PAUSE_MS);
    }
    grown.push((most - idle) / MEGABYTE);
  }
  const note = "the server's resident memory above idle, the worst of two slow readers";
  return [{ case: "memory", size, ours: Math.max(...grown), unit: "MB", target: { atMost: 64 }, note }];
}

/** Of a process and its children. */
function residentBytes(pid: number): number {
  const [, pages = "0"] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return Number(pages) * 4_096 + children.reduce((sum, child) => sum + residentBytes(child), 0);
}
