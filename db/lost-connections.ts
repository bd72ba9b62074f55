import { Socket } from "node:net";
import type { TransactionSql } from "postgres";

/**
 * What postgres.js 3.4.9 does not see to when the server goes away in the middle of a transaction (porsager/postgres
 * #1154, #1208): it sends the rest of the transaction, its rollback included, to a connection that is gone, which ends the
 * process, or that serves somebody else by then, whose transaction that would end.
 */

const closed = new WeakSet<Socket>();

/** A socket that tells the driver of its end only after what the driver still had to write was written into the void. */
class PatientSocket extends Socket {
  override emit(event: string | symbol, ...details: unknown[]): boolean {
    if (event !== "close" || closed.has(this)) return super.emit(event, ...details);
    closed.add(this);
    setImmediate(() => setImmediate(() => super.emit("close", false)));
    return true;
  }
}

/** For the driver's option `socket`: the first host of the address, or its path. */
export function patientSocket(address: {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path?: string | false | null;
}): Socket {
  const socket = new PatientSocket();
  const { host, port, path } = address;
  return path ? socket.connect(path) : socket.connect(port[0] ?? 5432, host[0] ?? "localhost");
}

/** The connection of one transaction. Over once its work has ended, well or not, or the connection was lost. */
export type Line = { isOver: boolean };

/**
 * Runs the work of a transaction. Whatever ran beside what has failed or ended sends nothing more: it would come behind
 * the rollback. Once the connection is lost, neither rollback nor commit is sent: the server has undone it all. The
 * driver itself has told the caller then, so this never ends.
 */
export async function whileConnected<T>(line: Line, work: () => Promise<T>): Promise<T> {
  const end = (isLost = false) => {
    const wasOver = line.isOver;
    line.isOver = true;
    return wasOver || isLost;
  };
  try {
    const result = await work();
    if (!end()) return result;
  } catch (error) {
    if (!end(isLoss(error))) throw error;
  }
  return new Promise<T>(() => {});
}

/** The same client, refusing to send anything once the transaction is over. */
export function watchedClient(client: TransactionSql, line: Line): TransactionSql {
  return new Proxy(client, {
    apply(target, self, parts) {
      refuseWhenOver(line);
      return Reflect.apply(target, self, parts);
    },
    get(target, name) {
      if (name === "unsafe") refuseWhenOver(line);
      return Reflect.get(target, name);
    },
  });
}

function refuseWhenOver({ isOver }: Line): void {
  if (isOver) throw new Error("This transaction is over: nothing more is sent in it.");
}

/** True for the driver's own errors about a connection, and for those of its socket. */
function isLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code.startsWith("CONNECTION_")) return true;
  return ("syscall" in error && "query" in error) || isLoss(error.cause);
}
