import { getLocale, getTranslations } from "next-intl/server";
import { BackLink } from "@/components/back-link";
import { paymentMethodName } from "@/components/purchase-status";
import { formatInstant } from "@/lib/i18n/format";
import type { readReceipt } from "@/lib/top-ups/receipts/receipts";
import { purchaseNumber } from "@/lib/top-ups/rules";
import { PrintButton } from "./print-button";
import { ReceiptSums } from "./receipt-sums";

/** A receipt with everything that stands on it. */
export type Printed = Awaited<ReturnType<typeof readReceipt>>;

/** The receipt of a paid purchase, made to be printed (T6). `back` leads to the purchase. */
export async function ReceiptSheet({ printed, back }: { readonly printed: Printed; readonly back: string }) {
  const t = await getTranslations("receipt");
  return (
    <main id="main" className="mx-auto max-w-3xl px-4 pt-6 pb-20 sm:px-6 sm:pt-8 print:max-w-none print:p-0">
      {/* Paper wants neither the bar over the page nor the dark. */}
      <style>
        {"@media print { body > header { display: none } :root { color-scheme: light; background: #fff } }"}
      </style>
      <div className="mb-6 flex flex-wrap items-center justify-between gap-3 print:hidden">
        <BackLink href={back}>{purchaseNumber(printed.purchase.number)}</BackLink>
        <PrintButton label={t("print")} />
      </div>
      <article className="rounded-xl border border-line bg-surface p-5 shadow-lift sm:p-10 print:border-0 print:p-0 print:shadow-none">
        <Head {...printed} />
        <Parties {...printed} />
        <ReceiptSums purchase={printed.purchase} />
        <p className="mt-8 text-xs text-ink-faint">{t("note", { currency: printed.purchase.currency })}</p>
      </article>
    </main>
  );
}

async function Head({ receipt, purchase, timeZone }: Printed) {
  const [t, locale] = await Promise.all([getTranslations("receipt"), getLocale()]);
  const facts = [
    [t("number"), receipt.name],
    [t("paid"), formatInstant(purchase.paidAt ?? receipt.issuedAt, timeZone, locale)],
    [t("issued"), formatInstant(receipt.issuedAt, timeZone, locale)],
    [t("purchase"), purchaseNumber(purchase.number)],
    [t("method"), await paymentMethodName(purchase.method, purchase.methodDetail)],
    [t("payment"), purchase.paymentReference ?? "–"],
  ] as const;
  return (
    <header className="flex flex-wrap items-start justify-between gap-6">
      <div>
        <h1 className="text-2xl font-semibold tracking-[-0.022em]">{t("title")}</h1>
        <p className="mt-1 inline-flex rounded-full border border-good-line bg-good-tint px-2.5 py-0.5 text-xs font-medium text-good">
          {t("paidInFull")}
        </p>
      </div>
      <dl className="grid gap-x-6 gap-y-1 text-[0.8125rem] max-sm:w-full sm:grid-cols-[auto_auto]">
        {facts.map(([label, value]) => (
          <div key={label} className="flex flex-wrap justify-between gap-x-4 sm:contents">
            <dt className="text-ink-faint">{label}</dt>
            <dd className="figures ml-auto max-w-full text-right font-medium break-words sm:max-w-64">
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

async function Parties({ receipt }: Printed) {
  const t = await getTranslations("receipt");
  return (
    <div className="mt-8 grid gap-6 border-t border-line pt-6 text-[0.8125rem] sm:grid-cols-2">
      <div>
        <h2 className="text-xs font-medium text-ink-faint">{t("issuer")}</h2>
        <p className="mt-1 font-semibold">{receipt.issuerName}</p>
        <p className="whitespace-pre-line text-ink-soft">{receipt.issuerAddress}</p>
        {receipt.issuerTaxId !== "" && (
          <p className="text-ink-soft">
            {t("taxId")} {receipt.issuerTaxId}
          </p>
        )}
        {receipt.issuerEmail !== "" && <p className="text-ink-soft">{receipt.issuerEmail}</p>}
      </div>
      <div>
        <h2 className="text-xs font-medium text-ink-faint">{t("customer")}</h2>
        <p className="mt-1 font-semibold break-words">{receipt.customerName}</p>
        {receipt.customerTaxId && (
          <p className="text-ink-soft">
            {t("taxId")} {receipt.customerTaxId}
          </p>
        )}
      </div>
    </div>
  );
}
