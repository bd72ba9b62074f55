import "server-only";
import type { PaymentProvider } from "./payments";
import { stripeProvider } from "./stripe";

/** The provider that new top-ups are paid with. */
export function paymentProvider(): PaymentProvider {
  return stripeProvider();
}
