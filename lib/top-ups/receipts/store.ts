import { and, eq } from "drizzle-orm";
import { rawSql, type Transaction } from "@/db/client";
import { receiptIssuers, receipts } from "@/db/schema/purchases";
import { isPurchaseId } from "../rules";

type Series = "R" | "T";

/** The next number of a series. Holds the series until the transaction ends: rolled back, the number is free again. */
export async function takeReceiptNumber(tx: Transaction, series: Series, year: number): Promise<number> {
  const [row] = await rawSql(tx)<{ last_number: string }[]>`
    insert into receipt_series (series, year, last_number) values (${series}, ${year}, 1)
    on conflict (series, year) do update set last_number = receipt_series.last_number + 1
    returning last_number`;
  return Number(row?.last_number);
}

export async function insertReceipt(tx: Transaction, row: typeof receipts.$inferInsert): Promise<void> {
  await tx.insert(receipts).values(row);
}

/** Undefined also for what cannot be the id of a purchase. */
export async function selectReceipt(tx: Transaction, organizationId: number, purchaseId: string) {
  if (!isPurchaseId(purchaseId)) return undefined;
  const [row] = await tx
    .select({
      series: receipts.series,
      year: receipts.year,
      number: receipts.number,
      issuedAt: receipts.issuedAt,
      customerName: receipts.customerName,
      customerTaxId: receipts.customerTaxId,
      issuerName: receiptIssuers.name,
      issuerAddress: receiptIssuers.address,
      issuerTaxId: receiptIssuers.taxId,
      issuerEmail: receiptIssuers.email,
    })
    .from(receipts)
    .innerJoin(receiptIssuers, eq(receiptIssuers.id, receipts.issuerId))
    .where(and(eq(receipts.organizationId, organizationId), eq(receipts.purchaseId, purchaseId)));
  return row;
}
