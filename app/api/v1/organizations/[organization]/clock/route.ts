import { otherMethods } from "@/app/api/methods";
import { authorizeKey } from "@/lib/auth/api-keys";
import { clockInput } from "@/lib/organizations/input";
import { moveClock } from "@/lib/provisioning/test-clock";
import { answer, readJson, readSlug } from "../../../door";

type Context = { params: Promise<{ organization: string }> };

/** Moves a test organization's clock forwards and runs every month boundary in between (M4). */
export async function POST(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/organizations/{organization}/clock", async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    const slug = readSlug((await context.params).organization);
    const { now, month } = await moveClock(key, slug, (await readJson(request, clockInput)).now);
    return Response.json({ now: now.toISOString(), month });
  });
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = otherMethods("POST");
