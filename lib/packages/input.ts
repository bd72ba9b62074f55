import { z } from "zod";
import { amountNotNegativeInput } from "@/lib/money/input";
import { currencyInput, plainText } from "@/lib/text/input";

const LARGEST_QUOTA = 2_000_000_000;

const quota = z.number().int().min(0).max(LARGEST_QUOTA);

/** `PUT /api/v1/packages/{slug}` (contracts.md, Provisioning). */
export const packageInput = z.strictObject({
  name: plainText(200),
  seats: z.number().int().min(0).max(1_000_000),
  unique_visitors: quota,
  /** Null: the package has no conversation quota. */
  conversations: quota.nullable(),
  initial_balance: amountNotNegativeInput,
  currency: currencyInput,
  initial_carries_over: z.boolean().default(false),
});

export type PackageInput = z.infer<typeof packageInput>;

/** What was agreed with one client alone. Left out or null: as the package says (A2). */
export const packageOverridesInput = z.strictObject({
  seats: z.number().int().min(0).max(1_000_000).nullish(),
  unique_visitors: quota.nullish(),
  conversations: quota.nullish(),
  initial_balance: amountNotNegativeInput.nullish(),
});
