import { readBytes } from "@/app/api/body";
import { otherMethods } from "@/app/api/methods";
import { answer } from "@/app/api/v1/door";
import { receivePaymentWebhook } from "@/lib/top-ups/changes";

const ROUTE = "/api/webhooks/stripe";
const MOST_BYTES = 256 * 1_024;

/**
 * Takes a signed event of Stripe (T2). What it names is looked at again before this answers, so a 200 means that it is
 * done; a fault surfaces as a 5xx, after which Stripe sends the event again.
 */
export async function POST(request: Request): Promise<Response> {
  return answer(request, ROUTE, async () => {
    const body = new TextDecoder().decode(await readBytes(request, MOST_BYTES));
    await receivePaymentWebhook(body, request.headers.get("stripe-signature"));
    return Response.json({ received: true });
  });
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = otherMethods("POST");
