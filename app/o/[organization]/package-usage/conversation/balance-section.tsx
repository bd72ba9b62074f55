import { getTranslations } from "next-intl/server";
import { Section } from "@/components/ui/card";
import { BalanceBanner } from "./balance-banner";
import { BalanceCards } from "./balance-cards";
import type { Reads } from "./reads";

/** What is left, and a banner where it is little (U2–U5). */
export async function BalanceSection(props: { readonly reads: Reads; readonly topUpSlug: string | null }) {
  const [t, balance] = await Promise.all([getTranslations("usage.balance"), props.reads.balance]);
  return (
    <Section id="balance" title={t("heading")}>
      <div className="space-y-4">
        <BalanceBanner balance={balance} topUpSlug={props.topUpSlug} />
        <BalanceCards balance={balance} outlook={props.reads.outlook} />
      </div>
    </Section>
  );
}
