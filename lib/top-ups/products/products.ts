import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { writeAudit } from "@/lib/audit/audit";
import type { StaffScope } from "@/lib/auth/scope";
import { invariant, Refusal } from "@/lib/errors";
import { toDecimal } from "@/lib/money/money";
import { systemNow } from "@/lib/time/clock";
import { type Products, type ProductsProblem, productsProblem } from "../pricing";
import { insertIssuer, selectAllProducts, selectIssuer, selectProducts, upsertProducts } from "./store";

/** Who stands at the top of a receipt. */
export type ReceiptIssuer = {
  readonly id: number;
  readonly name: string;
  /** Lines separated by line feeds. */
  readonly address: string;
  /** NPWP; empty without one. */
  readonly taxId: string;
  readonly email: string;
};

/** What can be bought in a currency; undefined when nothing can. */
export async function productsIn(tx: Transaction, currency: string): Promise<Products | undefined> {
  return selectProducts(tx, currency);
}

/** What can be bought, by currency. */
export async function listProducts(_scope: StaffScope<"back_office:read">): Promise<Products[]> {
  return acrossOrganizations(selectAllProducts);
}

/**
 * Sets what can be bought in a currency. Purchases that were started keep their prices and their tax.
 *
 * @throws Refusal invalid_input for prices that are no whole multiples of the charge step, and for presets out of bounds
 */
export async function putProducts(
  scope: StaffScope<"back_office:write">,
  products: Products,
): Promise<"created" | "changed"> {
  refuseUnsound(products);
  return acrossOrganizations(async (tx) => {
    const before = await selectProducts(tx, products.currency);
    await upsertProducts(tx, products, systemNow());
    await writeAudit(tx, {
      actor: scope.actor,
      organizationId: null,
      action: before ? "top_up_products.changed" : "top_up_products.created",
      subject: `top_up_products:${products.currency}`,
      before: before ? audited(before) : null,
      after: audited(products),
    });
    return before ? "changed" : "created";
  });
}

/** Who issues receipts now. */
export async function receiptIssuer(tx: Transaction): Promise<ReceiptIssuer> {
  const issuer = await selectIssuer(tx);
  invariant(issuer, "the migration wrote an issuer down");
  return issuer;
}

/** As `receiptIssuer`, for the back office. */
export async function readReceiptIssuer(_scope: StaffScope<"back_office:read">): Promise<ReceiptIssuer> {
  return acrossOrganizations(receiptIssuer);
}

/** Changes who issues receipts from now on; receipts already issued keep their issuer. */
export async function putReceiptIssuer(
  scope: StaffScope<"back_office:write">,
  issuer: Omit<ReceiptIssuer, "id">,
): Promise<void> {
  await acrossOrganizations(async (tx) => {
    const { id, ...before } = await receiptIssuer(tx);
    await insertIssuer(tx, issuer);
    await writeAudit(tx, {
      actor: scope.actor,
      organizationId: null,
      action: "receipt_issuer.changed",
      subject: "receipt_issuer",
      before,
      after: issuer,
    });
  });
}

function refuseUnsound(products: Products): void {
  const problem = productsProblem(products);
  if (problem === null) return;
  const sentences: Record<ProductsProblem, string> = {
    uneven: `Prices, the minimum, the largest amount and the presets must be whole multiples of ${toDecimal(products.chargeStep)}, above 0.`,
    minimum: "The largest amount cannot be below the minimum.",
    balance_preset: "Each preset amount must lie between the minimum and the largest amount.",
    block_preset: "Each preset number of blocks must lie between 1 and the most that can be bought.",
  };
  throw new Refusal("invalid_input", sentences[problem]);
}

function audited(products: Products): Record<string, unknown> {
  return {
    visitors_per_block: products.visitorsPerBlock,
    block_price: products.blockPrice,
    block_presets: products.blockPresets,
    most_blocks: products.mostBlocks,
    minimum_balance: products.minimumBalance,
    largest_balance: products.largestBalance,
    balance_presets: products.balancePresets,
    tax_name: products.taxName,
    tax_basis_points: products.taxBasisPoints,
    charge_step: products.chargeStep,
  };
}
