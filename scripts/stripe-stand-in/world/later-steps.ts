import type { PaymentIntent, PaymentMethod } from "./objects";
import { behaviourOf } from "./payment-methods";
import { settlePayment } from "./payments";
import type { World } from "./world";

/** Settles a delayed payment that belongs to no session, after the time set, if it is still on its way. */
export function settleIntentLater(world: World, intent: PaymentIntent, method: PaymentMethod): void {
  const { laterStepMs } = world.behaviour;
  if (laterStepMs === null) return;
  const outcome = behaviourOf(world, method.id).outcome === "later_fail" ? "fail" : "succeed";
  world.later(laterStepMs, () => {
    if (intent.status === "processing") settlePayment(world, intent, outcome);
  });
}
