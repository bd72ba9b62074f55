import type Stripe from "stripe";
import { found, newestFirst } from "../world/lookup";
import { inRange, page } from "./listing";
import { badRequest } from "./refusals";
import { type Route, route } from "./routes";

/** `/v1/events` */
export const eventRoutes: Route[] = [
  route<Stripe.EventListParams>("GET", "/v1/events", "Events:EventListParams", (world, params) => {
    if (params.type !== undefined && params.types !== undefined) {
      throw badRequest("You may only specify one of these parameters: type, types.", {
        code: "parameters_exclusive",
        param: "types",
      });
    }
    const wanted = params.types ?? (params.type === undefined ? [] : [params.type]);
    const events = newestFirst(world.tables.events).filter(
      (event) =>
        (wanted.length === 0 || wanted.some((type) => matches(event.type, type))) &&
        (params.delivery_success === undefined ||
          params.delivery_success === (event.pending_webhooks === 0)) &&
        inRange(event.created, params.created),
    );
    return page(events, "/v1/events", params);
  }),
  route("GET", "/v1/events/:id", "Events:EventRetrieveParams", (world, _params, id = "") =>
    found(world.tables.events, id, "event"),
  ),
];

/** A type may end in `*`, as in `charge.*`. */
function matches(type: string, wanted: string): boolean {
  return wanted.endsWith("*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}
