import "server-only";
import { randomBytes } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { env } from "@/lib/env";

/** What the policy depends on besides the address. */
export type Installation = {
  /** Browsers reach the app through TLS (NEXTAUTH_URL). */
  readonly isSecure: boolean;
  /** Next's dev server, whose tools need `eval`, styles of their own and a web socket. */
  readonly isDevelopment: boolean;
  /** Where the payment page is, should it not be Stripe's own: the local stand-in. */
  readonly paymentPage: string | null;
};

/** On every answer. Unused features of the browser are off, for whatever runs in our pages. */
const ALWAYS: Readonly<Record<string, string>> = {
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": [
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "usb",
  ]
    .map((feature) => `${feature}=()`)
    .join(", "),
};

const TWO_YEARS_SECONDS = 63_072_000;

/**
 * What an answer tells the browser to allow, by the path that was asked for. Pages run only the scripts that carry this
 * answer's nonce, and what those load; the API's answers are no pages and may do nothing at all.
 */
export function browserPolicy(
  path: string,
  nonce: string,
  { isSecure, isDevelopment, paymentPage }: Installation,
): Record<string, string> {
  const strictTransport = `max-age=${TWO_YEARS_SECONDS}; includeSubDomains`;
  return {
    ...ALWAYS,
    // The dev server sends a script of its own as JSON.
    ...(!isDevelopment && { "x-content-type-options": "nosniff" }),
    ...(isSecure && { "strict-transport-security": strictTransport }),
    "content-security-policy": /^\/api(\/|$)/.test(path)
      ? "default-src 'none'; frame-ancestors 'none'"
      : pagePolicy(nonce, { isSecure, isDevelopment, paymentPage }),
  };
}

function pagePolicy(nonce: string, { isSecure, isDevelopment, paymentPage }: Installation): string {
  const rules = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    `style-src-elem 'self' ${isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    // Widths of bars and places of points in charts are style attributes, which know no nonce.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${isDevelopment ? " ws:" : ""}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    // Without scripts the browser is led from the form straight to the payment page, which Chromium counts as sending.
    `form-action 'self' https://checkout.stripe.com${paymentPage ? ` ${paymentPage}` : ""}`,
    "frame-ancestors 'none'",
    ...(isSecure ? ["upgrade-insecure-requests"] : []),
  ];
  return rules.join("; ");
}

const shared = globalThis as typeof globalThis & { kuotaAnswersProtected?: true };

/**
 * Gives every answer of Node's HTTP server its policy: pages, downloads, files and the API alike, before anything else
 * has seen the request. The nonce reaches Next.js in the request's own policy header, from where it puts it on its
 * scripts; what a stranger sent there is written over. Called once, when the server starts.
 */
export function protectAnswers(): void {
  if (shared.kuotaAnswersProtected) return;
  shared.kuotaAnswersProtected = true;
  const { NEXTAUTH_URL, NODE_ENV, STRIPE_API_BASE } = env();
  const installation = {
    isSecure: NEXTAUTH_URL.startsWith("https://"),
    isDevelopment: NODE_ENV === "development",
    paymentPage: STRIPE_API_BASE ? new URL(STRIPE_API_BASE).origin : null,
  };
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const policy = browserPolicy(request.url ?? "/", randomBytes(16).toString("base64"), installation);
    request.headers["content-security-policy"] = policy["content-security-policy"];
    delete request.headers["content-security-policy-report-only"];
    for (const [name, value] of Object.entries(policy)) response.setHeader(name, value);
  });
}
