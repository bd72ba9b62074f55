import { otherMethods } from "@/app/api/methods";
import { estimate } from "@/lib/holds/holds";
import { holdRequest } from "@/lib/holds/input";
import { toDecimal } from "@/lib/money/money";
import { answer, authorizeFor, readJson } from "../../../door";
import { lineView } from "../../../views";

type Context = { params: Promise<{ organization: string }> };

/** What a hold would answer, with nothing reserved. */
export async function POST(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/organizations/{organization}/estimates", async () => {
    const scope = await authorizeFor(request, (await context.params).organization, "holds:write");
    const { amount, lines, availableAfter } = await estimate(scope, await readJson(request, holdRequest));
    return Response.json({
      amount: toDecimal(amount),
      lines: lines.map(lineView),
      available_after: toDecimal(availableAfter),
    });
  });
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = otherMethods("POST");
