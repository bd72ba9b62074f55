import { otherMethods } from "@/app/api/methods";
import { authorizeKey } from "@/lib/auth/api-keys";
import { suspensionInput } from "@/lib/provisioning/input";
import { suspendOrganization } from "@/lib/provisioning/provisioning";
import { answer, readJson, readSlug } from "../../../door";

type Context = { params: Promise<{ organization: string }> };

/** Suspends the organization or ends its suspension (A1). */
export async function PUT(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/organizations/{organization}/suspension", async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    const slug = readSlug((await context.params).organization);
    const { suspended } = await readJson(request, suspensionInput);
    await suspendOrganization(key, slug, suspended);
    return Response.json({ suspended });
  });
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST } = otherMethods("PUT");
