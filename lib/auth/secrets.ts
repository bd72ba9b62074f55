import { createHash, randomBytes } from "node:crypto";

/** 256 random bits, safe in a URL. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What is kept of a secret: SHA-256 in hex. Secrets are random, so a slow hash would add nothing. */
export function digest(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
