import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { birthMark, isAlive } from "./alive";

const POLL_MS = 50;
let drafts = 0;

/**
 * Runs `work` while no other process holds the lock `file`. A lock whose holder has died is taken over.
 *
 * @throws Error when a living process keeps the lock for longer than `patienceMs`.
 */
export async function withLock<T>(file: string, patienceMs: number, work: () => Promise<T>): Promise<T> {
  const own = `${process.pid} ${birthMark(process.pid)}`;
  drafts += 1;
  const draft = `${file}.${process.pid}.${drafts}`;
  const giveUpAt = performance.now() + patienceMs;
  writeFileSync(draft, own);
  try {
    while (!take(draft, file)) {
      const holder = readIfThere(file);
      const [pid, mark] = holder?.split(" ") ?? [];
      if (holder !== null && !isAlive(Number(pid), mark) && readIfThere(file) === holder)
        rmSync(file, { force: true });
      else if (performance.now() > giveUpAt) throw new Error(`${file} is held by process ${pid}.`);
      else await wait(POLL_MS);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** A link appears with its content or not at all, so nobody ever reads an empty lock. */
function take(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** The text of a file, or null when there is none. */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
