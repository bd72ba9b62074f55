import { apiVersion } from "../sdk/version";
import { newId } from "./identifiers";
import { included } from "./inclusion";
import type { Event } from "./objects";
import type { World } from "./world";

/**
 * Records an event with the object as it is now, and sends it on its way.
 * @param previous the values before the change, for `*.updated` events
 */
export function recordEvent(
  world: World,
  type: Event["type"],
  object: { id: string; object: string },
  previous?: Record<string, unknown>,
): void {
  const data: Event["data"] = { object: included(world, structuredClone(object)) as Event["data"]["object"] };
  if (previous) data.previous_attributes = previous;
  const event: Event = {
    id: newId("event"),
    object: "event",
    api_version: apiVersion,
    created: world.now(),
    data,
    livemode: false,
    pending_webhooks: 0,
    request: { ...world.cause },
    type,
  };
  world.tables.events.set(event.id, event);
  world.onEvent(event);
}
