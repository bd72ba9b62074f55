import { badRequest, missing } from "./refusals";

/** A page of objects as every list endpoint answers it. */
export type ListAnswer<T> = { object: "list"; data: T[]; has_more: boolean; url: string };

/** Which page of a list is wanted. */
export type Paging = { limit?: number; starting_after?: string; ending_before?: string };

/** A time in seconds, or a range of times. */
export type Range = number | { gt?: number; gte?: number; lt?: number; lte?: number };

const usualLimit = 10;
const mostPerPage = 100;

/**
 * One page of a list that is sorted as Stripe sorts it (newest first).
 * @throws StripeRefusal for a limit outside 1 to 100, both cursors at once, or a cursor that is not in the list
 */
export function page<T extends { id: string }>(objects: T[], url: string, paging: Paging): ListAnswer<T> {
  const limit = paging.limit ?? usualLimit;
  if (limit < 1 || limit > mostPerPage) {
    const bound = limit < 1 ? "greater than or equal to 1" : `less than or equal to ${mostPerPage}`;
    throw badRequest(`This value must be ${bound} (it currently is '${limit}').`, {
      code: "parameter_invalid_integer",
      param: "limit",
    });
  }
  const { starting_after: after, ending_before: before } = paging;
  if (after !== undefined && before !== undefined) {
    throw badRequest("You cannot specify both `starting_after` and `ending_before`.", {
      code: "parameters_exclusive",
      param: "ending_before",
    });
  }
  if (before !== undefined) {
    const earlier = objects.slice(0, position(objects, before, "ending_before"));
    const data = earlier.slice(-limit);
    return { object: "list", data, has_more: earlier.length > data.length, url };
  }
  const rest = after === undefined ? objects : objects.slice(position(objects, after, "starting_after") + 1);
  return { object: "list", data: rest.slice(0, limit), has_more: rest.length > limit, url };
}

function position<T extends { id: string }>(objects: T[], id: string, param: string): number {
  const at = objects.findIndex((object) => object.id === id);
  if (at < 0) throw missing("object", id, param);
  return at;
}

/** Whether a time in seconds is in the range that a list was asked for; no range takes all. */
export function inRange(time: number, range: Range | undefined): boolean {
  if (range === undefined) return true;
  if (typeof range === "number") return time === range;
  return (
    (range.gt === undefined || time > range.gt) &&
    (range.gte === undefined || time >= range.gte) &&
    (range.lt === undefined || time < range.lt) &&
    (range.lte === undefined || time <= range.lte)
  );
}
