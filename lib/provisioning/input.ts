import { z } from "zod";
import { amountInput } from "@/lib/money/input";
import { packageOverridesInput } from "@/lib/packages/input";
import { plainText, slugInput } from "@/lib/text/input";

/** `POST …/adjustments` (contracts.md, Provisioning). Positive gives, negative takes. */
export const adjustmentInput = z.strictObject({
  account: z.enum(["initial", "additional"]),
  amount: amountInput.refine((value) => value !== 0n, "must not be 0"),
  reason: plainText(500),
});

export type AdjustmentInput = z.infer<typeof adjustmentInput>;

/** The header that makes a request safe to send again. */
export const idempotencyKeyInput = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, "must be 1 to 200 visible ASCII characters without spaces");

/** `PUT …/packages/{from_month}`: a package from a month on, with what was agreed for this client alone. */
export const assignmentInput = z.strictObject({
  package: slugInput,
  ...packageOverridesInput.shape,
});

export type AssignmentInput = z.infer<typeof assignmentInput>;

/** `PUT …/price-books/{from_day}`: a price book from a day on. */
export const bookAssignmentInput = z.strictObject({ price_book: slugInput });

/** `PUT …/suspension`. */
export const suspensionInput = z.strictObject({ suspended: z.boolean() });
