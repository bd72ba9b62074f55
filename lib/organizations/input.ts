import { z } from "zod";
import { currencyInput, plainText, slugInput } from "@/lib/text/input";
import { dayInput, instantInput, timeZoneInput } from "@/lib/time/input";

/**
 * `PUT /api/v1/organizations/{slug}` (contracts.md, Provisioning). What is left out has its default in a new
 * organization and stays as it is in an existing one.
 */
export const organizationInput = z.strictObject({
  name: plainText(200),
  time_zone: timeZoneInput.optional(),
  currency: currencyInput.optional(),
  mode: z.enum(["live", "test"]).optional(),
  price_book: slugInput.nullish(),
  package: slugInput.nullish(),
  /** A day of the first month with grants. */
  starts_on: dayInput.optional(),
  /** Where a test organization's clock starts; read at creation only. */
  clock: instantInput.optional(),
  /** Declared eligible by Meta for authentication-international prices. */
  authentication_international: z.boolean().optional(),
});

export type OrganizationInput = z.infer<typeof organizationInput>;

/** `POST …/numbers`: a WhatsApp business number, by Meta's id of it. */
export const numberInput = z.strictObject({
  phone_number_id: z.string().regex(/^[\w.-]{1,64}$/, "must be Meta's phone number id"),
  display_phone_number: plainText(40),
});

export type NumberInput = z.infer<typeof numberInput>;

/** `POST …/clock`. */
export const clockInput = z.strictObject({ now: instantInput });
