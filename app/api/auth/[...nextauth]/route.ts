import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { nextAuthOptions } from "@/lib/auth/next-auth";

type Context = { params: Promise<{ nextauth: string[] }> };

/**
 * next-auth's own endpoints (session, csrf, callback/credentials, signout), for programs that speak its protocol. Our
 * pages log in and out through actions, which work without scripts; both go through the same verbs.
 */
async function answer(request: NextRequest, context: Context): Promise<Response> {
  return NextAuth(request, context, nextAuthOptions());
}

export { answer as GET, answer as POST };
