import "server-only";
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { env } from "@/lib/env";

/** A new signing secret, as Standard Webhooks writes them: "whsec_" and 32 random bytes in base64. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

/**
 * A secret as it is kept: encrypted (AES-256-GCM) with a key that comes of NEXTAUTH_SECRET, bound to the endpoint it
 * belongs to. A copy of the database alone signs nothing.
 */
export function seal(secret: string, endpoint: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key(), nonce).setAAD(Buffer.from(endpoint));
  const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return ["v1", nonce, cipher.getAuthTag(), sealed]
    .map((part) => (typeof part === "string" ? part : part.toString("base64url")))
    .join(".");
}

/** The secret again. @throws Error when it was sealed for another endpoint or with another NEXTAUTH_SECRET. */
export function unseal(text: string, endpoint: string): string {
  const [, nonce = "", tag = "", sealed = ""] = text.split(".");
  const bytes = (part: string) => Buffer.from(part, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", key(), bytes(nonce), { authTagLength: 16 })
    .setAAD(Buffer.from(endpoint))
    .setAuthTag(bytes(tag));
  return Buffer.concat([decipher.update(bytes(sealed)), decipher.final()]).toString("utf8");
}

/** The headers that let a receiver check who sent a body and when (Standard Webhooks); one signature per secret. */
export function signedHeaders(
  secrets: readonly string[],
  messageId: string,
  now: Date,
  body: string,
): Record<string, string> {
  return {
    "webhook-id": messageId,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(messageId, now, body)).join(" "),
  };
}

function key(): Buffer {
  return Buffer.from(hkdfSync("sha256", env().NEXTAUTH_SECRET, "", "kuota: webhook signing secrets", 32));
}
