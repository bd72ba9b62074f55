import { z } from "zod";
import { readAmount } from "@/lib/top-ups/input";

/** An amount as people type it: "350000", "1.500.000", "1,500,000.50". */
export const typedAmount = z
  .string()
  .max(40)
  .transform((text, context) => {
    const amount = readAmount(text);
    if (amount !== null) return amount;
    context.addIssue({ code: "custom", message: "is not an amount" });
    return z.NEVER;
  });

/** A whole number as people type it: "2000", "2.000", "2,000". */
export const typedCount = z
  .string()
  .trim()
  .regex(/^(\d{1,10}|\d{1,3}([.,]\d{3}){1,3})$/)
  .transform((text) => Number(text.replace(/\D/g, "")))
  .pipe(z.number().int().max(2_000_000_000));

/** A ticked box. */
export const ticked = z
  .literal("yes")
  .optional()
  .transform((value) => value === "yes");
