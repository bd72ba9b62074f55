import "server-only";
import { countExport } from "@/lib/attempts/attempts";
import type { Scope } from "@/lib/auth/scope";
import { BYTE_ORDER_MARK, csvHeaders, plainCsvLine } from "@/lib/csv/csv";
import { organizationOf } from "@/lib/organizations/organizations";
import { periodOfDays } from "@/lib/time/period";
import { copyOut } from "./copy";
import type { DownloadQuery, ReportName } from "./input";
import { paidFromOf } from "./messages/rules";
import { copied } from "./store";
import { checkRange } from "./usage/usage";

/**
 * A report as a CSV download, streamed row by row as the reader takes it. Everything that can be refused is refused
 * before the first byte; what fails later breaks the connection, so a cut file never looks whole.
 *
 * @throws Refusal range_too_long, invalid_input; rate_limited when this organization downloads too much, overloaded when
 * everybody together does.
 */
export async function exportReport(
  scope: Scope<"reports:read">,
  report: ReportName,
  query: DownloadQuery,
): Promise<Response> {
  const { from, to } = query;
  checkRange({ from, to });
  const { organizationId } = scope;
  await countExport(organizationId);
  const { slug, timeZone } = await organizationOf(scope);
  const period = periodOfDays({ from, to }, timeZone);
  const { header, ...copy } = copied(report, {
    category: query.category !== undefined,
    paid: query.paid !== undefined,
  });
  const rows = await copyOut(
    {
      ...copy,
      organizationId,
      settings: {
        timezone: timeZone,
        "export.from": period.start.toISOString(),
        "export.to": period.end.toISOString(),
        "export.category": query.category ?? "",
        "export.paid": `{${paidFromOf(query.paid).join(",")}}`,
        "export.channel": query.channel ?? "",
        "export.name": query.q ? `%${query.q.replace(/[\\%_]/g, "\\$&")}%` : "",
      },
    },
    `${query.bom === "1" ? BYTE_ORDER_MARK : ""}${plainCsvLine(header)}`,
  );
  return new Response(rows, { headers: csvHeaders(`kuota_${slug}_${report}_${from}_${to}.csv`) });
}
