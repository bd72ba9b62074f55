import { badRequest } from "./refusals";

/** A decoded form body or query string: text, or an object or list of further values by key. */
export type FormValue = string | FormFields;
export type FormFields = Map<string, FormValue>;

const deepest = 12;

/**
 * Decodes `a[b][0][c]=d` as Stripe does: brackets nest, `[]` appends, the last of two equal keys wins.
 * @throws StripeRefusal when one name is used both as a value and as a parent, or nests too deep
 */
export function decodeForm(text: string): FormFields {
  const fields: FormFields = new Map();
  for (const [name, value] of new URLSearchParams(text)) {
    const path = pathOf(name);
    let at = fields;
    for (const [depth, key] of path.entries()) {
      const own = key === "" ? String(at.size) : key;
      if (depth === path.length - 1) {
        at.set(own, value);
        break;
      }
      const next = at.get(own) ?? new Map();
      if (typeof next === "string")
        throw badRequest(`Invalid request: ${name} is both a value and a parent.`);
      at.set(own, next);
      at = next;
    }
  }
  return fields;
}

function pathOf(name: string): string[] {
  const open = name.indexOf("[");
  if (open <= 0 || !name.endsWith("]")) return [name];
  const path = [name.slice(0, open), ...name.slice(open + 1, -1).split("][")];
  if (path.length > deepest) throw badRequest("Invalid request: parameters are nested too deep.");
  return path;
}

/** The same fields as plain data with sorted keys, so that two bodies can be compared. */
export function canonicalForm(fields: FormFields): string {
  return JSON.stringify(plain(fields));
}

function plain(value: FormValue): unknown {
  if (typeof value === "string") return value;
  return [...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, plain(part)]);
}
