import { otherMethods } from "@/app/api/methods";
import { authorizeKey } from "@/lib/auth/api-keys";
import { numberInput } from "@/lib/organizations/input";
import { addNumber } from "@/lib/provisioning/provisioning";
import { answer, readJson, readSlug } from "../../../door";
import { statusOf } from "../../../views";

type Context = { params: Promise<{ organization: string }> };

/** Gives a WhatsApp business number to the organization; webhooks that waited for it are processed. */
export async function POST(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/organizations/{organization}/numbers", async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    const slug = readSlug((await context.params).organization);
    const input = await readJson(request, numberInput);
    const outcome = await addNumber(key, slug, {
      phoneNumberId: input.phone_number_id,
      displayPhoneNumber: input.display_phone_number,
    });
    return Response.json(input, { status: statusOf(outcome) });
  });
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = otherMethods("POST");
