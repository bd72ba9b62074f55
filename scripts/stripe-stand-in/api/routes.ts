import { type ObjectShape, type Shape, sdkShape, writtenShape } from "../sdk/shapes";
import type { World } from "../world/world";

/** The methods of the API. */
export type Method = "GET" | "POST" | "DELETE";

/** One endpoint: `:id` parts of the address are handed to `run` in order, after the parameters. */
export type Route = {
  method: Method;
  pattern: string;
  /** The type of its parameters, looked up when it is first called. */
  parameters: () => ObjectShape;
  run: (world: World, params: Record<string, unknown>, ...ids: string[]) => unknown;
};

/**
 * An endpoint whose parameters are those of a type in the SDK.
 * @param type as `sdkShape` takes it; text in braces: an interface written here, for doors that the SDK lacks
 */
export function route<Params>(
  method: Method,
  pattern: string,
  type: string,
  run: (world: World, params: Params, ...ids: string[]) => unknown,
): Route {
  return { method, pattern, parameters: () => objectOnly(type), run: run as Route["run"] };
}

function objectOnly(type: string): ObjectShape {
  const shape: Shape = type.startsWith("{")
    ? writtenShape(`interface Written ${type}`, "Written")
    : sdkShape(type);
  if (shape.kind !== "object") throw new Error(`${type} is not an interface`);
  return shape;
}

/** An endpoint, with the ids in the address it was found by. */
export type Match = { route: Route; ids: string[] };

/** The endpoint at this address, or null. */
export function findRoute(routes: Route[], method: string, path: string): Match | null {
  const parts = path.split("/");
  for (const candidate of routes) {
    if (candidate.method !== method) continue;
    const ids = idsOf(candidate.pattern.split("/"), parts);
    if (ids) return { route: candidate, ids };
  }
  return null;
}

function idsOf(pattern: string[], parts: string[]): string[] | null {
  if (pattern.length !== parts.length) return null;
  const ids: string[] = [];
  for (const [at, name] of pattern.entries()) {
    const part = parts[at] ?? "";
    if (name === ":id" && part !== "") ids.push(decodeURIComponent(part));
    else if (name !== part) return null;
  }
  return ids;
}
