import { otherMethods } from "@/app/api/methods";
import { placeHold } from "@/lib/holds/holds";
import { holdRequest } from "@/lib/holds/input";
import { logMutation } from "@/lib/log";
import { answer, authorizeFor, readIdempotencyKey, readJson } from "../../../door";
import { holdView } from "../../../views";

type Context = { params: Promise<{ organization: string }> };

/** Reserves the price of what is about to be sent. The same key again answers with the first hold. */
export async function POST(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/organizations/{organization}/holds", async () => {
    const scope = await authorizeFor(request, (await context.params).organization, "holds:write");
    const idempotencyKey = readIdempotencyKey(request);
    const hold = await placeHold(scope, await readJson(request, holdRequest), idempotencyKey);
    logMutation("hold.placed", {
      organizationId: scope.organizationId,
      holdId: hold.id,
      amount: hold.amount,
    });
    return Response.json(holdView(hold), { status: 201 });
  });
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = otherMethods("POST");
