import type { ObjectShape, Shape } from "./shapes";

/**
 * Every way in which a value departs from a shape of the SDK: a missing field, a field the type does not
 * have, null where null is not allowed, a word outside the closed list. Empty when there is none.
 */
export function departures(value: unknown, shape: Shape, path = ""): string[] {
  switch (shape.kind) {
    case "unknown":
      return [];
    case "absent":
      return [`${path} must be absent`];
    case "null":
      return value === null ? [] : [`${path} must be null, is ${shown(value)}`];
    case "literal":
      return value === shape.value ? [] : [`${path} must be ${shown(shape.value)}, is ${shown(value)}`];
    case "decimal":
      return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)
        ? []
        : [`${path} must be a decimal string, is ${shown(value)}`];
    case "string":
    case "boolean":
    case "number":
      return hasKind(value, shape.kind) ? [] : [`${path} must be a ${shape.kind}, is ${shown(value)}`];
    case "array":
      return Array.isArray(value)
        ? value.flatMap((part, at) => departures(part, shape.of(), `${path}[${at}]`))
        : [`${path} must be an array, is ${shown(value)}`];
    case "union":
      return unionDepartures(value, shape.of, path);
    case "object":
      return objectDepartures(value, shape, path);
  }
}

function hasKind(value: unknown, kind: string): boolean {
  return kind === "number" ? Number.isFinite(value) : typeof value === kind;
}

/** The alternative that the value departs from least says what is wrong with it. */
function unionDepartures(value: unknown, alternatives: Shape[], path: string): string[] {
  let least: string[] | null = null;
  for (const alternative of alternatives) {
    if (!couldBe(value, alternative)) continue;
    const found = departures(value, alternative, path);
    if (found.length === 0) return [];
    if (!least || found.length < least.length) least = found;
  }
  const allowed = alternatives.map((part) => (part.kind === "literal" ? shown(part.value) : part.kind));
  return least ?? [`${path} must be one of ${allowed.join(", ")}, is ${shown(value)}`];
}

function couldBe(value: unknown, shape: Shape): boolean {
  if (shape.kind === "literal") return value === shape.value;
  if (shape.kind !== "object" || !isRecord(value)) return true;
  const named = shape.members().get("object")?.shape;
  return named?.kind !== "literal" || named.value === value.object;
}

function objectDepartures(value: unknown, shape: ObjectShape, path: string): string[] {
  if (!isRecord(value)) return [`${path} must be an object (${shape.name}), is ${shown(value)}`];
  const members = shape.members();
  const found: string[] = [];
  for (const [name, { optional, shape: member }] of members) {
    const part = value[name];
    if (part !== undefined) found.push(...departures(part, member, `${path}.${name}`));
    else if (!optional) found.push(`${path}.${name} is missing`);
  }
  for (const [name, part] of Object.entries(value)) {
    if (members.has(name)) continue;
    if (shape.index) found.push(...departures(part, shape.index(), `${path}.${name}`));
    else found.push(`${path}.${name} is not a field of ${shape.name}`);
  }
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? "absent";
}
