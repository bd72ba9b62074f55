import "server-only";
import { cookies, headers } from "next/headers";
import { encodeSession, sessionCookie } from "./next-auth";

/** Hands a log-in to the browser whose action is being answered. */
export async function keepSession(sessionId: string): Promise<void> {
  const { name, options } = sessionCookie();
  (await cookies()).set(name, await encodeSession(sessionId), options);
}

/** Takes the log-in from the browser again. What it was worth ends in the database: `revokeSession`. */
export async function dropSession(): Promise<void> {
  const { name, options } = sessionCookie();
  (await cookies()).set(name, "", { ...options, maxAge: 0 });
}

/** How the browser calls itself, to tell one's log-ins apart. */
export async function browserName(): Promise<string | null> {
  return (await headers()).get("user-agent");
}
