import { otherMethods } from "@/app/api/methods";
import { Refusal } from "@/lib/errors";
import { findHold, releaseHold } from "@/lib/holds/holds";
import { logMutation } from "@/lib/log";
import { answer, authorizeFor } from "../../../../door";
import { holdView } from "../../../../views";

type Context = { params: Promise<{ organization: string; hold: string }> };

const ROUTE = "/api/v1/organizations/{organization}/holds/{hold}";

export async function GET(request: Request, context: Context): Promise<Response> {
  return answer(request, ROUTE, async () => {
    const { organization, hold } = await context.params;
    const scope = await authorizeFor(request, organization, "holds:write");
    return Response.json(holdView(await findHold(scope, readHoldId(hold))));
  });
}

/** Gives back what the hold still reserves. Releasing it again changes nothing. */
export async function DELETE(request: Request, context: Context): Promise<Response> {
  return answer(request, ROUTE, async () => {
    const { organization, hold } = await context.params;
    const scope = await authorizeFor(request, organization, "holds:write");
    const released = await releaseHold(scope, readHoldId(hold));
    logMutation("hold.released", { organizationId: scope.organizationId, holdId: released.id });
    return Response.json(holdView(released));
  });
}

function readHoldId(text: string): string {
  if (!/^hold_[\w-]{1,64}$/.test(text)) throw new Refusal("not_found", "There is no such hold.");
  return text;
}

export const { OPTIONS, PATCH, POST, PUT } = otherMethods("GET", "DELETE");
