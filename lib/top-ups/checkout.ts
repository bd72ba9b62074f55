import "server-only";
import { inOrganization } from "@/db/client";
import { env } from "@/lib/env";
import { invariant, Refusal } from "@/lib/errors";
import { formatRate, formatUnits } from "@/lib/i18n/format";
import { translatorFor } from "@/lib/i18n/translator";
import { logFault } from "@/lib/log";
import type { Organization } from "@/lib/organizations/organizations";
import { type CheckoutLine, type CheckoutRequest, PaymentRefused } from "@/lib/payments/payments";
import { paymentProvider } from "@/lib/payments/providers";
import { systemNow } from "@/lib/time/clock";
import { purchaseNumber } from "./rules";
import {
  attachCheckout,
  deleteCustomer,
  ensureCustomer,
  type Purchase,
  replaceCheckout,
  selectPurchase,
  setCustomer,
  updateCustomer,
  updateUnpaid,
} from "./store";

const PAGE_MINUTES = 60;
/** Providers want a page to stay open for a while; one that was never opened is asked for anew when less is left. */
const LEAST_MINUTES = 32;
const NOT_NOW = "The payment page cannot be opened right now. Nothing was charged; try again in a moment.";

/**
 * Opens the page on which a purchase is paid, once: the provider knows each request by the purchase and a version, so a
 * repeat finds the same page. The version counts up only where no page can have come of the one before.
 *
 * @returns its address
 * @throws Refusal payment_failed when the provider refuses; overloaded when it does not answer
 */
export async function openCheckout(organization: Organization, purchase: Purchase): Promise<string> {
  let current = isStale(purchase) ? await renew(purchase) : purchase;
  for (let attempt = 1; ; attempt++) {
    try {
      return await open(organization, current);
    } catch (error) {
      if (!(error instanceof PaymentRefused)) {
        logFault("checkout.unanswered", error, { organizationId: organization.id, purchaseId: purchase.id });
        throw new Refusal("overloaded", NOT_NOW, { retryAfterSeconds: 5 });
      }
      const canBeAskedAnew = error.code === "customer_unknown" || error.code === "request_differs";
      if (!canBeAskedAnew || attempt > 1) await giveUp(current, error);
      if (error.code === "customer_unknown") await forgetCustomer(current);
      current = await renew(current);
    }
  }
}

async function open(organization: Organization, purchase: Purchase): Promise<string> {
  const provider = paymentProvider();
  const customer = await customerOf(organization, purchase);
  const checkout = await provider.startCheckout(await requestFor(organization, purchase, customer));
  const { organizationId, id, checkoutVersion } = purchase;
  await inOrganization(organizationId, (tx) =>
    attachCheckout(tx, organizationId, id, checkoutVersion, checkout),
  );
  return checkout.url;
}

async function requestFor(
  organization: Organization,
  purchase: Purchase,
  customer: string,
): Promise<CheckoutRequest> {
  const { organizationId, id: purchaseId, checkoutExpiresAt } = purchase;
  invariant(checkoutExpiresAt, `purchase ${purchaseId} is paid on a page`);
  const pages = new URL(`/o/${organization.slug}/package-usage`, env().NEXTAUTH_URL).href;
  return {
    purchase: { organizationId, purchaseId },
    version: purchase.checkoutVersion,
    purchaseNumber: purchaseNumber(purchase.number),
    customer,
    currency: purchase.currency,
    lines: await linesOf(purchase),
    locale: purchase.locale,
    returnUrl: `${pages}/purchases/return`,
    cancelUrl: `${pages}/top-up?cancelled=${purchaseId}`,
    expiresAt: checkoutExpiresAt,
  };
}

/** What stands on the payment page: the products and, as a line of its own, the tax. */
async function linesOf(purchase: Purchase): Promise<CheckoutLine[]> {
  const { locale, visitorBlocks, visitors, visitorsNetMicros, balanceMicros, taxMicros } = purchase;
  const t = await translatorFor(locale, "receipt");
  const lines: CheckoutLine[] = [];
  if (visitorBlocks > 0) {
    lines.push({
      name: t("visitors", { visitors: formatUnits(visitors / visitorBlocks, locale) }),
      quantity: visitorBlocks,
      unitAmount: visitorsNetMicros / BigInt(visitorBlocks),
    });
  }
  if (balanceMicros > 0n) lines.push({ name: t("balance"), quantity: 1, unitAmount: balanceMicros });
  if (taxMicros > 0n) {
    const rate = formatRate(purchase.taxBasisPoints, locale);
    lines.push({ name: t("tax", { name: purchase.taxName, rate }), quantity: 1, unitAmount: taxMicros });
  }
  return lines;
}

/** The organization's one customer at the provider, made on its first purchase; also when two clicks come at once. */
async function customerOf({ id: organizationId, name }: Organization, purchase: Purchase): Promise<string> {
  if (purchase.customerReference !== null) return purchase.customerReference;
  const provider = paymentProvider();
  const key = { provider: provider.name, livemode: provider.livemode };
  const ensure = () => inOrganization(organizationId, (tx) => ensureCustomer(tx, organizationId, key, name));
  let customer = await ensure();
  if (customer && customer.reference === null) {
    const { requestId, name: firstName } = customer;
    const reference = await provider.createCustomer({ requestId, organizationId, name: firstName });
    await inOrganization(organizationId, (tx) =>
      updateCustomer(tx, organizationId, key, requestId, reference),
    );
    customer = await ensure();
  }
  const reference = customer?.reference;
  invariant(reference, `organization ${organizationId} has a customer`);
  const known = await inOrganization(organizationId, (tx) =>
    setCustomer(tx, organizationId, purchase.id, reference),
  );
  invariant(known, `purchase ${purchase.id} has a customer`);
  return known;
}

/** The provider no longer knows the customer: the next page gets a new one. */
async function forgetCustomer({ organizationId, id }: Purchase): Promise<void> {
  const provider = paymentProvider();
  const key = { provider: provider.name, livemode: provider.livemode };
  await inOrganization(organizationId, async (tx) => {
    const reference = (await selectPurchase(tx, organizationId, id))?.customerReference;
    if (reference) await deleteCustomer(tx, organizationId, key, reference);
  });
}

function isStale({ checkoutExpiresAt }: Purchase): boolean {
  return (
    checkoutExpiresAt === null || checkoutExpiresAt.getTime() < systemNow().getTime() + LEAST_MINUTES * 60_000
  );
}

/** Another version, for a page that was never opened. Of two at once the first one's stands. */
async function renew(purchase: Purchase): Promise<Purchase> {
  const { organizationId, id, checkoutVersion } = purchase;
  const expiresAt = new Date(systemNow().getTime() + PAGE_MINUTES * 60_000);
  const renewed = await inOrganization(organizationId, async (tx) => {
    await replaceCheckout(tx, organizationId, id, checkoutVersion, expiresAt);
    return selectPurchase(tx, organizationId, id);
  });
  invariant(renewed, `purchase ${id} exists`);
  return renewed;
}

async function giveUp({ organizationId, id }: Purchase, refusal: PaymentRefused): Promise<never> {
  await inOrganization(organizationId, (tx) =>
    updateUnpaid(tx, organizationId, id, [], {
      status: "failed",
      failure: refusal.message,
      nextCheckAt: null,
    }),
  );
  if (refusal.code === "amount") throw new Refusal("payment_failed", refusal.message);
  logFault("checkout.refused", refusal, { organizationId, purchaseId: id });
  throw new Refusal("payment_failed", NOT_NOW);
}
