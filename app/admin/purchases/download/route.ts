import { csvAnswer } from "@/app/csv-answer";
import { readPurchaseSearch } from "@/app/search";
import { authorizeStaff } from "@/lib/auth/authorize";
import { exportAllPurchases } from "@/lib/top-ups/history/export";
import { staffFilterOf } from "../staff-filter";

/**
 * The purchases of all clients as CSV: exactly what the filters of the page find (T5).
 * GET /admin/purchases/download?organization=acme&status=paid&from=2026-11-01&to=2026-11-30
 */
export async function GET(request: Request): Promise<Response> {
  const scope = await authorizeStaff("back_office:read");
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const { filter } = await staffFilterOf(scope, readPurchaseSearch(query));
  return csvAnswer(exportAllPurchases(scope, filter, query.bom === "1"));
}
