import type { ObjectShape, Shape } from "../sdk/shapes";
import type { FormFields, FormValue } from "./form";
import { badRequest, type StripeRefusal } from "./refusals";

/** Names of numbers that Stripe takes with decimals; every other number is an integer. */
const fractional = /percent|percentage|rate|height|length|weight|width|latitude|longitude/;

/**
 * Turns the text of a form into values of the parameters' type in the SDK.
 * @throws StripeRefusal `parameter_unknown`, `parameter_missing`, `parameter_invalid_empty`,
 *   `parameter_invalid_integer`, or without a code for other values that do not fit
 */
export function decodeParameters(fields: FormFields, shape: ObjectShape): Record<string, unknown> {
  refuseUnknown(fields, shape, "");
  return decodeObject(fields, shape, "");
}

/** All unknown names are told at once, from every depth, before any value is looked at. */
function refuseUnknown(fields: FormFields, shape: ObjectShape, path: string): void {
  const unknown = unknownNames(fields, shape, path);
  if (unknown.length === 0) return;
  throw badRequest(`Received unknown parameter${unknown.length > 1 ? "s" : ""}: ${unknown.join(", ")}`, {
    code: "parameter_unknown",
    param: unknown[0],
  });
}

function unknownNames(fields: FormFields, shape: ObjectShape, path: string): string[] {
  const members = shape.members();
  return [...fields].flatMap(([name, value]) => {
    const own = path === "" ? name : `${path}[${name}]`;
    const member = members.get(name)?.shape ?? shape.index?.();
    if (!member) return [own];
    return typeof value === "string" ? [] : unknownInside(value, member, own);
  });
}

function unknownInside(value: FormFields, shape: Shape, path: string): string[] {
  if (shape.kind === "object") return unknownNames(value, shape, path);
  if (shape.kind === "array") {
    return [...value].flatMap(([at, part]) =>
      typeof part === "string" ? [] : unknownInside(part, shape.of(), `${path}[${at}]`),
    );
  }
  if (shape.kind !== "union") return [];
  const found = shape.of
    .filter((part) => part.kind === "object" || part.kind === "array")
    .map((part) => unknownInside(value, part, path));
  return found.sort((a, b) => a.length - b.length)[0] ?? [];
}

function decodeObject(fields: FormFields, shape: ObjectShape, path: string): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (const [name, { optional, shape: member }] of shape.members()) {
    const own = path === "" ? name : `${path}[${name}]`;
    const value = fields.get(name);
    if (value !== undefined) decoded[name] = decode(value, member, own);
    else if (!optional) throw parameterMissing(own);
  }
  const index = shape.index?.();
  if (index) {
    for (const [name, value] of fields) {
      if (!(name in decoded)) decoded[name] = decode(value, index, `${path}[${name}]`);
    }
  }
  return decoded;
}

/** @param path the parameter's name as Stripe writes it, such as `line_items[0][quantity]` */
export function parameterMissing(path: string): StripeRefusal {
  return badRequest(`Missing required param: ${path}.`, { code: "parameter_missing", param: path });
}

function decode(value: FormValue, shape: Shape, path: string): unknown {
  switch (shape.kind) {
    case "union":
      return decodeUnion(value, shape.of, path);
    case "array":
      return decodeArray(value, shape.of(), path);
    case "object":
      if (typeof value === "string") throw badRequest("Invalid object", { param: path });
      return decodeObject(value, shape, path);
    case "unknown":
      return value;
    default:
      if (typeof value !== "string") throw badRequest(`Invalid ${plainName(shape)}`, { param: path });
      return decodeText(value, shape, path);
  }
}

function decodeText(text: string, shape: Shape, path: string): unknown {
  switch (shape.kind) {
    case "number":
      return decodeNumber(text, path);
    case "boolean":
      if (text === "true" || text === "false") return text === "true";
      throw badRequest(`Invalid boolean: ${text}`, { param: path });
    case "decimal":
      if (/^-?\d+(\.\d{1,12})?$/.test(text)) return text;
      throw badRequest(`Invalid decimal: ${text}; must be a number with at most 12 decimal places`, {
        param: path,
      });
    case "literal":
      return decodeUnion(text, [shape], path);
    default:
      if (text !== "") return text;
      throw emptyValue(path);
  }
}

function decodeNumber(text: string, path: string): number {
  const name = path.replace(/\]$/, "").split("[").at(-1) ?? path;
  const pattern = fractional.test(name) ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  const number = Number(text);
  if (pattern.test(text) && Number.isSafeInteger(Math.trunc(number))) return number;
  throw badRequest(`Invalid integer: ${text}`, { code: "parameter_invalid_integer", param: path });
}

function decodeArray(value: FormValue, of: Shape, path: string): unknown[] {
  if (value === "") return [];
  if (typeof value === "string") throw badRequest("Invalid array", { param: path });
  const entries = [...value];
  if (entries.some(([at]) => !/^\d+$/.test(at))) throw badRequest("Invalid array", { param: path });
  return entries
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([at, part]) => decode(part, of, `${path}[${at}]`));
}

function decodeUnion(value: FormValue, of: Shape[], path: string): unknown {
  const literals = of.flatMap((part) => (part.kind === "literal" ? [String(part.value)] : []));
  if (typeof value === "string" && literals.includes(value)) return value;
  if (value === "" && of.some((part) => part.kind === "null")) return "";
  const fitting = of.find((part) => part.kind !== "literal" && part.kind !== "null" && fits(value, part));
  if (fitting) return decode(value, fitting, path);
  const words = literals.filter((word) => word !== "");
  if (value === "") throw emptyValue(path);
  if (words.length === 0 || typeof value !== "string") throw badRequest("Invalid value", { param: path });
  throw badRequest(`Invalid ${path}: must be one of ${enumeration(words)}`, { param: path });
}

function fits(value: FormValue, shape: Shape): boolean {
  const nested = shape.kind === "object" || shape.kind === "array";
  return typeof value === "string" ? !nested : nested;
}

function emptyValue(path: string): StripeRefusal {
  return badRequest(
    `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a parameter; ` +
      `however '${path}' cannot be unset. You should remove '${path}' from your request or supply a non-empty value.`,
    { code: "parameter_invalid_empty", param: path },
  );
}

function enumeration(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")}, or ${words.at(-1)}`;
}

function plainName(shape: Shape): string {
  return shape.kind === "number" ? "integer" : shape.kind;
}
