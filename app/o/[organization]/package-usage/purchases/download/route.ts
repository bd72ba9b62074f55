import { answerDownload, csvAnswer } from "@/app/csv-answer";
import { authorize } from "@/lib/auth/authorize";
import { exportPurchases } from "@/lib/top-ups/history/export";
import { filterOf, readHistorySearch } from "@/lib/top-ups/input";

type Context = { readonly params: Promise<{ organization: string }> };

/**
 * The purchase history as CSV: exactly what the filters of the page find (T5).
 * GET /o/acme/package-usage/purchases/download?status=paid&from=2026-11-01&to=2026-11-30
 */
export async function GET(request: Request, context: Context): Promise<Response> {
  const { organization } = await context.params;
  const scope = await authorize(organization, "purchases:read");
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const filter = filterOf(readHistorySearch(query));
  return answerDownload(async () => csvAnswer(await exportPurchases(scope, filter, query.bom === "1")));
}
