import { expireIfDue, payByCheckout, settleSession } from "../world/checkout";
import { found } from "../world/lookup";
import type { Session } from "../world/objects";
import { newPaymentMethod } from "../world/payment-methods";
import { bankTransfer, type MethodDetails, testCard } from "../world/test-methods";
import type { World } from "../world/world";
import { returnAddress } from "./checkout-page";
import type { Deliverer } from "./delivery";

/** The session of a hosted page. @throws StripeRefusal `resource_missing` */
export function sessionOfPage(world: World, id: string): Session {
  const session = found(world.tables.sessions, id, "checkout.session");
  expireIfDue(world, session);
  return session;
}

/**
 * Does what the payer pressed. After a payment Stripe waits up to ten seconds for the webhooks' answers.
 * @returns where the payer's browser goes next
 * @throws StripeRefusal when the session is not in a state for it
 */
export async function actOfPayer(
  world: World,
  deliverer: Deliverer,
  session: Session,
  act: string,
): Promise<string> {
  if (act === "cancel") return session.cancel_url ?? samePage(session);
  if (act === "settle_succeed" || act === "settle_fail") {
    const { events } = taken(world, () =>
      settleSession(world, session, act === "settle_succeed" ? "succeed" : "fail"),
    );
    await answeredWebhooks(world, deliverer, events);
    return samePage(session);
  }
  const details = methodFor(act);
  if (!details || session.status !== "open") return samePage(session);
  const { result, events } = taken(world, () => payWith(world, session, details));
  await answeredWebhooks(world, deliverer, events);
  return result ? returnAddress(session) : samePage(session);
}

/** Pays an open session by a new payment method. @returns whether the session is complete now */
export function payWith(world: World, session: Session, details: MethodDetails): boolean {
  const method = newPaymentMethod(
    world,
    details,
    {
      address: { city: null, country: "ID", line1: null, line2: null, postal_code: null, state: null },
      email: session.customer_details?.email ?? "payer@example.com",
      name: "Test Payer",
      phone: null,
      tax_id: null,
    },
    null,
  );
  return payByCheckout(world, session, method);
}

/** The payment method behind a button of the hosted page, or null for another word. */
export function methodFor(act: string): MethodDetails | null {
  switch (act) {
    case "pay":
      return testCard("pm_card_visa");
    case "pay_later_succeed":
      return bankTransfer("later_succeed");
    case "pay_later_fail":
      return bankTransfer("later_fail");
    case "decline":
      return testCard("pm_card_chargeDeclined");
    default:
      return null;
  }
}

/** An event by which its delivery can be followed. */
export type EventName = { id: string; type: string };

/** Takes a step. @returns what it gave, and the events that it caused */
export function taken<T>(world: World, step: () => T): { result: T; events: EventName[] } {
  const before = world.tables.events.size;
  const result = step();
  const events = [...world.tables.events.values()].slice(before).map(({ id, type }) => ({ id, type }));
  world.onChange();
  return { result, events };
}

/** Waits until the webhooks of these events were answered, at most as long as the hosted page would wait. */
export async function answeredWebhooks(
  world: World,
  deliverer: Deliverer,
  events: EventName[],
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, world.behaviour.redirectWaitMs);
  });
  await Promise.race([deliverer.settled(events.map(({ id }) => id)), limit]);
  clearTimeout(timer);
}

function samePage(session: Session): string {
  return `/c/pay/${session.id}`;
}
