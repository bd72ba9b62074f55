import "server-only";
import { Pool, type PoolClient } from "pg";
import { to as copyTo } from "pg-copy-streams";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { closeAfterRequests } from "@/lib/shutdown";

/** What a COPY statement stands for and where it may look. */
export type CopyRequest = {
  readonly organizationId: number;
  /** Constant text: whatever varies is read from the settings. */
  readonly statement: string;
  /** Settings of the transaction, such as export.from. */
  readonly settings: Readonly<Record<string, string>>;
};

/** Downloads that run at once; the rest wait in line. */
const AT_ONCE = 2;
/** Of one organization, running and waiting: enough for a click on every report. */
const AT_ONCE_OF_ONE = 4;
const LONGEST_WAIT_SECONDS = 30;
/** A reader that takes nothing for so long has gone away without saying so, and others are waiting. */
const LONGEST_PAUSE_MS = 120_000;
const CHUNK_BYTES = 131_072;

/**
 * Ends every row: COPY writes only a line feed, RFC 4180 wants a carriage return before it, and no column may hold one
 * without being quoted. The last column ends with this mark, which is turned into the carriage return in place.
 */
export const ROW_MARK = "\u001f";
const MARK = 0x1f;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

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

type Exports = {
  pool: Pool;
  running: number;
  readonly waiting: (() => void)[];
  /** Downloads of each organization, running and waiting. */
  readonly ofOne: Map<number, number>;
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
    running: 0,
    waiting: [],
    ofOne: new Map(),
  };
  closeAfterRequests("exports", () => line.pool.end());
  return line;
}

/** Downloads that run, and those that wait for their turn, in this process; for metrics. */
export function downloadsUnderWay(): { readonly running: number; readonly waiting: number } {
  const { running, waiting } = exports();
  return { running, waiting: waiting.length };
}

/**
 * Streams the rows of a COPY statement as the reader takes them, behind the wall of one organization: memory stays the
 * same whatever the size. When the reader goes away the query ends; when the query fails the stream breaks.
 *
 * @throws Refusal rate_limited when too many are this organization's, overloaded when too many downloads wait already.
 */
export async function copyOut(request: CopyRequest, head: string): Promise<ReadableStream<Uint8Array>> {
  const leave = enter(request.organizationId);
  try {
    await takeTurn();
  } catch (error) {
    leave();
    throw error;
  }
  const end = () => {
    giveTurn();
    leave();
  };
  try {
    return await begin(await exports().pool.connect(), request, head, end);
  } catch (error) {
    end();
    throw error;
  }
}

/** @returns what takes the download off its organization's count again */
function enter(organizationId: number): () => void {
  const { ofOne } = exports();
  const count = ofOne.get(organizationId) ?? 0;
  if (count >= AT_ONCE_OF_ONE) {
    throw new Refusal(
      "rate_limited",
      "Too many of your downloads are running. Try again when one has ended.",
      {
        retryAfterSeconds: LONGEST_WAIT_SECONDS,
      },
    );
  }
  ofOne.set(organizationId, count + 1);
  return () => {
    const left = (ofOne.get(organizationId) ?? 1) - 1;
    if (left > 0) ofOne.set(organizationId, left);
    else ofOne.delete(organizationId);
  };
}

async function takeTurn(): Promise<void> {
  const line = exports();
  if (line.running < AT_ONCE) {
    line.running += 1;
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const turn = () => {
      clearTimeout(patience);
      resolve();
    };
    const patience = setTimeout(() => {
      line.waiting.splice(line.waiting.indexOf(turn), 1);
      reject(
        new Refusal("overloaded", "Too many downloads are running. Try again in a moment.", {
          retryAfterSeconds: LONGEST_WAIT_SECONDS,
        }),
      );
    }, LONGEST_WAIT_SECONDS * 1_000);
    line.waiting.push(turn);
  });
}

/** The next in line takes over the turn, so the number of running downloads stays as it is. */
function giveTurn(): void {
  const line = exports();
  const next = line.waiting.shift();
  if (next) next();
  else line.running -= 1;
}

async function begin(
  client: PoolClient,
  { organizationId, settings, statement }: CopyRequest,
  head: string,
  end: () => void,
): Promise<ReadableStream<Uint8Array>> {
  try {
    await client.query("begin read only");
    const wall = { role: "kuota_app", "kuota.organization": String(organizationId) };
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
  return streamOf(client, statement, head, end);
}

function streamOf(
  client: PoolClient,
  statement: string,
  head: string,
  leave: () => void,
): ReadableStream<Uint8Array> {
  const rows = client.query(copyTo(statement, { highWaterMark: CHUNK_BYTES }));
  // A connection that is closed on purpose says so once more, when nobody is reading any longer.
  rows.on("error", () => undefined);
  let pause: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  /** A connection whose COPY was not read to its end is closed: that is what stops the query. */
  const end = (isWhole: boolean) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(pause);
    if (!isWhole) {
      rows.destroy();
      client.release(true);
      leave();
      return;
    }
    client.query("commit").then(
      () => client.release(),
      (error: Error) => client.release(error),
    );
    leave();
  };
  const chunks = chunksOf(rows);
  const waitForReader = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    pause = setTimeout(() => {
      end(false);
      controller.error(new Error("the reader of a download stopped taking it"));
    }, LONGEST_PAUSE_MS);
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(Buffer.from(head, "utf8"));
        waitForReader(controller);
      },
      async pull(controller) {
        clearTimeout(pause);
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

/** The rows joined to chunks worth sending, each row ended as RFC 4180 wants it. */
async function* chunksOf(rows: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const part of rows) {
    parts.push(part);
    size += part.byteLength;
    if (size < CHUNK_BYTES) continue;
    const chunk = Buffer.concat(parts, size);
    // A mark at the very end waits for the line feed that belongs to it.
    const isCut = chunk[size - 1] === MARK;
    const whole = isCut ? chunk.subarray(0, size - 1) : chunk;
    parts = isCut ? [Buffer.from([MARK])] : [];
    size = parts.length;
    yield endRows(whole);
  }
  if (size > 0) yield endRows(Buffer.concat(parts, size));
}

function endRows(chunk: Buffer): Buffer {
  for (let at = chunk.indexOf(MARK); at >= 0; at = chunk.indexOf(MARK, at + 1)) {
    if (chunk[at + 1] === LINE_FEED) chunk[at] = CARRIAGE_RETURN;
  }
  return chunk;
}
