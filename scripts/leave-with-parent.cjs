/**
 * Preloaded (`node --require`) into every process that a command starts.
 *
 * Ends the process soon after the one named by KUOTA_PARENT_PID is gone, so that a command killed with SIGKILL leaves
 * nothing running and no port taken. The process is first asked to stop in order, and ended by force only when it has
 * not done so after 30 seconds.
 */
const POLL_MS = 300;
const PATIENCE_MS = 30_000;
const parent = Number(process.env.KUOTA_PARENT_PID);

async function leaveWithParent() {
  const { birthMark, isAlive } = await import("./alive.js");
  const born = birthMark(parent);
  const poll = setInterval(() => {
    if (isAlive(parent, born)) return;
    clearInterval(poll);
    setTimeout(() => process.kill(process.pid, "SIGKILL"), PATIENCE_MS).unref();
    process.kill(process.pid, "SIGTERM");
  }, POLL_MS);
  poll.unref();
}

if (parent > 0 && parent !== process.pid) leaveWithParent();
