import { getLocale, getTranslations } from "next-intl/server";
import { DownloadButton } from "@/components/download-button";
import type { PurchaseTotals } from "@/lib/top-ups/history/history";

/** The download of exactly the purchases that a page's filters find (T5). */
export async function PurchaseDownload(props: {
  readonly address: string;
  readonly totals: readonly PurchaseTotals[];
}) {
  const [t, locale] = await Promise.all([getTranslations("purchases.download"), getLocale()]);
  return (
    <DownloadButton
      href={props.address}
      rows={props.totals.reduce((sum, { purchases }) => sum + purchases, 0)}
      locale={locale}
      words={{ label: t("label"), cancel: t("cancel"), failed: t("failed"), busy: t("busy") }}
    />
  );
}
