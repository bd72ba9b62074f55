"use server";

import type { Route } from "next";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { z } from "zod";
import { answerForm } from "@/app/form-answer";
import type { FormState } from "@/components/forms/form-state";
import { authorizeStaff } from "@/lib/auth/authorize";
import { emailInput } from "@/lib/auth/input";
import { Refusal } from "@/lib/errors";
import { currencyInput, plainText } from "@/lib/text/input";
import { listProducts, putProducts, putReceiptIssuer } from "@/lib/top-ups/products/products";
import { typedAmount, typedCount } from "../form-fields";

const MICROS_PER_BASIS_POINT = 10_000n;
const MOST_BASIS_POINTS = 10_000;

/** Several values in one field, separated by semicolons. */
function typedList<Item>(item: z.ZodType<Item, string>) {
  return z
    .string()
    .transform((text) =>
      text
        .split(";")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(item).max(12));
}

/** "11" and "11,5" percent as hundredths of a percent. */
const typedRate = typedAmount
  .refine((percent) => percent >= 0n && percent % MICROS_PER_BASIS_POINT === 0n)
  .transform((percent) => Number(percent / MICROS_PER_BASIS_POINT))
  .pipe(z.number().max(MOST_BASIS_POINTS));

const facts = z.object({
  visitors_per_block: typedCount.pipe(z.number().min(1)),
  block_price: typedAmount,
  block_presets: typedList(typedCount).optional(),
  most_blocks: typedCount.pipe(z.number().min(1)),
  minimum_balance: typedAmount,
  largest_balance: typedAmount,
  balance_presets: typedList(typedAmount).optional(),
  tax_name: plainText(40),
  tax_rate: typedRate,
  charge_step: typedAmount,
});

/** Offers top-ups in another currency (T1). */
export async function createProductsAction(_state: FormState, form: FormData): Promise<FormState> {
  const staff = await authorizeStaff("back_office:read", "back_office:write");
  return answerForm(form, facts.extend({ currency: currencyInput }), async ({ currency, ...input }) => {
    if ((await listProducts(staff)).some((one) => one.currency === currency)) {
      throw new Refusal("already_exists", "Top-ups in this currency are offered already.");
    }
    await putProducts(staff, productsOf(currency, input));
    redirect("/admin/products" as Route);
  });
}

/** Changes what can be bought in a currency; purchases that were started keep their prices. */
export async function changeProductsAction(
  currency: string,
  _state: FormState,
  form: FormData,
): Promise<FormState> {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, facts, async (input) => {
    await putProducts(staff, productsOf(currencyInput.parse(currency), input));
    return saved();
  });
}

const issuer = z.object({
  issuer_name: plainText(200),
  issuer_address: plainText(500),
  issuer_tax_id: plainText(50).optional(),
  issuer_email: emailInput.optional(),
});

/** Changes who stands at the top of receipts from now on (T6). */
export async function changeIssuerAction(_state: FormState, form: FormData): Promise<FormState> {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, issuer, async (input) => {
    await putReceiptIssuer(staff, {
      name: input.issuer_name,
      address: input.issuer_address.replace(/\s*;\s*/g, "\n"),
      taxId: input.issuer_tax_id ?? "",
      email: input.issuer_email ?? "",
    });
    return saved();
  });
}

function productsOf(currency: string, input: z.output<typeof facts>) {
  return {
    currency,
    visitorsPerBlock: input.visitors_per_block,
    blockPrice: input.block_price,
    blockPresets: input.block_presets ?? [],
    mostBlocks: input.most_blocks,
    minimumBalance: input.minimum_balance,
    largestBalance: input.largest_balance,
    balancePresets: input.balance_presets ?? [],
    taxName: input.tax_name,
    taxBasisPoints: input.tax_rate,
    chargeStep: input.charge_step,
  };
}

async function saved() {
  revalidatePath("/admin", "layout");
  const t = await getTranslations("admin.done");
  return { done: t("saved") };
}
