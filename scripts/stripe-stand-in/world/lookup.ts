import { missing } from "../api/refusals";

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
    else merged[key] = String(value);
  }
  return merged;
}
