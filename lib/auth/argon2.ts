import "server-only";
import { hash, verify } from "@node-rs/argon2";
import { digest } from "./secrets";

/** OWASP's first choice for Argon2id: 19 MiB, 2 passes, 1 lane. About 25 ms on a small server. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

let standIn: Promise<string> | undefined;

/** @returns a PHC string with its own salt and cost. */
export async function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFKC"), COST);
}

/**
 * Whether the password is the one that was hashed. Takes the same time for an account that does not exist or has no
 * password (null), so that nobody learns from the clock which e-mail addresses have accounts (P1).
 */
export async function isPassword(passwordHash: string | null, password: string): Promise<boolean> {
  standIn ??= hashPassword(digest("nobody's password"));
  const nobody = await standIn;
  const matches = await verify(passwordHash ?? nobody, password.normalize("NFKC"));
  return matches && passwordHash !== null;
}
