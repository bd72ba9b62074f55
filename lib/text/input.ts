import { z } from "zod";

/** Text that a person typed or a program sent: not blank, and storable (no NUL, no halves of characters). */
export const plainText = (longest: number) =>
  z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(longest)
    .refine((value) => !value.includes("\0") && value.isWellFormed(), "must be plain text");

/** Of a parameter that an address gives several times, the first. For `z.preprocess`. */
export const firstOf = (value: unknown) => (Array.isArray(value) ? value[0] : value);

/** The name of an organization, a package or a price book in addresses. */
export const slugInput = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "must be lower-case letters, digits and hyphens, at most 63, with a letter or digit at both ends",
  );

/** ISO 4217. */
export const currencyInput = z.string().regex(/^[A-Z]{3}$/, "must be a currency code such as IDR");
