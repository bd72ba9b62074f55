import { z } from "zod";
import { otherMethods } from "@/app/api/methods";
import { LARGEST_TRANSFER_PAGE, listTransfers } from "@/lib/ledger/ledger";
import { answer, authorizeFor, readQuery } from "../../../door";
import { transferView } from "../../../views";

type Context = { params: Promise<{ organization: string }> };

const page = z.object({
  limit: z.coerce.number().int().min(1).max(LARGEST_TRANSFER_PAGE).default(100),
  /** What the page before gave as `next`. */
  after: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "must be what the page before gave as next")
    .optional(),
});

/** Transfers, newest first, a page at a time. Pages do not shift while new transfers are booked. */
export async function GET(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/organizations/{organization}/ledger", async () => {
    const scope = await authorizeFor(request, (await context.params).organization, "balance:read");
    const { limit, after } = readQuery(request, page);
    const found = await listTransfers(scope, { after: after ? Number(after) : null, limit: limit + 1 });
    const transfers = found.slice(0, limit);
    const last = transfers.at(-1);
    const next = last && found.length > limit ? String(last.id) : null;
    return Response.json({ transfers: transfers.map(transferView), next });
  });
}

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("GET");
