import { otherMethods } from "@/app/api/methods";
import { authorizeKey, narrowToOrganization } from "@/lib/auth/api-keys";
import { listParked } from "@/lib/provisioning/provisioning";
import { answer, readSlug } from "../door";
import { parkedView } from "../views";

/** What waits for a price: nothing is dropped, and all of it is charged once a price for its day is published. */
export async function GET(request: Request): Promise<Response> {
  return answer(request, "/api/v1/unpriced", async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    const slug = new URL(request.url).searchParams.get("organization");
    const only = slug === null ? null : (await narrowToOrganization(key, readSlug(slug))).organizationId;
    return Response.json({ unpriced: (await listParked(key, only)).map(parkedView) });
  });
}

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("GET");
