import { Tokens } from "./tokens";

/** A type as it is written in a declaration file, names not yet looked up. */
export type TypeNode =
  | { kind: "literal"; value: string | number | boolean }
  | { kind: "name"; path: string[]; args: TypeNode[] }
  | { kind: "union"; of: TypeNode[] }
  | { kind: "intersection"; of: TypeNode[] }
  | { kind: "members"; members: Member[]; index: TypeNode | null };

/** One field of an interface. */
export type Member = { name: string; optional: boolean; type: TypeNode };

/** An interface or a type alias, with the scope in which its names are looked up. */
export type Declaration = {
  name: string;
  parameters: string[];
  parents: TypeNode[];
  body: TypeNode;
  scope: Scope;
};

/** A file or a namespace. `aliases` are names that stand for a path looked up in the enclosing scope. */
export type Scope = {
  file: string;
  parent: Scope | null;
  types: Map<string, Declaration>;
  spaces: Map<string, Scope>;
  imports: Map<string, { from: string; name: string }>;
  aliases: Map<string, string[]>;
};

const unknown: TypeNode = { kind: "name", path: ["unknown"], args: [] };
const modifiers = new Set(["export", "declare", "abstract", "default"]);

function newScope(file: string, parent: Scope | null): Scope {
  return { file, parent, types: new Map(), spaces: new Map(), imports: new Map(), aliases: new Map() };
}

/**
 * Reads the interfaces, type aliases and namespaces of a declaration file as the Stripe SDK ships them.
 * Classes, functions and constants are passed over.
 * @throws Error on syntax that such files do not use.
 */
export function readDeclarations(file: string, source: string): Scope {
  const scope = newScope(file, null);
  readStatements(new Tokens(source), scope);
  return scope;
}

function readStatements(tokens: Tokens, scope: Scope): void {
  while (!tokens.ended && !tokens.skip("}")) {
    while (modifiers.has(tokens.peek())) tokens.take();
    readStatement(tokens, scope);
  }
}

const readers: Record<string, (tokens: Tokens, scope: Scope) => void> = {
  import: readImport,
  "{": readExportList,
  interface: readInterface,
  type: readAlias,
  namespace: readNamespace,
};

function readStatement(tokens: Tokens, scope: Scope): void {
  const read = readers[tokens.peek()];
  if (read) read(tokens, scope);
  else tokens.skipStatement();
}

function readImport(tokens: Tokens, scope: Scope): void {
  tokens.expect("import");
  if (tokens.peek(1) === "=") {
    const name = tokens.take();
    tokens.expect("=");
    scope.aliases.set(name, readPath(tokens));
    tokens.expect(";");
    return;
  }
  const everything = tokens.peek() === "*";
  if (!everything && tokens.peek() !== "{") {
    tokens.skipStatement();
    return;
  }
  const names = everything ? readStar(tokens) : readNameList(tokens);
  tokens.expect("from");
  const from = unquoted(tokens.take());
  tokens.expect(";");
  for (const [name, local] of names) scope.imports.set(local, { from, name });
}

/** `export { A, B as C } from "…"` or, of names already in reach, `export { A }`. */
function readExportList(tokens: Tokens, scope: Scope): void {
  const names = readNameList(tokens);
  const from = tokens.skip("from") ? unquoted(tokens.take()) : null;
  tokens.skip(";");
  for (const [name, exported] of names) {
    if (from !== null) scope.imports.set(exported, { from, name });
    else if (scope.parent !== null) scope.aliases.set(exported, [name]);
  }
}

/** `* as Name`: the name stands for the whole file. */
function readStar(tokens: Tokens): [name: string, local: string][] {
  tokens.expect("*");
  tokens.expect("as");
  return [["*", tokens.take()]];
}

function readNameList(tokens: Tokens): [name: string, local: string][] {
  const names: [string, string][] = [];
  tokens.expect("{");
  while (!tokens.skip("}")) {
    tokens.skip("type");
    const name = tokens.take();
    names.push([name, tokens.skip("as") ? tokens.take() : name]);
    tokens.skip(",");
  }
  return names;
}

function readInterface(tokens: Tokens, scope: Scope): void {
  tokens.expect("interface");
  const name = tokens.take();
  const parameters = readTypeParameters(tokens);
  const parents: TypeNode[] = [];
  if (tokens.skip("extends")) {
    do parents.push(readType(tokens));
    while (tokens.skip(","));
  }
  scope.types.set(name, { name, parameters, parents, body: readMembers(tokens), scope });
}

function readAlias(tokens: Tokens, scope: Scope): void {
  tokens.expect("type");
  const name = tokens.take();
  const parameters = readTypeParameters(tokens);
  tokens.expect("=");
  let body = readType(tokens);
  if (!tokens.skip(";")) {
    tokens.skipStatement();
    body = unknown;
  }
  scope.types.set(name, { name, parameters, parents: [], body, scope });
}

function readNamespace(tokens: Tokens, scope: Scope): void {
  tokens.expect("namespace");
  const name = tokens.take();
  const inner = scope.spaces.get(name) ?? newScope(scope.file, scope);
  scope.spaces.set(name, inner);
  tokens.expect("{");
  readStatements(tokens, inner);
}

function readTypeParameters(tokens: Tokens): string[] {
  const names: string[] = [];
  if (!tokens.skip("<")) return names;
  while (!tokens.skip(">")) {
    names.push(tokens.take());
    if (tokens.skip("extends")) readType(tokens);
    if (tokens.skip("=")) readType(tokens);
    tokens.skip(",");
  }
  return names;
}

function readMembers(tokens: Tokens): TypeNode {
  const members: Member[] = [];
  let index: TypeNode | null = null;
  tokens.expect("{");
  while (!tokens.skip("}")) {
    if (tokens.peek() === "[") {
      tokens.skipGroup();
      if (tokens.skip(":")) index = readType(tokens);
      else tokens.skipStatement();
      tokens.skip(";");
      continue;
    }
    const name = unquoted(tokens.take());
    const optional = tokens.skip("?");
    if (tokens.skip(":")) members.push({ name, optional, type: readType(tokens) });
    else tokens.skipStatement();
    tokens.skip(";");
  }
  return { kind: "members", members, index };
}

function readType(tokens: Tokens): TypeNode {
  tokens.skip("|");
  const of = [readIntersection(tokens)];
  while (tokens.skip("|")) of.push(readIntersection(tokens));
  return of.length === 1 && of[0] ? of[0] : { kind: "union", of };
}

function readIntersection(tokens: Tokens): TypeNode {
  const of = [readListType(tokens)];
  while (tokens.skip("&")) of.push(readListType(tokens));
  return of.length === 1 && of[0] ? of[0] : { kind: "intersection", of };
}

function readListType(tokens: Tokens): TypeNode {
  let type = readPlainType(tokens);
  while (tokens.peek() === "[" && tokens.peek(1) === "]") {
    tokens.skipGroup();
    type = { kind: "name", path: ["Array"], args: [type] };
  }
  return type;
}

function readPlainType(tokens: Tokens): TypeNode {
  const next = tokens.peek();
  if (next === "{") return readMembers(tokens);
  if (next === "(") return readBracketedType(tokens);
  if (/^['"]/.test(next)) return { kind: "literal", value: unquoted(tokens.take()) };
  if (/^\d/.test(next)) return { kind: "literal", value: Number(tokens.take()) };
  if (next === "true" || next === "false") return { kind: "literal", value: tokens.take() === "true" };
  const path = readPath(tokens);
  const args: TypeNode[] = [];
  if (tokens.skip("<")) {
    do args.push(readType(tokens));
    while (tokens.skip(","));
    tokens.expect(">");
  }
  return { kind: "name", path, args };
}

/** A function type says nothing about what goes over the wire, so it is unknown; else a type in brackets. */
function readBracketedType(tokens: Tokens): TypeNode {
  let ahead = 0;
  let depth = 0;
  do {
    if (tokens.peek(ahead) === "(") depth += 1;
    if (tokens.peek(ahead) === ")") depth -= 1;
    ahead += 1;
  } while (depth > 0);
  if (tokens.peek(ahead) === "=>") {
    tokens.skipGroup();
    tokens.expect("=>");
    readType(tokens);
    return unknown;
  }
  tokens.expect("(");
  const type = readType(tokens);
  tokens.expect(")");
  return type;
}

function readPath(tokens: Tokens): string[] {
  const path = [tokens.take()];
  while (tokens.skip(".")) path.push(tokens.take());
  return path;
}

function unquoted(token: string): string {
  return /^['"]/.test(token) ? token.slice(1, -1).replace(/\\(.)/g, "$1") : token;
}
