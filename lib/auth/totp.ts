import "server-only";
import { Secret, TOTP } from "otpauth";

const PERIOD_SECONDS = 30;
/** Steps before and after the present one whose codes are taken too: clocks differ, and typing takes a while. */
const WINDOW = 1;

/** 160 random bits in Base32, as RFC 4226 recommends. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator app reads from the QR code. */
export function totpAddress(secret: string, email: string): string {
  return generator(secret, email).toString();
}

/** Which step of 30 seconds a code belongs to (RFC 6238); null for a code of none that is near now. */
export function stepOfCode(secret: string, code: string, now: Date): number | null {
  const timestamp = now.getTime();
  const offset = generator(secret, "").validate({ token: code, timestamp, window: WINDOW });
  return offset === null ? null : Math.floor(timestamp / 1_000 / PERIOD_SECONDS) + offset;
}

/** The code of a moment; for tests and for nothing else. */
export function codeAt(secret: string, now: Date): string {
  return generator(secret, "").generate({ timestamp: now.getTime() });
}

function generator(secret: string, label: string): TOTP {
  return new TOTP({ issuer: "Kuota", label, secret: Secret.fromBase32(secret), period: PERIOD_SECONDS });
}
