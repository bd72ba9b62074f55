import { z } from "zod";
import { plainText } from "@/lib/text/input";
import { EVERY_KEY_SCOPE, EVERY_ROLE } from "./permissions";

/** An e-mail address as an account knows it: lower case. */
export const emailInput = z
  .string()
  .trim()
  .max(254)
  .transform((text) => text.toLowerCase())
  .pipe(z.email());

export const personNameInput = plainText(120);

export const roleInput = z.enum(EVERY_ROLE);

/** What the log-in form sends. Nothing about the account may be learned from here, so anything short is accepted. */
export const signInInput = z.object({
  email: z
    .string()
    .max(1_000)
    .default("")
    // The database cannot even be asked for an address with a NUL in it.
    .transform((text) => text.toWellFormed().replaceAll("\0", "")),
  password: z.string().max(10_000).default(""),
  /** Of the second factor. */
  code: z.string().max(100).default(""),
});

/** What the second step sends. */
export const secondStepInput = z.object({
  ticket: z.string().min(1).max(2_000),
  code: z.string().max(100).default(""),
});

/** What turns a second factor on (`sealed` names the secret) or off (it is empty). */
export const secondFactorInput = z.object({
  sealed: z.string().max(1_000).catch(""),
  password: z.string().max(10_000).catch(""),
  code: z.string().max(100).catch(""),
});

export const keyInput = z.object({
  name: plainText(200),
  scopes: z
    .array(z.enum(EVERY_KEY_SCOPE))
    .min(1)
    .transform((scopes) => [...new Set(scopes)]),
});

export const invitationInput = z.object({ email: emailInput, role: roleInput });
