/**
 * `node scripts/complete-lock.js`: adds to package-lock.json the packages for other platforms that npm left out.
 *
 * npm omits optional packages that the registry in use does not offer, and `npm ci` then refuses the lock on every
 * machine. They are written with the exact version that their parent asks for and the platform that their name tells.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** @typedef {{ version?: string, license?: string, dev?: boolean, optionalDependencies?: Record<string, string> }} Package */
/** @typedef {{ packages: Record<string, Package> }} Lock */

const EXACT = /^\d+\.\d+\.\d+[\w.-]*$/;
const SYSTEMS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const PROCESSORS = [
  "arm",
  "arm64",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "wasm32",
  "x64",
];

/**
 * The optional packages that a lock names as dependencies and does not describe.
 *
 * @param {Lock} lock
 * @returns {{ name: string, version: string, parent: Package }[]}
 */
export function missingPackages({ packages }) {
  return Object.entries(packages).flatMap(([path, parent]) =>
    Object.entries(parent.optionalDependencies ?? {})
      .filter(([name]) => !isDescribed(packages, path, name))
      .map(([name, version]) => ({ name, version, parent })),
  );
}

/** @param {Lock["packages"]} packages @param {string} from @param {string} name */
function isDescribed(packages, from, name) {
  const parts = from === "" ? [] : from.split("/node_modules/");
  return [...parts.keys(), parts.length].some((depth) => {
    const folder = parts.slice(0, depth).join("/node_modules/");
    return packages[`${folder === "" ? "" : `${folder}/`}node_modules/${name}`] !== undefined;
  });
}

/** @param {{ name: string, version: string, parent: Package }} missing */
function entryOf({ name, version, parent }) {
  if (!EXACT.test(version)) throw new Error(`${name} is wanted as ${version}, which is no exact version.`);
  const words = name.split("/").at(-1)?.split("-") ?? [];
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  const isLinux = os.includes("linux");
  const libc = words.some((word) => word.startsWith("musl")) ? ["musl"] : ["glibc"];
  return {
    version,
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(parent.dev ? { dev: true } : {}),
    ...(isLinux && words.some((word) => /^(?:gnu|musl)/.test(word)) ? { libc } : {}),
    ...(parent.license ? { license: parent.license } : {}),
    optional: true,
    ...(os.length > 0 ? { os } : {}),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = new URL("../package-lock.json", import.meta.url);
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const missing = missingPackages(lock);
  for (const entry of missing) lock.packages[`node_modules/${entry.name}`] = entryOf(entry);
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries(sorted);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${missing.length} packages added`);
}
