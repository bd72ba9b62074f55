import { otherMethods } from "@/app/api/methods";
import { authorizeKey } from "@/lib/auth/api-keys";
import { organizationInput } from "@/lib/organizations/input";
import { findProvisioned, putOrganization } from "@/lib/provisioning/organizations";
import { slugInput } from "@/lib/text/input";
import { answer, readJson, readParameter, readSlug } from "../../door";
import { organizationView, statusOf } from "../../views";

type Context = { params: Promise<{ organization: string }> };

const ROUTE = "/api/v1/organizations/{organization}";

/** The settings of an organization, in the form in which they are put. */
export async function GET(request: Request, context: Context): Promise<Response> {
  return answer(request, ROUTE, async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    const slug = readSlug((await context.params).organization);
    return Response.json(organizationView(await findProvisioned(key, slug)));
  });
}

/** Makes or changes an organization. Repeating the request changes nothing. */
export async function PUT(request: Request, context: Context): Promise<Response> {
  return answer(request, ROUTE, async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    const slug = readParameter(slugInput, "organization", (await context.params).organization);
    const input = await readJson(request, organizationInput);
    const { outcome, provisioned } = await putOrganization(key, slug, input);
    return Response.json(organizationView(provisioned), { status: statusOf(outcome) });
  });
}

export const { DELETE, OPTIONS, PATCH, POST } = otherMethods("GET", "PUT");
