import { otherMethods } from "@/app/api/methods";
import { authorizeKey } from "@/lib/auth/api-keys";
import { adjust } from "@/lib/provisioning/adjustments";
import { adjustmentInput } from "@/lib/provisioning/input";
import { answer, readIdempotencyKey, readJson, readSlug } from "../../../door";

type Context = { params: Promise<{ organization: string }> };

/** Corrects a balance by hand, with a reason. The same key again answers with the first adjustment. */
export async function POST(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/organizations/{organization}/adjustments", async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    const slug = readSlug((await context.params).organization);
    const idempotencyKey = readIdempotencyKey(request);
    const input = await readJson(request, adjustmentInput);
    return Response.json(await adjust(key, slug, input, idempotencyKey), { status: 201 });
  });
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = otherMethods("POST");
