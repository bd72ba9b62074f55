import { getTranslations } from "next-intl/server";
import { Badge, type Tone } from "@/components/ui/badge";
import type { PurchaseRow } from "@/lib/top-ups/history/history";

const TONES: Readonly<Record<PurchaseRow["status"], Tone>> = {
  open: "neutral",
  pending: "info",
  paid: "good",
  failed: "bad",
  expired: "neutral",
  partly_refunded: "warn",
  refunded: "warn",
  disputed: "bad",
};

/** What became of a purchase; one whose payment differs from what was asked for says so instead. */
export async function StatusBadge({ purchase }: { readonly purchase: PurchaseRow }) {
  const t = await getTranslations("purchases");
  if (purchase.isQuarantined) return <Badge tone="bad">{t("status.checking")}</Badge>;
  return <Badge tone={TONES[purchase.status]}>{t(`status.${purchase.status}`)}</Badge>;
}
