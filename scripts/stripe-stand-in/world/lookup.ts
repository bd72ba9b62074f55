import { badRequest, missing } from "../api/refusals";

const mostKeys = 50;
const longestKey = 40;
const longestValue = 500;

/**
 * The object with this id.
 * @param kind the word in Stripe's message, such as `charge`
 * @param param the parameter that named it; `id` when the address did
 * @throws StripeRefusal `resource_missing`
 */
export function found<T>(table: Map<string, T>, id: string, kind: string, param = "id"): T {
  const object = table.get(id);
  if (object === undefined) throw missing(kind, id, param);
  return object;
}

/** Objects newest first, as every list of Stripe is sorted. */
export function newestFirst<T>(table: Map<string, T>): T[] {
  return [...table.values()].reverse();
}

/**
 * Metadata after an update: named keys change, an empty value removes a key, an empty whole removes all.
 * @param change as decoded from the request; undefined: nothing said
 * @throws StripeRefusal above 50 keys, 40 characters of a key or 500 of a value
 */
export function mergedMetadata(
  metadata: Record<string, string> | null,
  change: Record<string, unknown> | "" | null | undefined,
): Record<string, string> {
  if (change === undefined) return metadata ?? {};
  if (change === "" || change === null) return {};
  const merged = { ...metadata };
  for (const [key, value] of Object.entries(change)) {
    if (value === "" || value === null) delete merged[key];
    else merged[key] = checkedEntry(key, String(value));
  }
  if (Object.keys(merged).length > mostKeys) {
    throw badRequest(`Metadata can have at most ${mostKeys} keys.`, { param: "metadata" });
  }
  return merged;
}

function checkedEntry(key: string, value: string): string {
  if (key.length > longestKey || /[[\]]/.test(key)) {
    throw badRequest(`Metadata keys can have at most ${longestKey} characters and no square brackets.`, {
      param: "metadata",
    });
  }
  if (value.length > longestValue) {
    throw badRequest(`Metadata values can have at most ${longestValue} characters.`, {
      param: `metadata[${key}]`,
    });
  }
  return value;
}
