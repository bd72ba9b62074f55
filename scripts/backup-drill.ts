import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backUp, restore } from "./backup";
import { createTestDatabase } from "./databases";

/**
 * Proves that a backup can be restored: takes one, restores it into a database of its own on the same server, compares the
 * rows of every table, checks every invariant and the walls between organizations, and leaves nothing behind.
 *
 * @throws Error when anything differs
 */
export async function drill(databaseUrl: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "kuota-drill-"));
  const target = await createTestDatabase(databaseUrl, "drill");
  try {
    const began = performance.now();
    const { rows } = await backUp(databaseUrl, join(folder, "kuota.dump"));
    const backedUp = performance.now();
    await restore(target.url, join(folder, "kuota.dump"));
    const seconds = (from: number, to: number) => ((to - from) / 1_000).toFixed(1);
    console.log(
      `Backed up in ${seconds(began, backedUp)} s, restored and checked in ${seconds(backedUp, performance.now())} s: ${rows["public.organizations"]} organizations, ${rows["public.messages"]} messages, the same.`,
    );
  } finally {
    await target.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}
