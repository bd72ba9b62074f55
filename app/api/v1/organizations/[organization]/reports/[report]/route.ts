import { otherMethods } from "@/app/api/methods";
import { answer, authorizeFor, readQuery } from "@/app/api/v1/door";
import { Refusal } from "@/lib/errors";
import { exportReport } from "@/lib/reports/export";
import { downloadInput, reportOfFile } from "@/lib/reports/input";

type Context = { readonly params: Promise<{ organization: string; report: string }> };

/** The reports as CSV files (contracts.md): broadcasts.csv, whatsapp.csv, unique-visitors.csv. */
export async function GET(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/organizations/{organization}/reports/{report}", async () => {
    const { organization, report: name } = await context.params;
    const scope = await authorizeFor(request, organization, "reports:read");
    const report = name.endsWith(".csv") ? reportOfFile(name) : null;
    if (!report) throw new Refusal("not_found", "There is no such report.");
    return exportReport(scope, report, readQuery(request, downloadInput));
  });
}

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("GET");
