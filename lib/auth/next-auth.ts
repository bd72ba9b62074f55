import "server-only";
import type { NextAuthOptions } from "next-auth";
import { decode, encode } from "next-auth/jwt";
import Credentials from "next-auth/providers/credentials";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { logFault } from "@/lib/log";
import { currentRequest } from "@/lib/request";
import { signInInput } from "./input";
import { logIn } from "./log-in";
import { SESSION_SECONDS, safeNext } from "./rules";
import { readSession, revokeSession } from "./session";

/** The cookie that carries a session, as next-auth names and protects it. */
export function sessionCookie() {
  const isSecure = env().NEXTAUTH_URL.startsWith("https://");
  return {
    name: `${isSecure ? "__Host-" : ""}next-auth.session-token`,
    options: { httpOnly: true, sameSite: "lax", path: "/", secure: isSecure, maxAge: SESSION_SECONDS },
  } as const;
}

/** The cookies in which next-auth keeps where to return to, over http and https. */
export const RETURN_COOKIES = ["next-auth.callback-url", "__Secure-next-auth.callback-url"] as const;

/** The path of ours that a `callbackUrl` names, with or without our origin; null for anything else. */
export function returnPath(url: string): string | null {
  const { origin } = new URL(env().NEXTAUTH_URL);
  return safeNext(url.startsWith(origin) ? url.slice(origin.length) || "/" : url);
}

/** What the cookie holds: next-auth's encrypted token, and in it the session's id alone. */
export async function encodeSession(sessionId: string): Promise<string> {
  return encode({ token: { sid: sessionId }, secret: env().NEXTAUTH_SECRET, maxAge: SESSION_SECONDS });
}

/** The session's id in a cookie; null for one that is forged, garbled or too old. */
export async function decodeSession(cookie: string): Promise<string | null> {
  try {
    const token = await decode({ token: cookie, secret: env().NEXTAUTH_SECRET });
    return typeof token?.sid === "string" ? token.sid : null;
  } catch {
    // Whatever is wrong with a stranger's cookie, it names no session.
    return null;
  }
}

/**
 * next-auth with our accounts: e-mail and password, the session a row of ours. Its token is worth something only as long
 * as that row is, so its own endpoints (/api/auth/session …) honour a revocation at once too.
 */
export function nextAuthOptions(): NextAuthOptions {
  const { name, options } = sessionCookie();
  return {
    secret: env().NEXTAUTH_SECRET,
    session: { strategy: "jwt", maxAge: SESSION_SECONDS },
    pages: { signIn: "/sign-in", signOut: "/account", error: "/sign-in" },
    cookies: { sessionToken: { name, options } },
    providers: [
      Credentials({
        credentials: { email: { type: "email" }, password: { type: "password" }, code: { type: "text" } },
        authorize: (credentials, request) => authorizeCredentials(credentials, request.headers),
      }),
    ],
    jwt: {
      decode: async (params) => {
        const token = await decode(params);
        const isLive = typeof token?.sid === "string" && (await readSession(token.sid)) !== null;
        return isLive ? token : null;
      },
    },
    callbacks: {
      jwt: ({ token, user }) => (user ? { sid: user.id } : { sid: token.sid }),
      session: async ({ session, token }) => {
        const user = await readSession(String(token.sid));
        return { expires: session.expires, ...(user && { user: { name: user.name, email: user.email } }) };
      },
      redirect: ({ url, baseUrl }) => `${baseUrl}${returnPath(url) ?? "/"}`,
    },
    events: {
      signOut: async ({ token }) => {
        const user = typeof token?.sid === "string" ? await readSession(token.sid) : null;
        if (user) await revokeSession(user, user.sessionId);
      },
    },
    logger: {
      // A session that is over is no fault; all else that it reports is.
      error: (code, metadata) => {
        if (code === "JWT_SESSION_ERROR") return;
        logFault("next_auth", metadata instanceof Error ? metadata : metadata.error, { code });
      },
      warn: () => {},
      debug: () => {},
    },
  };
}

/** next-auth shows the message of whatever is thrown here in the address bar: only our own words may leave. */
async function authorizeCredentials(
  credentials: Record<string, string> | undefined,
  headers: Record<string, unknown> | undefined,
) {
  const form = signInInput.safeParse(credentials ?? {});
  if (!form.success) return null;
  const userAgent = headers?.["user-agent"];
  try {
    const { sessionId } = await logIn({
      ...form.data,
      address: currentRequest()?.address ?? null,
      userAgent: typeof userAgent === "string" ? userAgent : null,
    });
    return { id: sessionId };
  } catch (error) {
    if (error instanceof Refusal) {
      if (error.code === "rate_limited") throw new Error("Throttled");
      return null;
    }
    logFault("log_in", error);
    throw new Error("Unavailable");
  }
}
