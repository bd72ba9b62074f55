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

/** The connection of one transaction. */
export type Line = { isLost: boolean };

/**
 * Runs the work of a transaction. Once its connection is lost, no further statement is sent, neither rollback nor commit:
 * the server has undone it all. The driver itself has told the caller then, so this never ends.
 */
export async function whileConnected<T>(line: Line, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    if (!line.isLost) return result;
  } catch (error) {
    line.isLost ||= isLoss(error);
    if (!line.isLost) throw error;
  }
  return new Promise<T>(() => {});
}

/** The same client, refusing to send anything once the connection is lost. */
export function watchedClient(client: TransactionSql, line: Line): TransactionSql {
  return new Proxy(client, {
    apply(target, self, parts) {
      refuseWhenLost(line);
      return Reflect.apply(target, self, parts);
    },
    get(target, name) {
      if (name === "unsafe") refuseWhenLost(line);
      return Reflect.get(target, name);
    },
  });
}

function refuseWhenLost({ isLost }: Line): void {
  if (isLost) {
    throw Object.assign(new Error("The connection was lost during the transaction."), {
      code: "CONNECTION_CLOSED",
    });
  }
}

/** True for the driver's own errors about a connection, and for those of its socket. */
function isLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code.startsWith("CONNECTION_")) return true;
  return ("syscall" in error && "query" in error) || isLoss(error.cause);
}
