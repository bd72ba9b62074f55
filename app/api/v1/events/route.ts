import { otherMethods } from "@/app/api/methods";
import { authorizeKey } from "@/lib/auth/api-keys";
import { Refusal } from "@/lib/errors";
import { logMutation } from "@/lib/log";
import { recordEvents, refuseEarly } from "@/lib/metering/metering";
import { countEvents } from "@/lib/metrics/metrics";
import { answer, readAnyJson } from "../door";

const MEDIA_TYPES = [
  "application/json",
  "application/cloudevents+json",
  "application/cloudevents-batch+json",
];
const MOST_BYTES = 4 * 1_048_576;

/**
 * One CloudEvent or an array of them (M1). What is accepted is charged when the answer leaves; on a 5xx or a lost
 * connection the same batch is sent again.
 */
export async function POST(request: Request): Promise<Response> {
  return answer(request, "/api/v1/events", async () => {
    const scope = await authorizeKey(request.headers.get("authorization"), "events:write");
    const body = await readAnyJson(request, MEDIA_TYPES, MOST_BYTES, (beginning) =>
      refuseEarly(scope, beginning),
    );
    const items: unknown[] = Array.isArray(body) ? body : [body];
    const { accepted, duplicates, rejected } = await recordEvents(scope, items);
    countEvents({ accepted, duplicate: duplicates, rejected: rejected.length });
    logMutation("events.recorded", { accepted, duplicates, rejected: rejected.length });
    if (rejected.length > 0 && rejected.length === items.length) {
      throw new Refusal("all_rejected", "Every event was rejected; `rejected` says why.", {
        members: { accepted, duplicates, rejected },
      });
    }
    return Response.json({ accepted, duplicates, rejected });
  });
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = otherMethods("POST");
