import { Socket } from "node:net";
import type { TransactionSql } from "postgres";

/**
 * What postgres.js 3.4.9 does not see to when the server goes away in the middle of a transaction (porsager/postgres
 * #1154, #1208): it sends the rest of the transaction, its rollback included, to a connection that is gone, which ends the
 * process, or that serves somebody else by then, whose transaction that would end.
 */

const LONGEST_PATIENCE_MS = 2_000;
const RETRY_MS = 1;

/**
 * A socket that tells the driver of its end only when the driver has nothing left to write: what it has put by for the
 * end of the turn, and is told of the end before it was written, stands in front of whatever that connection writes next,
 * for ever. Nothing is put by when no immediate is due.
 */
class PatientSocket extends Socket {
  #isTold = false;

  override emit(event: string | symbol, ...details: unknown[]): boolean {
    if (event !== "close" || this.#isTold) return super.emit(event, ...details);
    this.#isTold = true;
    const giveUpAt = performance.now() + LONGEST_PATIENCE_MS;
    const tell = () => {
      const isQuiet = !process.getActiveResourcesInfo().includes("Immediate");
      if (isQuiet || performance.now() > giveUpAt) super.emit("close", false);
      else setTimeout(tell, RETRY_MS);
    };
    setTimeout(tell, 0);
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

const toldErrors = new WeakSet<Error>();

/** Marks what a transaction has failed with: to another one around it that is an error like any other, not its own loss. */
export function told(error: unknown): unknown {
  if (error instanceof Error) toldErrors.add(error);
  return error;
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
  if (!(error instanceof Error) || toldErrors.has(error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code.startsWith("CONNECTION_")) return true;
  return ("syscall" in error && "query" in error) || isLoss(error.cause);
}
