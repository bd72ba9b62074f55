import { z } from "zod";
import { amountNotNegativeInput } from "@/lib/money/input";
import { currencyInput, plainText } from "@/lib/text/input";
import { canonicalCategory, priceKey } from "./rules";

const category = plainText(60).transform(canonicalCategory);

/** How one category is counted and when it is free. */
export const categorySchemeInput = z.strictObject({
  unit: z.enum(["conversation", "message"]),
  free_in_window: z.boolean().optional(),
  free_per_number_and_month: z.number().int().min(0).max(1_000_000_000).optional(),
});

const schemeInput = z
  .record(plainText(60), categorySchemeInput)
  .refine(
    (scheme) => new Set(Object.keys(scheme).map(canonicalCategory)).size === Object.keys(scheme).length,
    {
      message: "names a category twice",
    },
  )
  .transform((scheme) =>
    Object.fromEntries(Object.entries(scheme).map(([name, rule]) => [canonicalCategory(name), rule])),
  );

const tiersInput = z
  .array(
    z.strictObject({
      above: z
        .number()
        .int()
        .min(1)
        .max(10 ** 12),
      unit_price: amountNotNegativeInput,
    }),
  )
  .max(20)
  .refine((tiers) => new Set(tiers.map(({ above }) => above)).size === tiers.length, {
    message: "has two tiers above the same number",
  });

const priceInput = z.strictObject({
  market: plainText(100),
  category,
  unit_price: amountNotNegativeInput,
  tiers: tiersInput.optional(),
});

/** `PUT /api/v1/price-books/{slug}/versions/{from}` (contracts.md, Provisioning). */
export const versionInput = z.strictObject({
  /** The book's name. Default for a new book: its slug. */
  name: plainText(200).optional(),
  currency: currencyInput,
  scheme: schemeInput,
  prices: z
    .array(priceInput)
    .max(20_000)
    .superRefine((prices, context) => {
      const seen = new Set<string>();
      for (const [index, price] of prices.entries()) {
        const key = priceKey(price.market, price.category);
        if (seen.has(key)) {
          context.addIssue({ code: "custom", message: "is priced twice", path: [index] });
        }
        seen.add(key);
      }
    }),
});

export type VersionInput = z.infer<typeof versionInput>;
