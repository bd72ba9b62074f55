import { bodiless } from "@/app/bodiless";
import { answerDownload } from "@/app/csv-answer";
import { authorize } from "@/lib/auth/authorize";
import { Refusal } from "@/lib/errors";
import { exportReport } from "@/lib/reports/export";
import { downloadInput, reportOfFile } from "@/lib/reports/input";

type Context = { readonly params: Promise<{ organization: string; report: string }> };

/**
 * The download buttons of the Package Usage page (U8–U10): exactly what the filters of the page find.
 * GET /o/acme/package-usage/reports/whatsapp?from=2026-11-01&to=2026-11-30&category=marketing
 */
export async function GET(request: Request, context: Context): Promise<Response> {
  const { organization, report: name } = await context.params;
  const scope = await authorize(organization, "reports:read");
  const answer = await answerDownload(async () => {
    const report = reportOfFile(name);
    if (!report) throw new Refusal("not_found", "There is no such report.");
    const query = downloadInput.safeParse(Object.fromEntries(new URL(request.url).searchParams));
    if (!query.success) throw new Refusal("invalid_input", "Give from and to as YYYY-MM-DD.");
    return exportReport(scope, report, query.data);
  });
  return bodiless(request, answer);
}
