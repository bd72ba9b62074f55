import { readBytes } from "@/app/api/body";
import { otherMethods } from "@/app/api/methods";
import { answer } from "@/app/api/v1/door";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { receiveWebhook } from "@/lib/inbox/inbox";
import { isSignedBy, isVerification } from "./signature";

const ROUTE = "/api/webhooks/whatsapp";
const MOST_BYTES = 3 * 1_048_576;

/** Meta asks once, when the address is entered, whether it is ours: the bare challenge, or 403 (M2). */
export async function GET(request: Request): Promise<Response> {
  return answer(request, ROUTE, async () => {
    const query = new URL(request.url).searchParams;
    if (!isVerification(query, env().WHATSAPP_VERIFY_TOKEN)) {
      throw new Refusal("forbidden", "The verify token is not ours.");
    }
    return new Response(query.get("hub.challenge") ?? "", { headers: { "content-type": "text/plain" } });
  });
}

/**
 * Takes a signed delivery. The raw body is stored before anything else; what cannot be processed at once is kept and
 * tried again, so a 200 means that nothing of it gets lost (M2).
 */
export async function POST(request: Request): Promise<Response> {
  return answer(request, ROUTE, async () => {
    const body = await readBytes(request, MOST_BYTES);
    if (!isSignedBy(body, request.headers.get("x-hub-signature-256"), env().WHATSAPP_APP_SECRET)) {
      throw new Refusal("invalid_signature", "The signature is missing or does not fit the body.");
    }
    await receiveWebhook(new TextDecoder().decode(body));
    return Response.json({ received: true });
  });
}

export const { DELETE, OPTIONS, PATCH, PUT } = otherMethods("GET", "POST");
