import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/**
 * What becomes of a statement on its way to the server. `reset_before`: as `cut_before`, by the machine of a server that
 * is no more. `cut_after`: it is run, and its answer is lost. `fail`: the server refuses it; what begins and ends
 * transactions passes all the same.
 */
export type Course = "pass" | "cut_before" | "reset_before" | "cut_after" | "fail";

export type DatabaseProxy = {
  /** As the given address, by way of the proxy. */
  readonly url: string;
  /** Decides over each statement from now on, by its number from 1; null lets everything pass uncounted. */
  watch(decide: ((statement: number) => Course) | null): void;
  /** Breaks every connection there is, as a server that is killed does. */
  cutAll(): void;
  close(): Promise<void>;
};

const PARSE = 0x50;
const BIND = 0x42;
const EXECUTE = 0x45;
const SIMPLE_QUERY = 0x51;

/**
 * A proxy in front of PostgreSQL that breaks connections at chosen statements, to see what a fault at any point leaves
 * behind. Knows of the protocol only how messages are cut off.
 */
export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let decide: ((statement: number) => Course) | null = null;
  let statements = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    relay(client, upstream, () => (decide ? decide(++statements) : "pass"));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    watch: (wanted) => {
      decide = wanted;
      statements = 0;
    },
    cutAll: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function relay(client: Socket, upstream: Socket, courseOf: () => Course): void {
  let answersAreLost = false;
  let pending: Buffer = Buffer.alloc(0);
  // The very first message has no type.
  let typeLength = 0;
  const endsTransaction = transactionEnds();
  const cut = () => {
    client.destroy();
    upstream.destroy();
  };
  const ends: Partial<Record<Course, () => void>> = {
    cut_before: cut,
    reset_before: () => {
      client.resetAndDestroy();
    },
  };
  for (const socket of [client, upstream]) socket.setNoDelay(true).on("error", cut).on("close", cut);
  upstream.on("data", (bytes) => {
    if (answersAreLost) cut();
    else client.write(bytes);
  });
  client.on("data", (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    for (
      let message = firstMessage(pending, typeLength);
      message;
      message = firstMessage(pending, typeLength)
    ) {
      pending = pending.subarray(message.length);
      if (typeLength > 0 && (message[0] === PARSE || message[0] === BIND)) endsTransaction(message);
      const isStatement = typeLength > 0 && (message[0] === EXECUTE || message[0] === SIMPLE_QUERY);
      typeLength = 1;
      const course = isStatement ? courseOf() : "pass";
      const end = ends[course];
      if (end) return end();
      answersAreLost ||= course === "cut_after";
      const fails = course === "fail" && message[0] === EXECUTE && !endsTransaction(message);
      upstream.write(fails ? executeNothing : message);
    }
  });
}

/** Asks for a portal that does not exist. */
const executeNothing = Buffer.concat([Buffer.from([EXECUTE, 0, 0, 0, 15]), Buffer.from("nobody\0\0\0\0\0")]);

/** Follows which statement is bound; says whether an Execute begins or ends a transaction. */
function transactionEnds(): (message: Buffer) => boolean {
  const texts = new Map<string, string>();
  let bound = "";
  return (message) => {
    const [first = "", second = ""] = message.subarray(5).toString("latin1").split("\0", 2);
    if (message[0] === PARSE) texts.set(first, second);
    if (message[0] === BIND) bound = texts.get(second) ?? "";
    return /^\s*(begin|commit|rollback)/i.test(bound);
  };
}

/** Null until all of it is there. */
function firstMessage(bytes: Buffer, typeLength: number): Buffer | null {
  if (bytes.length < typeLength + 4) return null;
  const length = typeLength + bytes.readInt32BE(typeLength);
  return bytes.length < length ? null : bytes.subarray(0, length);
}
