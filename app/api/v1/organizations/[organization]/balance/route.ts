import { otherMethods } from "@/app/api/methods";
import { readBalance } from "@/lib/reports/balance";
import { answer, authorizeFor } from "../../../door";
import { balanceView } from "../../../views";

type Context = { params: Promise<{ organization: string }> };

/** What the organization has left right now (M3). */
export async function GET(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/organizations/{organization}/balance", async () => {
    const scope = await authorizeFor(request, (await context.params).organization, "balance:read");
    return Response.json(balanceView(await readBalance(scope)));
  });
}

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("GET");
