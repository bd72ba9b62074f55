import { authorize } from "@/lib/auth/authorize";
import { csvHeaders } from "@/lib/csv/csv";
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
  const { fileName, chunks } = await exportPurchases(scope, filter, query.bom === "1");
  return new Response(streamOf(chunks), { headers: csvHeaders(fileName) });
}

/** Sent as the reader asks for it. What fails breaks the connection, so a cut file never looks whole. */
function streamOf(chunks: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}
