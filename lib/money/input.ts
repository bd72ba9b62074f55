import { z } from "zod";
import { invariant } from "@/lib/errors";
import { type Micros, parseDecimal } from "./money";

const DECIMAL = /^-?\d{1,12}(?:\.\d{1,6})?$/;

const decimalText = z
  .string()
  .regex(DECIMAL, 'must be a decimal text such as "586.33": at most 6 decimals, no separators, no exponent');

/** An amount in currency units as decimal text, read exactly. */
export const amountInput = decimalText.transform((text): Micros => {
  const value = parseDecimal(text);
  invariant(value !== null, "what the pattern allows is a decimal");
  return value;
});

/** An amount of 0 or more. */
export const amountNotNegativeInput = amountInput.refine((value) => value >= 0n, "must not be negative");
