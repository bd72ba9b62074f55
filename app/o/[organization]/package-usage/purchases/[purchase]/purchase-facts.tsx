import type { Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { Facts } from "@/components/facts";
import { paymentMethodName } from "@/components/purchase-status";
import { formatInstant } from "@/lib/i18n/format";
import type { PurchaseDetail } from "@/lib/top-ups/history/history";

const LINK = "rounded text-link hover:underline";

/** Who bought it when, and how it was paid. */
export async function PurchaseFacts(props: { readonly purchase: PurchaseDetail; readonly path: string }) {
  const [t, locale] = await Promise.all([getTranslations("purchases.detail"), getLocale()]);
  const { purchase, path } = props;
  const { organization, paidAt, receipt, paymentReference, paymentUrl, buyer } = purchase;
  const time = (instant: Date) => formatInstant(instant, organization.timeZone, locale);
  return (
    <Facts
      facts={[
        { label: t("number"), value: purchase.number },
        { label: t("created"), value: time(purchase.createdAt) },
        paidAt !== null && { label: t("paidAt"), value: time(paidAt) },
        {
          label: t("by"),
          value:
            buyer.kind === "member"
              ? buyer.name
              : t(buyer.kind === "vendor" ? "byVendor" : buyer.kind === "system" ? "bySystem" : "byFormer"),
        },
        purchase.method !== null && {
          label: t("method"),
          value: await paymentMethodName(purchase.method, purchase.methodDetail),
        },
        paymentReference !== null && { label: t("reference"), value: paymentReference },
        paymentUrl !== null && {
          label: t("proof"),
          value: (
            <a href={paymentUrl} className={LINK} target="_blank" rel="noreferrer">
              {t("open")}
            </a>
          ),
        },
        receipt !== null && {
          label: t("receiptNumber"),
          value: (
            <Link href={`${path}/${purchase.id}/receipt` as Route} className={LINK}>
              {receipt}
            </Link>
          ),
        },
        purchase.note !== null && { label: t("note"), value: purchase.note },
      ]}
    />
  );
}
