import { dirname, join } from "node:path";
import { parseAst } from "vitest/node";

/** One import of a source file, whichever way it is written. */
export type Import = {
  /** As it stands in the file. */
  readonly specifier: string;
  /** The file of ours that it leads to, without extension; null for packages. */
  readonly target: string | null;
  /** The package it leads to; null for files of ours and for Node's own modules. */
  readonly package: string | null;
  /** Vanishes when the types do. */
  readonly isType: boolean;
  readonly names: readonly string[];
};

/** What the rules ask of a source file. */
export type Source = {
  readonly path: string;
  readonly imports: readonly Import[];
  /** "use client" and "use server" at the top. */
  readonly directives: readonly string[];
  /** Expressions that a rule may forbid, as they are usually written: "new Date()", "process.env", "test.only". */
  readonly uses: readonly string[];
  /** Comments that switch a check off or put work off. */
  readonly remarks: readonly string[];
};

type Node = { readonly type: string; readonly [field: string]: unknown };

/** @throws Error when the file is no TypeScript */
export function readSource(path: string, text: string): Source {
  const program = asNode(parseAst(text, { lang: languageOf(path) }));
  const found: Found = { imports: [], uses: [], quoted: [] };
  for (const node of walk(program)) notice(path, node, found);
  const body = Array.isArray(program?.body) ? program.body.map(asNode) : [];
  return {
    path,
    imports: found.imports,
    uses: found.uses,
    directives: body.flatMap((node) => (typeof node?.directive === "string" ? [node.directive] : [])),
    remarks: remarksIn(text, found.quoted),
  };
}

function languageOf(path: string): "ts" | "tsx" | "js" | "jsx" {
  if (path.endsWith(".tsx")) return "tsx";
  return path.endsWith(".ts") ? "ts" : "jsx";
}

type Found = { readonly imports: Import[]; readonly uses: string[]; readonly quoted: [number, number][] };

function notice(path: string, node: Node, { imports, uses, quoted }: Found): void {
  if (/^(Literal|TemplateElement|JSXText)$/.test(node.type)) {
    quoted.push([Number(node.start), Number(node.end)]);
  }
  const imported = importOf(path, node);
  if (imported) imports.push(imported);
  const expression = expressionOf(node);
  if (expression) uses.push(expression);
}

function importOf(path: string, node: Node): Import | null {
  if (!/^(Import(Declaration|Expression)|Export(Named|All)Declaration)$/.test(node.type)) return null;
  const specifier = asNode(node.source)?.value;
  if (typeof specifier !== "string") return null;
  const parts = Array.isArray(node.specifiers) ? node.specifiers.map(asNode) : [];
  const isType =
    node.importKind === "type" ||
    node.exportKind === "type" ||
    (parts.length > 0 && parts.every((part) => part?.importKind === "type" || part?.exportKind === "type"));
  const names = parts.flatMap((part) => nameOf(part?.imported) ?? nameOf(part?.local) ?? []);
  return { specifier, ...destination(path, specifier), isType, names };
}

function destination(path: string, specifier: string): Pick<Import, "target" | "package"> {
  const bare = (file: string) => file.replace(/\.(tsx?|jsx?|mjs)$/, "");
  if (specifier.startsWith("@/")) return { target: bare(specifier.slice(2)), package: null };
  if (specifier.startsWith(".")) return { target: bare(join(dirname(path), specifier)), package: null };
  if (specifier.startsWith("node:")) return { target: null, package: null };
  const [scope = "", name = ""] = specifier.split("/");
  return { target: null, package: specifier.startsWith("@") ? `${scope}/${name}` : scope };
}

function expressionOf(node: Node): string | null {
  if (node.type === "TSAnyKeyword") return "any";
  if (node.type === "NewExpression" && nameOf(node.callee) === "Date") {
    return Array.isArray(node.arguments) && node.arguments.length === 0 ? "new Date()" : null;
  }
  if (node.type === "CatchClause") {
    const statements = asNode(node.body)?.body;
    return Array.isArray(statements) && statements.length === 0 ? "catch {}" : null;
  }
  if (node.type !== "MemberExpression") return null;
  const property = nameOf(node.property);
  const object = nameOf(node.object) ?? nameOf(asNode(node.object)?.object);
  return object && property ? `${object}.${property}` : null;
}

const REMARKS = /(?:biome-ignore|eslint-disable|@ts-(?:ignore|expect-error|nocheck)|\b(?:TODO|FIXME|XXX)\b)/g;

function remarksIn(text: string, quoted: readonly (readonly [number, number])[]): string[] {
  return [...text.matchAll(REMARKS)]
    .filter(({ index }) => !quoted.some(([start, end]) => index >= start && index < end))
    .map(([remark]) => remark);
}

function* walk(node: Node | null): Generator<Node> {
  if (!node) return;
  yield node;
  for (const [field, value] of Object.entries(node)) {
    if (field === "parent") continue;
    for (const child of Array.isArray(value) ? value : [value]) yield* walk(asNode(child));
  }
}

function nameOf(value: unknown): string | null {
  const name = asNode(value)?.name;
  return typeof name === "string" ? name : null;
}

function asNode(value: unknown): Node | null {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
    ? (value as Node)
    : null;
}
