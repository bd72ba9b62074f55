import "server-only";
import { Pool, type PoolClient } from "pg";
import { to as copyTo } from "pg-copy-streams";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { closeAfterRequests } from "@/lib/shutdown";
import { type Column, rowWriter } from "./rows";

/** What a COPY statement stands for and where it may look. */
export type CopyRequest = {
  readonly organizationId: number;
  /** Constant text: whatever varies is read from the settings. */
  readonly statement: string;
  readonly columns: readonly Column[];
  /** Settings of the transaction, such as export.from. */
  readonly settings: Readonly<Record<string, string>>;
};

/** Downloads that run at once, each on a connection of its own; the rest wait in line. */
const AT_ONCE = 4;
/** Of them of one organization: it leaves turns to the others, however slowly it reads. */
const AT_ONCE_OF_ONE = 2;
/** Of one organization, running and waiting: enough for a click on every report. */
const MOST_OF_ONE = 4;
const LONGEST_WAIT_SECONDS = 30;
/** A reader that takes no chunk for so long gives up its turn to whoever waits for it. */
const LONGEST_PAUSE_IN_DEMAND_MS = 10_000;
/** A reader that takes nothing for so long, though nobody waits, has gone away without saying so. */
const LONGEST_PAUSE_MS = 120_000;
/** What a reader takes at a time, at the most: so much in a pause is the slowest that counts as reading while others wait. */
const CHUNK_BYTES = 65_536;

/**
 * Plans that give the first row at once: the planner, which sees a few rows where millions come (it knows neither the
 * settings' values nor what the tenant wall lets through), would rather sort all of them first.
 */
const IN_STREAM = {
  enable_sort: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_material: "off",
  enable_bitmapscan: "off",
};

/** A download in this process, from its place in line to its end. */
type Download = {
  readonly organizationId: number;
  isRunning: boolean;
  /** Called when its turn has come. */
  onTurn: () => void;
};

type Exports = {
  pool: Pool;
  /** Those that run and those that wait, in the order in which they came. */
  readonly downloads: Set<Download>;
};

// One line per process, however many bundles import this file.
const shared = globalThis as typeof globalThis & { kuotaExports?: Exports };

function exports(): Exports {
  shared.kuotaExports ??= openExports();
  return shared.kuotaExports;
}

function openExports(): Exports {
  const line: Exports = {
    pool: new Pool({
      connectionString: env().DATABASE_REPLICA_URL ?? env().DATABASE_URL,
      max: AT_ONCE,
      application_name: "kuota-export",
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 10_000,
      allowExitOnIdle: true,
    })
      // Whoever uses a connection that breaks is told by the query; an idle one is replaced.
      .on("error", () => undefined)
      .on("connect", (client) => client.on("error", () => undefined)),
    downloads: new Set(),
  };
  closeAfterRequests("exports", () => line.pool.end());
  return line;
}

/** Downloads that run, and those that wait for their turn, in this process; for metrics. */
export function downloadsUnderWay(): { readonly running: number; readonly waiting: number } {
  const running = count((download) => download.isRunning);
  return { running, waiting: exports().downloads.size - running };
}

/**
 * Streams the rows of a COPY statement as the reader takes them, behind the wall of one organization: memory stays the
 * same whatever the size. When the reader goes away, or takes hardly anything while others wait, the query ends; when the
 * query fails the stream breaks.
 *
 * @throws Refusal rate_limited when too many are this organization's, overloaded when no turn comes soon.
 */
export async function copyOut(request: CopyRequest, head: string): Promise<ReadableStream<Uint8Array>> {
  const download = enter(request.organizationId);
  try {
    await turnOf(download);
    return await begin(await exports().pool.connect(), request, head, download);
  } catch (error) {
    leave(download);
    throw error;
  }
}

function enter(organizationId: number): Download {
  if (count((download) => download.organizationId === organizationId) >= MOST_OF_ONE) {
    throw new Refusal(
      "rate_limited",
      "Too many of your downloads are running. Try again when one has ended.",
      {
        retryAfterSeconds: LONGEST_WAIT_SECONDS,
      },
    );
  }
  const download = { organizationId, isRunning: false, onTurn: () => undefined };
  exports().downloads.add(download);
  return download;
}

/** Waits for the download's turn, if it has to. */
async function turnOf(download: Download): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const patience = setTimeout(() => {
      reject(
        new Refusal("overloaded", "Too many downloads are running. Try again in a moment.", {
          retryAfterSeconds: LONGEST_WAIT_SECONDS,
        }),
      );
    }, LONGEST_WAIT_SECONDS * 1_000);
    download.onTurn = () => {
      clearTimeout(patience);
      resolve();
    };
    giveTurns();
  });
}

/** Takes the download out of the line, and gives its turn to the next. Doing it again changes nothing. */
function leave(download: Download): void {
  exports().downloads.delete(download);
  giveTurns();
}

/** Whoever came first goes first; an organization that has its share waits without holding up those behind it. */
function giveTurns(): void {
  for (const download of exports().downloads) {
    if (count(({ isRunning }) => isRunning) >= AT_ONCE) return;
    if (download.isRunning || runningOf(download.organizationId) >= AT_ONCE_OF_ONE) continue;
    download.isRunning = true;
    download.onTurn();
  }
}

function runningOf(organizationId: number): number {
  return count((download) => download.isRunning && download.organizationId === organizationId);
}

/** Whether one that waits could begin if this one ended. */
function isWanted(download: Download): boolean {
  const couldRun = ({ organizationId }: Download) =>
    organizationId === download.organizationId || runningOf(organizationId) < AT_ONCE_OF_ONE;
  return count((other) => !other.isRunning && couldRun(other)) > 0;
}

function count(which: (download: Download) => boolean): number {
  return [...exports().downloads].filter(which).length;
}

async function begin(
  client: PoolClient,
  request: CopyRequest,
  head: string,
  download: Download,
): Promise<ReadableStream<Uint8Array>> {
  const { organizationId, settings } = request;
  try {
    await client.query("begin read only");
    const wall = { role: "kuota_app", "kuota.organization": String(organizationId), datestyle: "ISO" };
    const all = { ...wall, ...IN_STREAM, ...settings };
    await client.query(
      "select set_config(name, value, true) from unnest($1::text[], $2::text[]) as s(name, value)",
      [Object.keys(all), Object.values(all)],
    );
    // So that a query that sends nothing for a while notices too that its reader has gone. Not every system can.
    await client.query(
      "select set_config('client_connection_check_interval', '1s', true) where version() like '%linux%'",
    );
  } catch (error) {
    client.release(true);
    throw error;
  }
  return streamOf(client, request, head, download);
}

function streamOf(
  client: PoolClient,
  { statement, columns }: CopyRequest,
  head: string,
  download: Download,
): ReadableStream<Uint8Array> {
  const rows = client.query(copyTo(statement, { highWaterMark: CHUNK_BYTES }));
  // A connection that is closed on purpose says so once more, when nobody is reading any longer.
  rows.on("error", () => undefined);
  let pause: ReturnType<typeof setInterval> | undefined;
  let isOver = false;
  /** A connection whose COPY was not read to its end is closed: that is what stops the query. */
  const end = (isWhole: boolean) => {
    if (isOver) return;
    isOver = true;
    clearInterval(pause);
    if (!isWhole) {
      rows.destroy();
      client.release(true);
      leave(download);
      return;
    }
    client.query("commit").then(
      () => client.release(),
      (error: Error) => client.release(error),
    );
    leave(download);
  };
  const chunks = chunksOf(rows, columns);
  const waitForReader = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    let paused = 0;
    pause = setInterval(() => {
      paused += LONGEST_PAUSE_IN_DEMAND_MS;
      if (paused < LONGEST_PAUSE_MS && !isWanted(download)) return;
      end(false);
      controller.error(new Error("the reader of a download stopped taking it"));
    }, LONGEST_PAUSE_IN_DEMAND_MS);
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(Buffer.from(head, "utf8"));
        waitForReader(controller);
      },
      async pull(controller) {
        clearInterval(pause);
        try {
          const { done, value } = await chunks.next();
          if (done) {
            end(true);
            controller.close();
            return;
          }
          controller.enqueue(value);
          waitForReader(controller);
        } catch (error) {
          end(false);
          controller.error(error);
        }
      },
      cancel() {
        end(false);
      },
    },
    { highWaterMark: 1 },
  );
}

/** The rows as they are sent, joined to chunks worth sending. */
async function* chunksOf(
  rows: AsyncIterable<Buffer>,
  columns: readonly Column[],
): AsyncGenerator<Uint8Array> {
  const write = rowWriter(columns);
  let parts: Buffer[] = [];
  let size = 0;
  for await (const part of rows) {
    parts.push(part);
    size += part.byteLength;
    if (size < CHUNK_BYTES) continue;
    yield write(parts);
    [parts, size] = [[], 0];
  }
  if (size > 0) yield write(parts);
}
