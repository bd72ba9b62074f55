import type { World } from "./world";

/** Any object as data. */
export type Plain = Record<string, unknown>;

/** Line items carry their price, and disputes their balance transactions, without being asked. */
export function included(world: World, value: unknown): unknown {
  if (!isObject(value)) return value;
  if (value.object === "list") value.data = (value.data as unknown[]).map((part) => included(world, part));
  if (value.object === "item") value.price = structuredClone(findObject(world, value.price));
  if (value.object === "dispute") {
    value.balance_transactions = (value.balance_transactions as string[]).map((id) => findObject(world, id));
  }
  return value;
}

/** Whatever object has this id. */
export function findObject(world: World, id: unknown): Plain | null {
  if (typeof id !== "string") return null;
  for (const [name, table] of Object.entries(world.tables) as [string, Map<string, Plain>][]) {
    if (name === "session_facts" || name === "method_facts" || name === "answers") continue;
    const found = table.get(id);
    if (found) return found;
  }
  return null;
}

/** Whether a value has fields (or is a list). */
export function isObject(value: unknown): value is Plain {
  return typeof value === "object" && value !== null;
}
