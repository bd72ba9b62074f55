import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { emptyTables, type Tables } from "./world";

const pauseMs = 50;

/**
 * The tables kept in a JSON file, so that a restarted demo still knows its sessions.
 * @throws Error when the file exists and is not such a file
 */
export function loadTables(path: string | undefined): Tables {
  const tables = emptyTables();
  if (path === undefined || !existsSync(path)) return tables;
  const saved: Record<string, [string, unknown][]> = JSON.parse(readFileSync(path, "utf8"));
  for (const [name, table] of Object.entries(tables) as [string, Map<string, unknown>][]) {
    for (const [id, value] of saved[name] ?? []) table.set(id, value);
  }
  return tables;
}

/** Writes the tables soon after each change, whole or not at all; `flush` writes at once. */
export function tableSaver(tables: Tables, path: string | undefined): { changed(): void; flush(): void } {
  let timer: NodeJS.Timeout | null = null;
  function flush(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    if (path === undefined) return;
    mkdirSync(dirname(path), { recursive: true });
    const rows = Object.entries(tables).map(([name, table]) => [name, [...table]]);
    writeFileSync(`${path}.new`, JSON.stringify(Object.fromEntries(rows)));
    renameSync(`${path}.new`, path);
  }
  return {
    changed() {
      if (path !== undefined && !timer) timer = setTimeout(flush, pauseMs);
    },
    flush,
  };
}
