import "server-only";
import { inOrganization, type Transaction } from "@/db/client";
import { actorName, writeAudit } from "@/lib/audit/audit";
import type { Scope } from "@/lib/auth/scope";
import { invariant, Refusal } from "@/lib/errors";
import type { Locale } from "@/lib/i18n/locale";
import { logFault } from "@/lib/log";
import { type Organization, readOrganization } from "@/lib/organizations/organizations";
import { PaymentRefused } from "@/lib/payments/payments";
import { paymentProvider } from "@/lib/payments/providers";
import { organizationNow, systemNow } from "@/lib/time/clock";
import { type Day, dayOf } from "@/lib/time/period";
import { openCheckout } from "./checkout";
import { fulfil, readPurchaseRow } from "./fulfilment";
import { purchaseValues } from "./manual";
import { type Products, quote, refuseWish, type Wish } from "./pricing";
import { productsIn } from "./products/products";
import { nextCheck } from "./rules";
import { insertPurchase, type Purchase, selectPurchaseByCheckout, selectPurchaseByRequest } from "./store";

/** How long a payment page stays open. */
export const CHECKOUT_MINUTES = 60;

/** How long a page waits for the provider before it shows what is known. */
const PATIENCE_MS = 5_000;

/** What the form needs to know. */
export type TopUpOffer = {
  readonly organization: Pick<Organization, "name" | "currency" | "timeZone">;
  /** Null when nothing can be bought in the organization's currency. */
  readonly products: Products | null;
  readonly today: Day;
  readonly isSuspended: boolean;
};

/** What an organization can buy today (T1, T3). */
export async function readOffer({ organizationId }: Scope<"top_up:create">): Promise<TopUpOffer> {
  return inOrganization(organizationId, async (tx) => {
    const organization = await readOrganization(tx, organizationId);
    const products = await productsIn(tx, organization.currency);
    return {
      organization,
      products: products ?? null,
      today: dayOf(organizationNow(organization.clock), organization.timeZone),
      isSuspended: organization.suspendedAt !== null,
    };
  });
}

export type TopUpOrder = Wish & {
  /** Names the form: sent twice, it is one purchase. */
  readonly request: string;
  readonly locale: Locale;
};

/** Where the buyer goes on: to the payment page, or to a purchase that needs no payment any more. */
export type StartedTopUp =
  | { readonly purchaseId: string; readonly checkoutUrl: string }
  | { readonly purchaseId: string; readonly checkoutUrl: null };

/**
 * Starts a top-up: writes the purchase down and opens the page to pay it on (T1, T2). A second click, or the same form
 * sent again after a failure, leads to the same purchase and the same page. Nothing is credited here.
 *
 * @throws Refusal invalid_input for nothing or too much; suspended; conflict when nothing can be bought in the
 * organization's currency, or by a test organization with real money; payment_failed when the provider refuses;
 * overloaded when it does not answer
 */
export async function startTopUp(scope: Scope<"top_up:create">, order: TopUpOrder): Promise<StartedTopUp> {
  const { organizationId } = scope;
  const { purchase, organization } = await inOrganization(organizationId, async (tx) => {
    const buyer = await readOrganization(tx, organizationId);
    return { purchase: await writeDown(tx, scope, buyer, order), organization: buyer };
  });
  if (purchase.status !== "open") return { purchaseId: purchase.id, checkoutUrl: null };
  const checkoutUrl = purchase.checkoutUrl ?? (await openCheckout(organization, purchase));
  return { purchaseId: purchase.id, checkoutUrl };
}

/**
 * Closes the payment page of a purchase that the buyer gave up, and looks at what became of it: paid is paid, also when
 * somebody paid at that moment.
 *
 * @throws Refusal not_found
 */
export async function cancelTopUp(scope: Scope<"top_up:create">, purchaseId: string): Promise<void> {
  const purchase = await readPurchaseRow({ organizationId: scope.organizationId, purchaseId });
  if (!purchase) throw new Refusal("not_found", "There is no such purchase.");
  const { checkoutReference, status } = purchase;
  if (checkoutReference === null || status !== "open") return;
  await paymentProvider().cancelCheckout(checkoutReference);
  await fulfil(checkoutReference);
}

/** A purchase of the organization that can still be paid, with its page; null otherwise. */
export async function findOpenTopUp(
  { organizationId }: Scope<"top_up:create">,
  purchaseId: string,
): Promise<{ wish: Wish; checkoutUrl: string | null } | null> {
  const purchase = await readPurchaseRow({ organizationId, purchaseId });
  if (!purchase || purchase.creditedAt !== null) return null;
  const isOpen = purchase.status === "open" && (purchase.checkoutExpiresAt ?? systemNow()) > systemNow();
  return {
    wish: { visitorBlocks: purchase.visitorBlocks, balance: purchase.balanceMicros },
    checkoutUrl: isOpen ? purchase.checkoutUrl : null,
  };
}

/**
 * Looks at the payment that a browser comes back from. Nothing is credited or shown for a page of another organization.
 * When the provider does not answer, a later look finds it.
 *
 * @throws Refusal not_found for a page that is not this organization's
 */
export async function returnFromCheckout(
  { organizationId }: Scope<"purchases:read">,
  checkoutReference: string,
): Promise<{ purchaseId: string }> {
  const purchase = await inOrganization(organizationId, (tx) =>
    selectPurchaseByCheckout(tx, organizationId, checkoutReference),
  );
  if (!purchase) throw new Refusal("not_found", "There is no such purchase.");
  await lookIfPossible(purchase);
  return { purchaseId: purchase.id };
}

/** Looks at the payment of a purchase that is still awaited. */
export async function lookAtPurchase(
  { organizationId }: Scope<"purchases:read">,
  purchaseId: string,
): Promise<void> {
  const purchase = await readPurchaseRow({ organizationId, purchaseId });
  const isAwaited = purchase?.status === "open" || purchase?.status === "pending";
  if (purchase && isAwaited && purchase.quarantinedAt === null) await lookIfPossible(purchase);
}

/** Nobody waits long for a provider that does not answer; the look itself goes on. */
async function lookIfPossible({ organizationId, id, checkoutReference }: Purchase): Promise<void> {
  if (checkoutReference === null) return;
  const looking = fulfil(checkoutReference).then(
    () => undefined,
    (error: unknown) => logFault("payment.unanswered", error, { organizationId, purchaseId: id }),
  );
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([looking, patience]);
  clearTimeout(timer);
}

async function writeDown(
  tx: Transaction,
  scope: Scope<"top_up:create">,
  organization: Organization,
  order: TopUpOrder,
): Promise<Purchase> {
  const provider = paymentProvider();
  const products = await productsIn(tx, organization.currency);
  refuseBuyer(organization, products, provider.livemode);
  refuseWish(order, products);
  const quoted = quote(order, products);
  refuseAmount(quoted.total, products.currency);
  const now = systemNow();
  const values = {
    ...purchaseValues(quoted, products),
    provider: provider.name,
    livemode: provider.livemode,
    status: "open" as const,
    locale: order.locale,
    createdBy: actorName(scope.actor),
    createdAt: organizationNow(organization.clock),
    checkoutExpiresAt: new Date(now.getTime() + CHECKOUT_MINUTES * 60_000),
    nextCheckAt: nextCheck(now, 0),
  };
  // The same form with other amounts is another purchase, and so is one sent again after its page has expired.
  let request = `${order.request}:${quoted.visitorBlocks}:${quoted.balance}`;
  let made = await insertPurchase(tx, organization.id, { ...values, request });
  while (!made) {
    const known = await selectPurchaseByRequest(tx, organization.id, request);
    invariant(known, "the same request was written down before");
    if (!isOver(known, now)) return known;
    request = known.id;
    made = await insertPurchase(tx, organization.id, { ...values, request });
  }
  await writeAudit(tx, {
    actor: scope.actor,
    organizationId: organization.id,
    action: "purchase.started",
    subject: `purchase:${made.id}`,
    after: { visitors: made.visitors, balance: made.balanceMicros, total: made.totalMicros },
  });
  return made;
}

function isOver({ status, checkoutReference, checkoutExpiresAt }: Purchase, now: Date): boolean {
  if (status === "expired" || status === "failed") return true;
  return status === "open" && checkoutReference !== null && (checkoutExpiresAt ?? now) <= now;
}

function refuseBuyer(
  organization: Organization,
  products: Products | undefined,
  livemode: boolean,
): asserts products is Products {
  if (organization.suspendedAt) {
    throw new Refusal("suspended", "The organization is suspended; it cannot top up.");
  }
  if (!products) {
    throw new Refusal("conflict", `Top-ups in ${organization.currency} are not offered. Ask your vendor.`);
  }
  if (livemode && organization.mode === "test") {
    throw new Refusal(
      "conflict",
      "A test organization cannot pay with real money. Ask your vendor for test balance.",
    );
  }
}

function refuseAmount(total: bigint, currency: string): void {
  try {
    paymentProvider().checkAmount(total, currency);
  } catch (error) {
    if (error instanceof PaymentRefused) throw new Refusal("payment_failed", error.message);
    throw error;
  }
}
