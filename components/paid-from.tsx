import { CircleHelp, Gift, Layers, WalletCards } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { formatMoney } from "@/lib/i18n/format";
import type { Use } from "@/lib/reports/messages/messages";

const ICONS: Readonly<Record<string, typeof Gift>> = {
  quota: Layers,
  free: Gift,
  covered: Gift,
  unpriced: CircleHelp,
};

/** What paid for a use, and why nothing did where it was free (U9). */
export function PaidFrom({
  use,
  currency,
}: {
  readonly use: Pick<Use, "paidFrom" | "freeReason" | "fromInitial" | "fromAdditional">;
  readonly currency: string;
}) {
  const t = useTranslations("reports");
  const locale = useLocale();
  const Icon = ICONS[use.paidFrom] ?? WalletCards;
  return (
    <span className="inline-flex items-start gap-1.5">
      <Icon aria-hidden className="mt-1 size-3.5 shrink-0 text-ink-faint" />
      <span>
        {t.has(`paid.${use.paidFrom}`) ? t(`paid.${use.paidFrom}`) : use.paidFrom}
        {use.freeReason !== null && (
          <span className="block text-xs text-ink-faint">{freeReason(t, use.freeReason)}</span>
        )}
        {use.paidFrom === "initial_and_additional" && (
          <span className="figures block text-xs text-ink-faint">
            {formatMoney(use.fromInitial, currency, locale)} +{" "}
            {formatMoney(use.fromAdditional, currency, locale)}
          </span>
        )}
      </span>
    </span>
  );
}

/** Why something was free, in words; reasons that we have none for are shown as Meta wrote them. */
export function freeReason(t: { (key: string): string; has(key: string): boolean }, reason: string): string {
  const key = `free.${reason}`;
  return /^[a-z_]+$/.test(reason) && t.has(key) ? t(key) : reason;
}
