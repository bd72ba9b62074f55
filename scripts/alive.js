import { readFileSync } from "node:fs";

/**
 * Whether a process runs. One that has ended and only waits to be collected (in a container without
 * an init it waits for ever) does not. Give the birth mark that was noted for it, so that another
 * process which got the same number later is not taken for it.
 *
 * @param {number} pid
 * @param {string} [expectedBirthMark]
 */
export function isAlive(pid, expectedBirthMark = "") {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  const { state, born } = readStat(pid);
  if (state === "Z" || state === "X") return false;
  return expectedBirthMark === "" || born === expectedBirthMark;
}

/**
 * When a process was born, in the kernel's ticks; empty where the system does not tell.
 *
 * @param {number} pid
 */
export function birthMark(pid) {
  return readStat(pid).born;
}

/**
 * The process that called this one: its parent, or the parent of the shell in between that npm uses.
 * Zero where the system does not tell.
 */
export function callerOfScript() {
  const parent = readStat(process.ppid);
  return /^(?:a|ba|da|k|z)?sh$/.test(parent.name) ? parent.parent : process.ppid;
}

/** @param {number} pid */
function readStat(pid) {
  const unknown = { name: "", state: "", parent: 0, born: "" };
  if (process.platform !== "linux") return unknown;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, second and in brackets, may hold spaces and brackets. The birth is the 22nd field.
    const [, name = "", rest = ""] = /\((.*)\) (.*)/s.exec(stat) ?? [];
    const fields = rest.split(" ");
    return { name, state: fields[0] ?? "", parent: Number(fields[1]), born: fields[19] ?? "" };
  } catch {
    return unknown;
  }
}
