import { z } from "zod";
import { otherMethods } from "@/app/api/methods";
import { authorizeKey } from "@/lib/auth/api-keys";
import { Refusal } from "@/lib/errors";
import { listWaitingBodies } from "@/lib/inbox/inbox";
import { answer, readQuery } from "../door";
import { waitingBodyView } from "../views";

const page = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  after: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
});

/** Webhook bodies that are not processed yet, oldest first, with the reason and their age. For the platform's key. */
export async function GET(request: Request): Promise<Response> {
  return answer(request, "/api/v1/inbox", async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    if (key.onlyOrganizationId !== null) {
      throw new Refusal("forbidden", "The inbox belongs to the platform: use the platform's key.");
    }
    const { limit, after } = readQuery(request, page);
    const found = await listWaitingBodies(key, { after: after ?? null, limit: Math.min(limit + 1, 500) });
    const bodies = found.slice(0, limit);
    const next = found.length > limit || found.length === 500 ? (bodies.at(-1)?.id ?? null) : null;
    return Response.json({ bodies: bodies.map(waitingBodyView), next });
  });
}

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("GET");
