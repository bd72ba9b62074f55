import "server-only";
import type { Scope } from "@/lib/auth/scope";
import { BYTE_ORDER_MARK, csvLine, plainCsvLine } from "@/lib/csv/csv";
import { toDecimal } from "@/lib/money/money";
import { organizationOf } from "@/lib/organizations/organizations";
import { organizationNow } from "@/lib/time/clock";
import { type Day, dayOf, toZonedText } from "@/lib/time/period";
import { FIRST_DAY, LAST_DAY } from "../input";
import { type HistoryFilter, type PurchaseRow, purchasePages } from "./history";

/** The columns of the purchase history (contracts.md, CSV). */
const COLUMNS = [
  "number",
  "created_at",
  "paid_at",
  "status",
  "unique_visitors",
  "whatsapp_balance",
  "net",
  "tax",
  "total",
  "currency",
  "method",
  "receipt_number",
];

export type PurchaseExport = { readonly fileName: string; readonly chunks: AsyncGenerator<string> };

/** The purchases of a filter as CSV, newest first, a page at a time (T5). Without a range: all there are. */
export async function exportPurchases(
  scope: Scope<"purchases:read">,
  filter: HistoryFilter,
  withByteOrderMark: boolean,
): Promise<PurchaseExport> {
  const { slug, timeZone, clock, startsOn } = await organizationOf(scope);
  const today = dayOf(organizationNow(clock), timeZone);
  const { range } = filter;
  const to = !range || range.to === LAST_DAY ? today : range.to;
  const from = !range || range.from === FIRST_DAY ? earlier(`${startsOn}-01`, to) : range.from;
  return {
    fileName: `kuota_${slug}_purchases_${from}_${to}.csv`,
    chunks: lines(scope, filter, timeZone, withByteOrderMark ? BYTE_ORDER_MARK : ""),
  };
}

async function* lines(
  scope: Scope<"purchases:read">,
  filter: HistoryFilter,
  timeZone: string,
  start: string,
): AsyncGenerator<string> {
  yield `${start}${plainCsvLine(COLUMNS)}`;
  for await (const rows of purchasePages(scope, filter)) {
    yield rows.map((row) => csvLine(cellsOf(row, timeZone))).join("");
  }
}

function cellsOf(row: PurchaseRow, timeZone: string): (string | number | null)[] {
  return [
    row.number,
    toZonedText(row.createdAt, timeZone),
    row.paidAt && toZonedText(row.paidAt, timeZone),
    row.status,
    row.visitors,
    toDecimal(row.balance),
    toDecimal(row.net),
    toDecimal(row.tax),
    toDecimal(row.total),
    row.currency,
    row.method,
    row.receipt,
  ];
}

function earlier(a: Day, b: Day): Day {
  if (a < b) return a;
  return b;
}
