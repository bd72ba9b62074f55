import { otherMethods } from "@/app/api/methods";
import { authorizeKey } from "@/lib/auth/api-keys";
import { assignPackage } from "@/lib/provisioning/assignments";
import { assignmentInput } from "@/lib/provisioning/input";
import { monthInput } from "@/lib/time/input";
import { answer, readJson, readParameter, readSlug } from "../../../../door";

type Context = { params: Promise<{ organization: string; from: string }> };

/** A package from a month on, with what was agreed for this organization alone (A2). */
export async function PUT(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/organizations/{organization}/packages/{from}", async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    const { organization, from } = await context.params;
    const slug = readSlug(organization);
    const month = readParameter(monthInput, "from", from);
    const input = await readJson(request, assignmentInput);
    await assignPackage(key, slug, month, input);
    return Response.json({ package: input.package, from: month });
  });
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST } = otherMethods("PUT");
