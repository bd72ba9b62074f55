import { createHmac } from "node:crypto";

/**
 * The `Stripe-Signature` header of a webhook: HMAC-SHA256 of `<seconds>.<body>` under each secret
 * (https://docs.stripe.com/webhooks#verify-manually). Several secrets are in force while one is rotated.
 */
export function signatureHeader(body: string, secrets: string[], seconds: number): string {
  const signatures = secrets.map(
    (secret) => `v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`,
  );
  return [`t=${seconds}`, ...signatures].join(",");
}
