import { otherMethods } from "@/app/api/methods";
import { authorizeKey } from "@/lib/auth/api-keys";
import { assignBook } from "@/lib/provisioning/assignments";
import { bookAssignmentInput } from "@/lib/provisioning/input";
import { dayInput } from "@/lib/time/input";
import { answer, readJson, readParameter, readSlug } from "../../../../door";

type Context = { params: Promise<{ organization: string; from: string }> };

/** A price book from a day on (A1). */
export async function PUT(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/organizations/{organization}/price-books/{from}", async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    const { organization, from } = await context.params;
    const slug = readSlug(organization);
    const day = readParameter(dayInput, "from", from);
    const { price_book } = await readJson(request, bookAssignmentInput);
    await assignBook(key, slug, day, price_book);
    return Response.json({ price_book, from: day });
  });
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST } = otherMethods("PUT");
