import { createHmac, timingSafeEqual } from "node:crypto";

const SIGNATURE = /^sha256=([0-9a-f]{64})$/i;

/**
 * Whether the raw body was signed with the app secret: `X-Hub-Signature-256`, HMAC-SHA256, compared in constant time.
 * Without a secret nothing is.
 */
export function isSignedBy(body: Uint8Array, header: string | null, secret: string | undefined): boolean {
  const given = SIGNATURE.exec(header ?? "")?.[1];
  if (!given || !secret) return false;
  const expected = createHmac("sha256", secret).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(given, "hex"));
}

/** Whether Meta asks for verification with our token. Without a token of ours it never does. */
export function isVerification(query: URLSearchParams, token: string | undefined): boolean {
  const given = query.get("hub.verify_token");
  if (query.get("hub.mode") !== "subscribe" || given === null || !token) return false;
  const digest = (text: string) => createHmac("sha256", "verify").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
