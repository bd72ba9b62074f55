import { otherMethods } from "@/app/api/methods";
import { authorizeKey } from "@/lib/auth/api-keys";
import { packageInput } from "@/lib/packages/input";
import { putPackage } from "@/lib/provisioning/provisioning";
import { slugInput } from "@/lib/text/input";
import { answer, readJson, readParameter } from "../../door";
import { packageView, statusOf } from "../../views";

type Context = { params: Promise<{ package: string }> };

/** Makes or changes a package; a change reaches only months that open after it. */
export async function PUT(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/packages/{package}", async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    const slug = readParameter(slugInput, "package", (await context.params).package);
    const input = await readJson(request, packageInput);
    const facts = {
      slug,
      name: input.name,
      seats: input.seats,
      uniqueVisitors: input.unique_visitors,
      conversations: input.conversations,
      initialBalance: input.initial_balance,
      currency: input.currency,
      initialCarriesOver: input.initial_carries_over,
    };
    const outcome = await putPackage(key, facts);
    return Response.json(packageView(facts), { status: statusOf(outcome) });
  });
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST } = otherMethods("PUT");
