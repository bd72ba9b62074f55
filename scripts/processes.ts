import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the clone. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** Where everything lives that the commands write. */
export const dataDirectory = join(root, ".data");

export type Environment = Readonly<Record<string, string>>;

export type Task = {
  /** How messages call it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Environment;
  /** Gets what the process prints instead of the terminal. */
  readonly log?: string;
};

type TaskOptions = Pick<Task, "env" | "log">;

// Required, not imported: with an import before them, older versions of Node 20 cannot run programs without a suffix.
const PRELOAD = `--require=${JSON.stringify(fileURLToPath(new URL("./leave-with-parent.cjs", import.meta.url)))}`;
const STOP_PATIENCE_MS = 15_000;
/** One Ctrl-C may arrive twice, from the terminal and from npm; a second one later is meant. */
const IMPATIENCE_MS = 1000;

/** A program of node_modules, run by this Node. */
export function nodeTask(
  name: string,
  program: string,
  args: readonly string[],
  { nodeOptions = [], ...rest }: TaskOptions & { nodeOptions?: readonly string[] } = {},
): Task {
  const file = join(root, "node_modules", program);
  return { name, command: process.execPath, args: [...nodeOptions, file, ...args], ...rest };
}

/** A TypeScript program of ours. */
export function scriptTask(
  name: string,
  script: string,
  args: readonly string[],
  rest: TaskOptions = {},
): Task {
  const flags = ["--import=tsx", "--conditions=react-server"];
  return {
    name,
    command: process.execPath,
    args: [...flags, join(root, "scripts", script), ...args],
    ...rest,
  };
}

/**
 * Everything that one command has started. It is ended in order when the command ends; when the command is
 * killed, `leave-with-parent` and the database's keeper see to it instead.
 */
export class Run {
  readonly #stops: (() => Promise<void>)[] = [];
  readonly #tasks = new Set<ChildProcess>();
  readonly #children = new Set<ChildProcess>();

  /** Has `stop` called at the end, before the stops that were given earlier. */
  atEnd(stop: () => Promise<void>): void {
    this.#stops.push(stop);
  }

  /** Starts a service that is to run until the end. */
  start(task: Task): ChildProcess {
    const child = this.#spawn(task, "inherit");
    this.atEnd(() => endChild(child));
    return child;
  }

  /** Runs a program and gives its exit code. */
  async exitCode(task: Task): Promise<number> {
    const child = this.#spawn(task, "inherit");
    this.#tasks.add(child);
    const code = await exitOf(child);
    this.#tasks.delete(child);
    return code;
  }

  /**
   * Runs a program and gives what it printed to its standard output.
   *
   * @throws Error when it fails.
   */
  async output(task: Task): Promise<string> {
    const child = this.#spawn(task, "pipe");
    this.#tasks.add(child);
    const chunks: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
    const [code] = await Promise.all([exitOf(child), once(child, "close")]);
    this.#tasks.delete(child);
    if (code !== 0) throw new Error(`${task.name} failed; its message is above.`);
    return Buffer.concat(chunks).toString("utf8");
  }

  /** Ends what is under way, then the services, the newest first. */
  async end(): Promise<void> {
    await Promise.all([...this.#tasks].map(endChild));
    for (let stop = this.#stops.pop(); stop; stop = this.#stops.pop()) await stop();
  }

  /** Ends all processes at once and without order. */
  kill(): void {
    for (const child of this.#children) signalGroup(child, "SIGKILL");
  }

  #spawn(task: Task, output: "inherit" | "pipe"): ChildProcess {
    const log = task.log ? openSync(task.log, "w") : undefined;
    const child = spawn(task.command, task.args, {
      cwd: root,
      env: childEnvironment(task.env),
      stdio: ["ignore", log ?? output, log ?? "inherit"],
      // A group of its own: Ctrl-C in the terminal reaches the command alone, which ends its children in order.
      detached: true,
    });
    if (log !== undefined) closeSync(log);
    this.#children.add(child);
    child.once("exit", () => this.#children.delete(child));
    return child;
  }
}

function childEnvironment(env: Environment = {}): NodeJS.ProcessEnv {
  const options = process.env.NODE_OPTIONS ?? "";
  return {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: "1",
    ...env,
    KUOTA_PARENT_PID: String(process.pid),
    NODE_OPTIONS: options.includes(PRELOAD) ? options : `${options} ${PRELOAD}`.trim(),
  };
}

/** Waits for the end of a child, unless it has ended already. */
export async function exitOf(child: ChildProcess): Promise<number> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode ?? 1;
}

async function endChild(child: ChildProcess): Promise<void> {
  const force = setTimeout(() => signalGroup(child, "SIGKILL"), STOP_PATIENCE_MS);
  if (child.exitCode === null && child.signalCode === null) signalGroup(child, "SIGTERM");
  await exitOf(child);
  clearTimeout(force);
  signalGroup(child, "SIGKILL");
}

/** Reaches the child and all that it has started. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/**
 * The frame of every command: runs `work`, ends on Ctrl-C or SIGTERM (by force on a second Ctrl-C), and leaves nothing behind.
 *
 * `work` gives the exit code; an error is shown by its message and gives 1; `whenStopped` is the code after a signal.
 */
export async function runCommand(whenStopped: number, work: (run: Run) => Promise<number>): Promise<void> {
  const run = new Run();
  let stoppedAt = 0;
  const stopped = new Promise<number>((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      if (stoppedAt === 0) {
        stoppedAt = performance.now();
        console.error("\nStopping …");
        resolve(whenStopped);
      } else if (signal === "SIGINT" && performance.now() - stoppedAt > IMPATIENCE_MS) {
        run.kill();
        process.exit(1);
      }
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  });
  const failed = (error: unknown) => {
    // What fails because it is being stopped is no news.
    if (stoppedAt === 0) console.error(error instanceof Error ? error.message : error);
    return 1;
  };
  const code = await Promise.race([work(run).catch(failed), stopped]);
  await run.end();
  process.exit(code);
}

/** Seconds since the command was called, the installation of the dependencies included. */
export function elapsedSeconds(): string {
  const calledAt = Number(process.env.KUOTA_CALLED_AT || performance.timeOrigin);
  return ((performance.timeOrigin + performance.now() - calledAt) / 1000).toFixed(1);
}

/** A TCP port on 127.0.0.1 that nobody used a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The system gave no port.");
  return address.port;
}

/** @throws Error naming the variable that chooses another port, when something listens on this one. */
export async function requireFreePort(port: number, variable: string): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE")) throw cause;
    throw new Error(`Port ${port} is in use. Stop what uses it, or choose another: ${variable}=${port + 1}`, {
      cause,
    });
  }
  server.close();
  await once(server, "close");
}

/** Whether something listens on a port of 127.0.0.1. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
