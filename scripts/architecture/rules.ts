import { DOORS, layerOf, moduleOf, PACKAGES, VALUES } from "./layers";
import type { Import, Source } from "./source";

/** A rule of the house, and what breaks it in one file. */
export type Rule = {
  readonly name: string;
  broken(source: Source, sources: ReadonlyMap<string, Source>): string[];
};

/** Tests, their fixtures, and the reference model that they compare the product with. */
const isTest = (path: string) =>
  /\.(test|spec)\.tsx?$|(^|\/)testing\.ts$|\/model-system\.ts$|^e2e\/|^lib\/metering\/model\//.test(path);
const isScript = (path: string) => path.startsWith("scripts/");
/** What is shipped: everything but tests, scripts and the configuration files in the root folder. */
const isProduct = (path: string) => /^(app|components|db|lib)\//.test(path) && !isTest(path);
const bare = (path: string) => path.replace(/\.(tsx?|jsx?|mjs)$/, "");
const isDoor = (path: string) => DOORS.some((door) => door.test(bare(path)));

const SQL_NAMES = ["rawSql", "drizzle"];

export const rules: readonly Rule[] = [
  {
    name: "SQL stands in stores and in db/",
    broken: ({ path, imports }) =>
      !isProduct(path) || path.startsWith("db/") || /(^|\/)store\.ts$/.test(path)
        ? []
        : said(imports, ({ names, isType }) => !isType && names.some((name) => SQL_NAMES.includes(name))),
  },
  {
    name: "a store is its own module's alone",
    broken: ({ path, imports }) =>
      said(
        imports,
        ({ target }) =>
          target !== null &&
          /(^|\/)store$/.test(target) &&
          /^lib\//.test(target) &&
          moduleOf(target) !== moduleOf(path),
      ),
  },
  {
    name: "a package has its place",
    broken: ({ path, imports }) =>
      isProduct(path)
        ? said(
            imports,
            (one) => one.package !== null && !one.isType && !PACKAGES[one.package]?.test(bare(path)),
          )
        : [],
  },
  { name: "imports point down", broken: upwardImports },
  {
    name: "rules and inputs only compute",
    broken: ({ path, imports }) =>
      isProduct(path) && /(^|\/)(rules|input)\.ts$/.test(path)
        ? said(imports, (one) => isServerOnly(one) || (!one.isType && /(^|\/)store$/.test(one.target ?? "")))
        : [],
  },
  {
    name: "components know values, types and inputs",
    broken: ({ path, imports }) =>
      path.startsWith("components/") && !isTest(path)
        ? said(imports, ({ target, isType }) => target !== null && !isType && !mayComponentImport(target))
        : [],
  },
  {
    name: "db/ knows the environment alone",
    broken: ({ path, imports }) =>
      path.startsWith("db/") && isProduct(path) && !isDoor(path)
        ? said(
            imports,
            ({ target, isType }) =>
              target !== null && !isType && !target.startsWith("db/") && target !== "lib/env",
          )
        : [],
  },
  {
    name: "the clock is read in one place",
    broken: ({ path, uses }) =>
      isProduct(path) && path !== "lib/time/clock.ts"
        ? uses.filter((use) => use === "new Date()" || use === "Date.now")
        : [],
  },
  {
    name: "the environment is read in one place",
    broken: ({ path, uses }) =>
      isProduct(path) && path !== "lib/env.ts" ? uses.filter((use) => use === "process.env") : [],
  },
  {
    name: "scopes are minted by the doorkeeper",
    broken: ({ path, imports }) =>
      path.startsWith("lib/auth/") || isTest(path)
        ? []
        : imports.flatMap(({ names }) => names.filter((name) => /^mint\w*Scope$/.test(name))),
  },
  { name: "files are named by what they hold", broken: ({ path }) => badNames(path) },
  { name: "the browser gets no server modules", broken: serverModulesInBrowser },
  {
    name: "no check is switched off",
    broken: ({ uses, remarks }) => [
      ...remarks,
      ...uses.filter(
        (use) =>
          use === "any" ||
          use === "catch {}" ||
          /^(test|it|describe|suite|bench)\.(skip|only|todo|fixme|fails)$/.test(use),
      ),
    ],
  },
];

/** Every breach of every rule, as "rule: file: what". */
export function breaches(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [bare(source.path), source]));
  return rules.flatMap(({ name, broken }) =>
    sources.flatMap((source) => broken(source, byPath).map((what) => `${name}: ${source.path}: ${what}`)),
  );
}

function said(imports: readonly Import[], isWrong: (one: Import) => boolean): string[] {
  return imports.filter(isWrong).map(({ specifier }) => specifier);
}

function upwardImports({ path, imports }: Source): string[] {
  const layer = layerOf(path);
  const module = moduleOf(path);
  if (isTest(path) || isScript(path)) return [];
  if (module !== null && layer === null && !isDoor(path))
    return [`${module} has no layer yet: give it one in scripts/architecture/layers.ts`];
  return said(imports, ({ target, isType }) => {
    if (target === null || isType) return false;
    if (module === null || isDoor(path)) return !/^(app|components|db|lib)(\/|$)/.test(target);
    if (/^(app|components|scripts|e2e)\//.test(target) || isDoor(target)) return true;
    const below = layerOf(target);
    if (below === null || layer === null) return false;
    return moduleOf(target) !== module && below >= layer;
  });
}

function mayComponentImport(target: string): boolean {
  if (target.startsWith("components/")) return true;
  const module = moduleOf(target);
  if (module === null || isDoor(target)) return false;
  return VALUES.includes(module) || /\/input$/.test(target);
}

const EMPTY_NAMES = new Set([
  "index",
  "util",
  "utils",
  "helper",
  "helpers",
  "type",
  "types",
  "constant",
  "constants",
  "common",
  "misc",
]);
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;

function badNames(path: string): string[] {
  const folders = path.split("/");
  const file = folders.pop() ?? "";
  const [name = "", ...kinds] = file.split(".");
  const wrong = folders
    // Next's own marks: (group), [parameter], [...rest], _private.
    .map((folder) => folder.replace(/^\(([\w-]+)\)$|^\[{1,2}(?:\.{3})?([\w-]+)\]{1,2}$|^_/, "$1$2"))
    .filter((folder) => folder !== "" && !folder.split(".").every((part) => KEBAB.test(part)));
  if (![name, ...kinds].every((part) => KEBAB.test(part))) wrong.push(file);
  if (EMPTY_NAMES.has(name)) wrong.push(`${file} says nothing`);
  return wrong;
}

/** Follows a "use client" file's imports as a bundler would, up to server actions, which stay on the server. */
function serverModulesInBrowser(source: Source, sources: ReadonlyMap<string, Source>): string[] {
  if (!source.directives.includes("use client")) return [];
  const bundled = new Set<Source>([source]);
  for (const { imports } of bundled) {
    for (const { target, isType } of imports) {
      const next = target === null || isType ? undefined : sources.get(target);
      if (next && !next.directives.includes("use server")) bundled.add(next);
    }
  }
  return [...bundled].flatMap(({ path, imports }) =>
    said(imports, isServerOnly).map((what) => (path === source.path ? what : `${what} by way of ${path}`)),
  );
}

function isServerOnly({ specifier, target, isType }: Import): boolean {
  if (isType) return false;
  return specifier === "server-only" || specifier.startsWith("node:") || /^db\//.test(target ?? "");
}
