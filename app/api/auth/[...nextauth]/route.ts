import { cookies } from "next/headers";
import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { readBytes } from "@/app/api/body";
import { answer, contentTypeOf } from "@/app/api/v1/door";
import { nextAuthOptions, RETURN_COOKIES, returnPath } from "@/lib/auth/next-auth";
import { Refusal } from "@/lib/errors";

type Context = { params: Promise<{ nextauth: string[] }> };

/** Of what next-auth can do, what programs need here. Its `_log` would let anybody write into our log. */
const ENDPOINTS = new Set(["callback", "csrf", "error", "providers", "session", "signin", "signout"]);
/** A log-in is an e-mail address, a password and a code. */
const MOST_BYTES = 16_384;

/**
 * next-auth's own endpoints (session, csrf, callback/credentials, signout), for programs that speak its protocol. Our
 * pages log in and out through actions, which work without scripts; both go through the same verbs.
 */
async function serve(request: NextRequest, context: Context): Promise<Response> {
  return answer(request, "/api/auth", async () => {
    const [endpoint = ""] = (await context.params).nextauth;
    if (!ENDPOINTS.has(endpoint)) throw new Refusal("not_found", "There is nothing at this address.");
    return NextAuth(await sane(request), context, nextAuthOptions());
  });
}

/**
 * The same request with its body read, because next-auth would read one of any size, and without an address to return to
 * that is none of ours, because next-auth calls some of those a fault of the server.
 */
async function sane(request: NextRequest): Promise<NextRequest> {
  const { method, headers } = request;
  const url = new URL(request.url);
  const returns = url.searchParams.getAll("callbackUrl");
  if (!returns.every(returnPath)) url.searchParams.delete("callbackUrl");
  const kept = await cookies();
  for (const name of RETURN_COOKIES) {
    const cookie = kept.get(name);
    if (cookie && returnPath(cookie.value) === null) kept.delete(name);
  }
  return new NextRequest(url, { method, headers, body: method === "POST" ? await readForm(request) : null });
}

async function readForm(request: NextRequest): Promise<Buffer<ArrayBuffer>> {
  const [mediaType] = contentTypeOf(request);
  const bytes = await readBytes(request, MOST_BYTES);
  if (bytes.byteLength > 0 && mediaType !== "application/x-www-form-urlencoded") {
    throw new Refusal("unsupported_media_type", "Send application/x-www-form-urlencoded.");
  }
  return Buffer.from(bytes);
}

export { serve as GET, serve as POST };
