import "server-only";
import { acrossOrganizations, readInOrganization, type Transaction } from "@/db/client";
import { countExport } from "@/lib/attempts/attempts";
import type { Scope, StaffScope } from "@/lib/auth/scope";
import { BYTE_ORDER_MARK, csvLine, plainCsvLine } from "@/lib/csv/csv";
import { toDecimal } from "@/lib/money/money";
import { organizationOf, readOrganization } from "@/lib/organizations/organizations";
import { organizationNow, systemNow } from "@/lib/time/clock";
import { type Day, dayOf, toZonedText } from "@/lib/time/period";
import { FIRST_DAY, LAST_DAY } from "../input";
import {
  conditionsOf,
  type HistoryFilter,
  type HistoryPlace,
  type PurchaseRow,
  type StaffHistoryFilter,
  toRow,
  VENDOR_TIME_ZONE,
} from "./history";
import { type PurchaseConditions, selectPurchasePage } from "./store";

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
/** What staff read besides, in front and behind. */
const STAFF_COLUMNS = [
  "organization",
  "organization_name",
  ...COLUMNS,
  "refunded",
  "disputed",
  "payment_reference",
  "quarantined",
];
const EXPORTED_AT_ONCE = 500;

export type PurchaseExport = { readonly fileName: string; readonly chunks: AsyncGenerator<string> };

/**
 * The purchases of a filter as CSV, newest first, a page at a time (T5). Without a range: all there are.
 *
 * @throws Refusal rate_limited
 */
export async function exportPurchases(
  scope: Scope<"purchases:read">,
  filter: HistoryFilter,
  withByteOrderMark: boolean,
): Promise<PurchaseExport> {
  await countExport(scope.organizationId);
  const { slug, timeZone, clock, startsOn } = await organizationOf(scope);
  const today = dayOf(organizationNow(clock), timeZone);
  const { range } = filter;
  const to = !range || range.to === LAST_DAY ? today : range.to;
  const from = !range || range.from === FIRST_DAY ? earlier(`${startsOn}-01`, to) : range.from;
  const lines = linesOf(purchasePages(scope, filter), COLUMNS, (row) => cellsOf(row, timeZone));
  return {
    fileName: `kuota_${slug}_purchases_${from}_${to}.csv`,
    chunks: begun(lines, withByteOrderMark),
  };
}

/** The same over all clients, or the one the filter names, with whose each is; times and days are the vendor's (T5). */
export function exportAllPurchases(
  scope: StaffScope<"back_office:read">,
  filter: StaffHistoryFilter,
  withByteOrderMark: boolean,
): PurchaseExport {
  const today = dayOf(systemNow(), VENDOR_TIME_ZONE);
  const to = !filter.range || filter.range.to === LAST_DAY ? today : filter.range.to;
  const from = !filter.range || filter.range.from === FIRST_DAY ? "all" : filter.range.from;
  const lines = linesOf(allPurchasePages(scope, filter), STAFF_COLUMNS, (row) => [
    row.organization.slug,
    row.organization.name,
    ...cellsOf(row, VENDOR_TIME_ZONE),
    toDecimal(row.refunded),
    toDecimal(row.disputed),
    row.paymentReference,
    row.isQuarantined ? "yes" : "no",
  ]);
  return { fileName: `kuota_purchases_${from}_${to}.csv`, chunks: begun(lines, withByteOrderMark) };
}

/** Every purchase of the filter, newest first, a page at a time. */
export async function* purchasePages(
  { organizationId }: Scope<"purchases:read">,
  filter: HistoryFilter,
): AsyncGenerator<readonly PurchaseRow[]> {
  yield* pages((read) =>
    readInOrganization(organizationId, async (tx) => {
      const { timeZone } = await readOrganization(tx, organizationId);
      return read(tx, conditionsOf({ ...filter, organizationId }, timeZone));
    }),
  );
}

async function* allPurchasePages(
  _scope: StaffScope<"back_office:read">,
  filter: StaffHistoryFilter,
): AsyncGenerator<readonly PurchaseRow[]> {
  const conditions = conditionsOf(filter, VENDOR_TIME_ZONE);
  yield* pages((read) => acrossOrganizations((tx) => read(tx, conditions)));
}

type Read = (tx: Transaction, conditions: PurchaseConditions) => Promise<PurchaseRow[]>;

async function* pages(
  inTransaction: (read: Read) => Promise<PurchaseRow[]>,
): AsyncGenerator<readonly PurchaseRow[]> {
  for (let place: HistoryPlace = null; ; ) {
    const from: HistoryPlace = place;
    const rows: PurchaseRow[] = await inTransaction(async (tx, conditions) =>
      (await selectPurchasePage(tx, conditions, from, EXPORTED_AT_ONCE)).map(toRow),
    );
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < EXPORTED_AT_ONCE) return;
    place = { after: last.cursor };
  }
}

type Cells = readonly (string | number | null)[];

async function* linesOf(
  found: AsyncGenerator<readonly PurchaseRow[]>,
  columns: readonly string[],
  cells: (row: PurchaseRow) => Cells,
): AsyncGenerator<string> {
  yield plainCsvLine(columns);
  for await (const rows of found) yield rows.map((row) => csvLine(cells(row))).join("");
}

async function* begun(lines: AsyncGenerator<string>, withByteOrderMark: boolean): AsyncGenerator<string> {
  if (withByteOrderMark) yield BYTE_ORDER_MARK;
  yield* lines;
}

function cellsOf(row: PurchaseRow, timeZone: string): Cells {
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
  return a < b ? a : b;
}
