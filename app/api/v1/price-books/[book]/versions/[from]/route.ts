import { otherMethods } from "@/app/api/methods";
import { authorizeKey } from "@/lib/auth/api-keys";
import { putPriceVersion } from "@/lib/provisioning/provisioning";
import { versionInput } from "@/lib/rating/input";
import { slugInput } from "@/lib/text/input";
import { dayInput } from "@/lib/time/input";
import { answer, readJson, readParameter } from "../../../../door";
import { statusOf, versionView } from "../../../../views";

type Context = { params: Promise<{ book: string; from: string }> };

/**
 * Publishes a version of a price book from a day on. One that charges were priced by may only gain prices that were
 * missing; anything else needs a later day (409 version_in_use).
 */
export async function PUT(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/price-books/{book}/versions/{from}", async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    const { book, from } = await context.params;
    const slug = readParameter(slugInput, "book", book);
    const effectiveFrom = readParameter(dayInput, "from", from);
    const { name, currency, scheme, prices } = await readJson(request, versionInput);
    const publication = {
      slug,
      name,
      currency,
      effectiveFrom,
      scheme,
      prices: prices.map(({ market, category, unit_price, tiers }) => ({
        market,
        category,
        unitPrice: unit_price,
        tiers: tiers?.map((tier) => ({ above: tier.above, unitPrice: tier.unit_price })),
      })),
    };
    const outcome = await putPriceVersion(key, publication);
    return Response.json(versionView(publication), { status: statusOf(outcome) });
  });
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST } = otherMethods("PUT");
