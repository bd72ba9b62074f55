import type { Locale } from "@/lib/i18n/locale";
import type { Micros } from "@/lib/money/money";

/**
 * What the product asks of any payment provider: a page to pay on, the truth about a payment, refunds and disputes.
 *
 * It assumes no event ids, no minor units, no saved methods and no refunds: providers differ in all of them. Ledger,
 * states, amount checks, receipts and the clock are not the provider's business.
 */
export type PaymentProvider = {
  readonly name: "stripe";
  /** Whether real money moves with the key in use. */
  readonly livemode: boolean;
  /** Whether `refund` can be asked for; without it staff pay back by hand. */
  readonly refunds: boolean;
  /** @throws PaymentRefused `amount` for what cannot be charged exactly */
  checkAmount(amount: Micros, currency: string): void;
  /** The same `requestId` finds the same customer. @throws PaymentRefused */
  createCustomer(request: CustomerRequest): Promise<string>;
  /** Opens the page to pay on; the same `key` finds the same page. @throws PaymentRefused */
  startCheckout(request: CheckoutRequest): Promise<Checkout>;
  /** Closes a page that nobody paid on yet; one that is closed already stays so. */
  cancelCheckout(reference: string): Promise<void>;
  /** What became of a page; null when the provider does not know it. */
  fetchPayment(checkoutReference: string): Promise<Payment | null>;
  /** Pays back a part. The same `refundId` pays back once. @throws PaymentRefused */
  refund(request: RefundRequest): Promise<ProviderRefund>;
  fetchRefund(reference: string): Promise<ProviderRefund | null>;
  /** Every refund of a payment, made by us or by hand. */
  refundsOf(paymentReference: string): Promise<ProviderRefund[]>;
  fetchDispute(reference: string): Promise<ProviderDispute | null>;
  /**
   * Checks that a webhook is the provider's and says what to look at again; empty for what does not concern us.
   *
   * @throws Refusal invalid_signature, malformed_body
   */
  readWebhook(rawBody: string, signature: string | null): Changed[];
  /** What has changed since, oldest first, for the case that webhooks were lost. */
  changesSince(since: Date): AsyncIterable<Changed>;
  /** Where staff see a payment at the provider; null where there is no such page. */
  staffAddress(paymentReference: string, livemode: boolean): string | null;
};

/** Something at the provider that is worth looking at again. Its order and its repeats mean nothing. */
export type Changed = { readonly kind: "checkout" | "refund" | "dispute"; readonly reference: string };

/** Which purchase a payment was started for, as we told the provider and it tells back. */
export type PurchaseReference = { readonly organizationId: number; readonly purchaseId: string };

export type CustomerRequest = {
  readonly requestId: string;
  readonly organizationId: number;
  readonly name: string;
};

export type CheckoutLine = {
  readonly name: string;
  readonly quantity: number;
  /** Price of one. */
  readonly unitAmount: Micros;
};

export type CheckoutRequest = {
  readonly purchase: PurchaseReference;
  /** Counts up when a page has to be replaced. */
  readonly version: number;
  readonly purchaseNumber: string;
  readonly customer: string;
  readonly currency: string;
  readonly lines: readonly CheckoutLine[];
  readonly locale: Locale;
  /** Where the payer comes back to; the provider adds `session=` with the page's reference. */
  readonly returnUrl: string;
  readonly cancelUrl: string;
  readonly expiresAt: Date;
};

export type Checkout = { readonly reference: string; readonly url: string };

/** What the provider says now about a page. */
export type Payment = {
  readonly checkout: string;
  /** Null when it is not one of ours. */
  readonly purchase: PurchaseReference | null;
  /** `pending`: confirmed, the money is on its way. `failed`: it will not come. */
  readonly status: "open" | "pending" | "paid" | "failed" | "expired";
  readonly amount: Micros;
  readonly currency: string;
  readonly livemode: boolean;
  readonly customer: string | null;
  /** Names the payment itself, which refunds and disputes are about. */
  readonly payment: string | null;
  /** The provider's own proof of payment, for the payer. */
  readonly proofUrl: string | null;
  readonly method: string | null;
  /** As "visa 4242". */
  readonly methodDetail: string | null;
  readonly payerTaxId: string | null;
  /** When the money was paid; null while it is not. */
  readonly paidAt: Date | null;
  /** Why the last attempt failed, for the payer. */
  readonly failure: string | null;
};

export type RefundRequest = {
  readonly refundId: string;
  readonly purchase: PurchaseReference;
  readonly payment: string;
  readonly amount: Micros;
  readonly currency: string;
};

export type ProviderRefund = {
  readonly reference: string;
  /** Our own id of it; null for a refund made by hand at the provider. */
  readonly refundId: string | null;
  readonly purchase: PurchaseReference | null;
  readonly payment: string | null;
  readonly amount: Micros;
  readonly currency: string;
  readonly state: "pending" | "succeeded" | "failed";
};

export type ProviderDispute = {
  readonly reference: string;
  readonly purchase: PurchaseReference | null;
  readonly payment: string | null;
  readonly amount: Micros;
  readonly currency: string;
  /** `inquiry` and `closed` move nothing; `open` and `lost` withhold the amount; `won` gives it back. */
  readonly state: "inquiry" | "open" | "lost" | "won" | "closed";
  readonly reason: string | null;
};

/** Why a provider said no. */
export type PaymentRefusalCode =
  /** The amount cannot be charged in this currency. */
  | "amount"
  | "customer_unknown"
  /** The request was made before with other contents. */
  | "request_differs"
  /** The payer's bank withholds the money. */
  | "disputed"
  | "other";

/**
 * The provider refused for good: nothing was done, and asking the same again is of no use. Everything else that goes
 * wrong with a provider leaves the outcome unknown.
 */
export class PaymentRefused extends Error {
  override readonly name = "PaymentRefused";

  constructor(
    readonly code: PaymentRefusalCode,
    /** May be shown to the payer. */
    message: string,
  ) {
    super(message);
  }
}
