import { asc, desc, eq } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { receiptIssuers, topUpProducts } from "@/db/schema/purchases";
import type { Products } from "../pricing";

type Row = typeof topUpProducts.$inferSelect;

function toProducts(row: Row): Products {
  return {
    currency: row.currency,
    visitorsPerBlock: row.visitorsPerBlock,
    blockPrice: row.blockPriceMicros,
    blockPresets: row.blockPresets,
    mostBlocks: row.mostBlocks,
    minimumBalance: row.minimumBalanceMicros,
    largestBalance: row.largestBalanceMicros,
    balancePresets: row.balancePresetsMicros.map(BigInt),
    taxName: row.taxName,
    taxBasisPoints: row.taxBasisPoints,
    chargeStep: row.chargeStepMicros,
  };
}

export async function selectProducts(tx: Transaction, currency: string): Promise<Products | undefined> {
  const [row] = await tx.select().from(topUpProducts).where(eq(topUpProducts.currency, currency));
  return row && toProducts(row);
}

export async function selectAllProducts(tx: Transaction): Promise<Products[]> {
  return (await tx.select().from(topUpProducts).orderBy(asc(topUpProducts.currency))).map(toProducts);
}

export async function upsertProducts(tx: Transaction, products: Products, updatedAt: Date): Promise<void> {
  const values = {
    visitorsPerBlock: products.visitorsPerBlock,
    blockPriceMicros: products.blockPrice,
    blockPresets: [...products.blockPresets],
    mostBlocks: products.mostBlocks,
    minimumBalanceMicros: products.minimumBalance,
    largestBalanceMicros: products.largestBalance,
    balancePresetsMicros: [...products.balancePresets],
    taxName: products.taxName,
    taxBasisPoints: products.taxBasisPoints,
    chargeStepMicros: products.chargeStep,
    updatedAt,
  };
  await tx
    .insert(topUpProducts)
    .values({ currency: products.currency, ...values })
    .onConflictDoUpdate({ target: topUpProducts.currency, set: values });
}

/** The issuer in force. */
export async function selectIssuer(tx: Transaction) {
  const [row] = await tx.select().from(receiptIssuers).orderBy(desc(receiptIssuers.id)).limit(1);
  return row;
}

export async function insertIssuer(
  tx: Transaction,
  issuer: Pick<typeof receiptIssuers.$inferInsert, "name" | "address" | "taxId" | "email">,
): Promise<void> {
  await tx.insert(receiptIssuers).values(issuer);
}
