import { z } from "zod";
import { otherMethods } from "@/app/api/methods";
import { authorizeKey } from "@/lib/auth/api-keys";
import { Refusal } from "@/lib/errors";
import { retryBody } from "@/lib/inbox/inbox";
import { logMutation } from "@/lib/log";
import { answer, readParameter } from "../../../door";

type Context = { params: Promise<{ body: string }> };

const bodyId = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** Tries a stored webhook body now. For the platform's key. */
export async function POST(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/inbox/{body}/retry", async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    if (key.onlyOrganizationId !== null) {
      throw new Refusal("forbidden", "The inbox belongs to the platform: use the platform's key.");
    }
    const id = readParameter(bodyId, "body", (await context.params).body);
    const processed = await retryBody(key, id);
    logMutation("inbox.retried", { bodyId: id, processed });
    return Response.json({ id, processed });
  });
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = otherMethods("POST");
