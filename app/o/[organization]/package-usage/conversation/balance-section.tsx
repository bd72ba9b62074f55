import { useTranslations } from "next-intl";
import { Section } from "@/components/ui/card";
import type { Balance, Outlook } from "@/lib/reports/balance";
import { BalanceBanner } from "./balance-banner";
import { BalanceCards } from "./balance-cards";
import type { Read } from "./reads";

/** What is left, and a banner where it is little (U2–U5). */
export function BalanceSection({
  balance,
  outlook,
  topUpSlug,
}: {
  readonly balance: Balance;
  readonly outlook: Read<Outlook>;
  readonly topUpSlug: string | null;
}) {
  const t = useTranslations("usage.balance");
  return (
    <Section id="balance" title={t("heading")}>
      <div className="space-y-4">
        <BalanceBanner balance={balance} topUpSlug={topUpSlug} />
        <BalanceCards balance={balance} outlook={outlook} />
      </div>
    </Section>
  );
}
