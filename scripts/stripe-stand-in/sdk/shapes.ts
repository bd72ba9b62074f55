import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, normalize } from "node:path";
import { type Declaration, readDeclarations, type Scope, type TypeNode } from "./declarations";

/**
 * What may stand at one place of a request or an answer. `known` is a string of a closed list; the SDK types
 * such lists as open (`'a' | 'b' | OtherString`), Stripe itself keeps them closed.
 */
export type Shape =
  | { kind: "string" }
  | { kind: "decimal" }
  | { kind: "number" }
  | { kind: "boolean" }
  | { kind: "null" }
  | { kind: "absent" }
  | { kind: "unknown"; name: string }
  | { kind: "literal"; value: string | number | boolean }
  | { kind: "array"; of: () => Shape }
  | { kind: "union"; of: Shape[] }
  | ObjectShape;

/** An object of named members, of any names (`index`), or of both. */
export type ObjectShape = {
  kind: "object";
  name: string;
  members: () => Map<string, { optional: boolean; shape: Shape }>;
  index: (() => Shape) | null;
};

type Bindings = Map<string, Shape>;

/** Where the installed SDK keeps its declaration files. */
export const sdkFolder = join(dirname(createRequire(import.meta.url).resolve("stripe")), "..", "esm");
const files = new Map<string, Scope>();
const shapes = new Map<Declaration, Shape>();

const builtIn: Record<string, Shape> = {
  string: { kind: "string" },
  number: { kind: "number" },
  boolean: { kind: "boolean" },
  null: { kind: "null" },
  undefined: { kind: "absent" },
  void: { kind: "absent" },
  Decimal: { kind: "decimal" },
  OtherString: { kind: "unknown", name: "OtherString" },
  unknown: { kind: "unknown", name: "unknown" },
};

/**
 * The shape of a type of the installed Stripe SDK, read from its declaration files.
 * @param address file below `resources/` and the type's name in it, such as `Checkout/Sessions:Checkout.SessionCreateParams`
 * @throws Error when the SDK has no such file or type.
 */
export function sdkShape(address: string): Shape {
  const [file = "", name = ""] = address.split(":");
  const scope = fileScope(join("resources", `${file}.d.ts`));
  const declaration = scope && findType(scope, name.split("."));
  if (!declaration) throw new Error(`the Stripe SDK has no type ${address}`);
  return declaredShape(declaration, []);
}

/** The shape of one interface given as TypeScript text, for doors of Stripe that the SDK does not have. */
export function writtenShape(source: string, name: string): Shape {
  const declaration = readDeclarations("resources/written.d.ts", source).types.get(name);
  if (!declaration) throw new Error(`no type ${name} in the text`);
  return declaredShape(declaration, []);
}

function fileScope(path: string): Scope | null {
  const key = normalize(path);
  const known = files.get(key);
  if (known) return known;
  const full = join(sdkFolder, key);
  if (!existsSync(full)) return null;
  const scope = readDeclarations(key, readFileSync(full, "utf8"));
  files.set(key, scope);
  return scope;
}

function importedScope(scope: Scope, from: string): Scope | null {
  return fileScope(join(dirname(scope.file), from.replace(/\.js$/, ".d.ts")));
}

function findType(scope: Scope, path: string[]): Declaration | null {
  const last = path.at(-1) ?? "";
  const owner = path.length === 1 ? scope : findSpace(scope, path.slice(0, -1));
  if (!owner) return null;
  if (path.length > 1) return typeInside(owner, last);
  for (let at: Scope | null = owner; at; at = at.parent) {
    const found = typeInside(at, last);
    if (found) return found;
  }
  return null;
}

function typeInside(scope: Scope, name: string): Declaration | null {
  const own = scope.types.get(name);
  if (own) return own;
  const alias = scope.aliases.get(name);
  if (alias && scope.parent) return findType(scope.parent, alias);
  const imported = scope.imports.get(name);
  const source = imported && importedScope(scope, imported.from);
  return source && imported ? typeInside(source, imported.name) : null;
}

function findSpace(scope: Scope, path: string[]): Scope | null {
  const [first = "", ...rest] = path;
  for (let at: Scope | null = scope; at; at = at.parent) {
    let found = spaceInside(at, first);
    for (const name of rest) found = found && spaceInside(found, name);
    if (found) return found;
  }
  return null;
}

function spaceInside(scope: Scope, name: string): Scope | null {
  const own = scope.spaces.get(name);
  if (own) return own;
  const alias = scope.aliases.get(name);
  if (alias && scope.parent) return findSpace(scope.parent, alias);
  const imported = scope.imports.get(name);
  const source = imported && importedScope(scope, imported.from);
  if (!source || !imported) return null;
  return imported.name === "*" ? source : spaceInside(source, imported.name);
}

function declaredShape(declaration: Declaration, args: Shape[]): Shape {
  const known = args.length === 0 ? shapes.get(declaration) : undefined;
  if (known) return known;
  const bindings: Bindings = new Map(
    declaration.parameters.map((name, at) => [name, args[at] ?? { kind: "unknown", name }]),
  );
  const { body, scope } = declaration;
  const shape =
    body.kind === "members"
      ? objectShape(declaration.name, body, declaration.parents, scope, bindings)
      : shapeOf(body, scope, bindings);
  if (args.length === 0) shapes.set(declaration, shape);
  return shape;
}

function objectShape(
  name: string,
  body: Extract<TypeNode, { kind: "members" }>,
  parents: TypeNode[],
  scope: Scope,
  bindings: Bindings,
): ObjectShape {
  let members: Map<string, { optional: boolean; shape: Shape }> | null = null;
  const { index } = body;
  return {
    kind: "object",
    name,
    index: index && (() => shapeOf(index, scope, bindings)),
    members: () => {
      if (members) return members;
      members = new Map();
      for (const parent of parents) {
        const shape = shapeOf(parent, scope, bindings);
        if (shape.kind === "object") for (const [key, member] of shape.members()) members.set(key, member);
      }
      for (const { name: key, optional, type } of body.members) {
        members.set(key, { optional, shape: shapeOf(type, scope, bindings) });
      }
      return members;
    },
  };
}

function shapeOf(type: TypeNode, scope: Scope, bindings: Bindings): Shape {
  switch (type.kind) {
    case "literal":
      return type;
    case "members":
      return objectShape("", type, [], scope, bindings);
    case "intersection":
      return { kind: "unknown", name: "intersection" };
    case "union":
      return union(type.of.map((part) => shapeOf(part, scope, bindings)));
    case "name":
      return namedShape(type, scope, bindings);
  }
}

function namedShape(type: Extract<TypeNode, { kind: "name" }>, scope: Scope, bindings: Bindings): Shape {
  const name = type.path.join(".");
  const bound = bindings.get(name) ?? builtIn[name];
  if (bound) return bound;
  const argument = type.args[0];
  if (argument && name === "Array") return { kind: "array", of: () => shapeOf(argument, scope, bindings) };
  if (argument && name === "ApiList") return listShape(() => shapeOf(argument, scope, bindings));
  if (argument && name === "Partial") return partial(shapeOf(argument, scope, bindings));
  const declaration = findType(scope, type.path);
  if (!declaration) return { kind: "unknown", name };
  return declaredShape(
    declaration,
    type.args.map((part) => shapeOf(part, scope, bindings)),
  );
}

/** A list as every list endpoint answers it (`ApiList` in the SDK). */
export function listShape(of: () => Shape): ObjectShape {
  return {
    kind: "object",
    name: "ApiList",
    index: null,
    members: () =>
      new Map<string, { optional: boolean; shape: Shape }>([
        ["object", { optional: false, shape: { kind: "literal", value: "list" } }],
        ["data", { optional: false, shape: { kind: "array", of } }],
        ["has_more", { optional: false, shape: { kind: "boolean" } }],
        ["url", { optional: false, shape: { kind: "string" } }],
      ]),
  };
}

function partial(shape: Shape): Shape {
  if (shape.kind !== "object") return shape;
  return {
    ...shape,
    members: () =>
      new Map([...shape.members()].map(([key, member]) => [key, { ...member, optional: true }] as const)),
  };
}

/** Flattens nested unions, and closes a list of literals by leaving `OtherString` out of it. */
function union(parts: Shape[]): Shape {
  const flat = parts.flatMap((part) => (part.kind === "union" ? part.of : [part]));
  const closed = flat.filter((part) => !(part.kind === "unknown" && part.name === "OtherString"));
  const only = closed[0];
  return closed.length === 1 && only ? only : { kind: "union", of: closed };
}
